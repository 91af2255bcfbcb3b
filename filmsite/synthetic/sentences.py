"""Sentences of our own, from which made-up reviews and plots are put together, by language."""

from typing import Final


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


# What members write, and the share of each language in it.
REVIEWS: Final = {
    "nl": (44, _lines("""
        Ik had er weinig van verwacht en ben toch tot het einde blijven zitten.
        Het tempo ligt laag, maar dat past bij wat er verteld wordt.
        De hoofdrol is overtuigend, de bijrollen zijn dat helaas minder.
        Vooral het **camerawerk** in de eerste helft maakte indruk op mij.
        Na een uur weet je precies hoe het gaat aflopen.
        De muziek ligt er soms te dik bovenop.
        Wat mij betreft had er een half uur af gekund.
        Mooi hoe de film durft te zwijgen waar andere films alles uitleggen.
        Ik zag hem in een vrijwel lege zaal en dat was jammer.
        De dialogen klinken alsof er nog een versie van het script had moeten komen.
        Bij de tweede keer vielen mij veel kleine dingen op die ik eerst had gemist.
        Het begin is sterk, het midden zakt in, het slot maakt veel goed.
        Mijn kinderen vonden het te lang, ik had nog wel even door willen kijken.
        Het ziet er goedkoop uit, maar dat stoort eigenlijk nergens.
        De grap met de koffer werkt drie keer, daarna niet meer.
        Ik begrijp de hoge waardering niet zo goed.
        Zelden heb ik stilte zo goed gebruikt gezien.
        De ondertiteling die ik had was slordig, daar kan de film niets aan doen.
        Een film die je beter niet na een lange werkdag kunt zien.
        Toch blijft er iets hangen, en dat kan ik van weinig films uit dat jaar zeggen.
    """)),
    "en": (30, _lines("""
        I went in expecting very little and stayed until the last credit.
        The pace is slow, but it suits the story that is being told.
        The lead is convincing; the supporting cast is not always.
        The **photography** of the first half alone is worth the ticket.
        After an hour you know exactly where it is heading.
        The score tells you what to feel a little too often.
        Half an hour shorter and this would have been a small gem.
        It is rare to see a film trust its silences like this one does.
        Sadly the room was nearly empty when I saw it.
        Some of the lines sound like a first draft.
        On a second viewing I noticed how carefully the rooms are lit.
        A strong opening, a weak middle, and an ending that makes up for most of it.
        It looks cheap and it does not matter at all.
        I do not share the enthusiasm of the other people here.
        The joke with the suitcase works three times and not a fourth.
        There is a scene at a kitchen table that I will not forget soon.
        Everyone in it talks too much, and yet nobody says what they mean.
        Not for a tired evening, but very much for a rainy afternoon.
        The restored version looks wonderful and sounds even better.
        Of everything from that year, this is what stayed with me.
    """)),
    "pt": (7, _lines("""
        Não esperava grande coisa e acabei por ficar até ao fim.
        O ritmo é lento, mas combina com a história.
        A fotografia da primeira parte é muito bonita.
        Faltou coragem ao argumento nos últimos vinte minutos.
        A música aparece vezes demais.
        É um filme pequeno, feito com muito cuidado.
        Os atores secundários salvam algumas cenas.
        Voltaria a vê-lo, de preferência numa sala grande.
        O final deixou-me a pensar durante alguns dias.
        Percebo as críticas, mas não concordo com elas.
    """)),
    "fr": (7, _lines("""
        Je n'en attendais rien et je suis resté jusqu'au bout.
        Le rythme est lent, mais il convient à cette histoire.
        La lumière de la première partie est superbe.
        Le scénario manque de courage dans les vingt dernières minutes.
        La musique est un peu trop présente.
        Un petit film, fait avec beaucoup de soin.
        Les seconds rôles sauvent plusieurs scènes.
        Je le reverrais volontiers, de préférence dans une grande salle.
        La fin m'a accompagné pendant plusieurs jours.
        Je comprends les critiques sans les partager.
    """)),
    "de": (4, _lines("""
        Ich hatte wenig erwartet und blieb doch bis zum Schluss sitzen.
        Das Tempo ist langsam, passt aber zur Geschichte.
        Die Kamera der ersten Hälfte ist großartig.
        Dem Drehbuch fehlt am Ende der Mut.
        Die Musik drängt sich zu oft in den Vordergrund.
        Ein kleiner Film, mit viel Sorgfalt gemacht.
        Die Nebenrollen retten einige Szenen.
        Ich würde ihn wieder ansehen, am liebsten im großen Saal.
        Das Ende hat mich noch tagelang beschäftigt.
        Ich verstehe die Kritik, teile sie aber nicht.
    """)),
    "es": (5, _lines("""
        No esperaba mucho y me quedé hasta el final.
        El ritmo es lento, pero le va bien a la historia.
        La fotografía de la primera parte es preciosa.
        Al guion le falta valor en los últimos veinte minutos.
        La música suena demasiadas veces.
        Una película pequeña, hecha con mucho cuidado.
        Los secundarios salvan varias escenas.
        La volvería a ver, mejor en una sala grande.
        El final me acompañó durante varios días.
        Entiendo las críticas, aunque no las comparto.
    """)),
    "ru": (2, _lines("""
        Я ничего не ждал и всё же досмотрел до конца.
        Темп медленный, но он подходит этой истории.
        Съёмка первой половины прекрасна.
        Сценарию не хватает смелости в конце.
        Музыки слишком много.
        Маленький фильм, сделанный с большой заботой.
        Я бы посмотрел его ещё раз в большом зале.
        Финал не отпускал меня несколько дней.
    """)),
    "fa": (1, _lines("""
        انتظار زیادی نداشتم اما تا آخر نشستم.
        ریتم فیلم کند است ولی به داستان می‌خورد.
        تصویرهای نیمهٔ اول بسیار زیباست.
        پایان فیلم چند روز با من ماند.
        موسیقی گاهی زیاد است.
        فیلمی کوچک که با دقت ساخته شده است.
    """)),
}  # fmt: skip

HEADLINES: Final = _lines("""
    A quiet film that stays
    Better than its reputation
    Too long by half an hour
    Beautiful, and a little empty
    What the silence says
    Seen again after ten years
    A debut to remember
    Not what the poster promises
""")

# A plot is one of each: who, what happens, what follows.
PLOT_BEGINNINGS: Final = _lines("""
    A retired {who} returns to {place} to sell the house of a dead relative
    When a letter arrives thirty years late, a {who} in {place} has to choose
    Two families in {place} share a courtyard, a {who} and a debt
    A young {who} loses the only thing of value in the house
    In the last summer before the war, a {who} comes to {place}
    A {who} and a stranger are snowed in near {place}
    Nobody in {place} remembers the {who} who once lived there
    After an accident on the road to {place}, a {who} begins to doubt what was seen
    The {who} of a small school in {place} takes in a child who does not speak
    Every night the same caller asks a {who} in {place} for help
""")
PLOT_MIDDLES: Final = _lines("""
    and finds somebody else living in it.
    before the week is over.
    which none of them wants to pay.
    and keeps it a secret from everybody at the table.
    with a suitcase that must not be opened.
    and only one of them has told the truth.
    until a photograph turns up.
    and the answers get shorter with every day.
    against the wishes of the village.
    and one night the call does not come.
""")
PLOT_ENDS: Final = _lines("""
    What begins as a favour becomes the work of a life.
    The truth costs more than anyone had reckoned with.
    A journey of three days turns out to take a year.
    Slowly an unlikely friendship grows.
    By the end nobody is who they said they were.
    The winter that follows changes all of them.
    It takes a race, a dog and a good deal of luck to set things right.
    Only the youngest of them sees it coming.
""")
TRIVIA: Final = _lines("""
    The kitchen was built inside a former railway shed, because the real one was too small for the lamps.
    The rain in the last scene was real: it had been planned as a sunny morning.
    Most of the extras were neighbours of the production office.
    The dog belonged to the sound recordist and answered only to her.
    The score was recorded in two nights in a church.
    The first cut lasted almost an hour longer.
    The letter that is read aloud was written by the actor.
    The bridge was taken down a week after shooting ended.
""")
