"""Ordering the looks at what a member has just written: it is compared with known texts, and with the rules of the staff."""

from collections.abc import Collection, Mapping

from films.editing import Item, owner_of
from films.models import Change, Trivia
from reviews.models import Matter
from reviews.services.flagging import order_flagging
from reviews.services.screening_later import order_text_screening
from reviews.written_words import WORDS_OF_FACTS, is_by_member, texts_in


def order_looks(
    matter: Matter, number: int, *, own_sources: Mapping[str, Collection[int]] | None = None
) -> None:
    """Let a worker look at the words of something that is no message, by the number of its row, once this transaction is
    committed. Three small queries, or four with `own_sources` (as in `order_text_screening`), and two more where there are
    rules.
    """
    order_text_screening(matter, number, own_sources=own_sources)
    order_flagging(matter, number)


def order_fact_looks(item: Item, keys: Collection[str]) -> None:
    """The same of the words that a member has just given a title or person, among the facts with these keys.

    What came from elsewhere is not looked at: an import brings texts with a source and a licence of their own, staff answer
    for what they load, and a moderator who brings words back has judged them.
    """
    for key in sorted(WORDS_OF_FACTS.keys() & keys):
        history = Change.objects.filter(**owner_of(item), field=key).select_related("actor")
        change = history.order_by("-id").first()
        if change is None or not is_by_member(change):
            continue
        numbers = [item.pk]
        if key == "trivia":
            new = set(texts_in(change.new)) - set(texts_in(change.old))
            numbers = list(Trivia.objects.filter(title=item.pk, text__in=new).values_list("pk", flat=True))
        for number in numbers:
            order_looks(WORDS_OF_FACTS[key], number)
