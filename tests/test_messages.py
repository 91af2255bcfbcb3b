"""The words of the interface: every one is marked, has its Dutch, and reaches the page."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.templatetags import i18n, l10n
from django.test import Client
from django.utils.translation import ngettext, override
from django.utils.translation.template import templatize

from accounts.models import Member
from films.models import Language, Title, TitleKind
from films.templatetags import films as film_tags
from filmsite.templatetags import filmsite as site_tags
from reviews.templatetags import reviews as review_tags
from tests.factories import make_credit, make_review, make_season, make_title, make_votes

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / "filmsite/locale/nl/LC_MESSAGES"
CODE = [path for app in ("accounts", "films", "filmsite", "reviews") for path in (ROOT / app).rglob("*.py")]
PAGES = [path for ending in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{ending}")]

# The names that makemessages looks for. The value says where the words are, after a context if there is one.
MARKS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"), 0),
    **dict.fromkeys(("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"), 1),
}
TEXT = r"""[ru]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
MARKED = re.compile(rf"\b(_|n?p?gettext)\(\s*{TEXT}(?:\s*,\s*{TEXT})?", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>")

# Words that a page in Dutch never needs, as the reader sees them.
ENGLISH = re.compile(
    r"\b(votes?|messages?|members?|reviews?|opinions?|shows?|seasons?|people|sign|search|read|write|written|settings"
    r"|house|rules?|the|and|your|with|from|French|English|minutes|released|directed)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def dutch() -> polib.POFile:
    return polib.pofile(str(MESSAGES / "django.po"))


def marked_in_code(path: Path) -> Iterator[tuple[str | None, str]]:
    """(context, words) of every marked text in a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in MARKS:
            continue
        first = MARKS[node.func.id]
        texts = [argument.value if isinstance(argument, ast.Constant) else "" for argument in node.args]
        if texts[first]:
            yield texts[0] if first else None, texts[first]


def marked_in_template(path: Path) -> Iterator[tuple[str | None, str]]:
    """(context, words) of every marked text in a template."""
    for name, first, second in MARKED.findall(templatize(path.read_text(), origin=str(path))):
        if MARKS.get(name):
            yield ast.literal_eval(first), ast.literal_eval(second)
        else:
            yield None, ast.literal_eval(first)


def dutch_words(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def seen(page: str) -> str:
    """What a reader sees of a page: its words in the page's own language, without what somebody wrote."""
    page = re.sub(r"<(script|style|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r"<(\w+)\b[^>]*\slang=\"en\"[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = re.findall(r"(?:aria-label|placeholder|alt|title)=\"([^\"]*)\"", page)
    return unescape(" ".join([re.sub(r"<[^>]*>", " ", page), *spoken]))


# --- The catalogue ----------------------------------------------------------------------------------------


def test_every_marked_text_and_no_other_is_in_the_dutch_catalogue(dutch):
    marked = {pair for path in CODE for pair in marked_in_code(path)}
    marked |= {pair for path in PAGES for pair in marked_in_template(path)}
    catalogue = {(entry.msgctxt, entry.msgid) for entry in dutch}
    assert marked - catalogue == set(), "run `make messages` (it looks into no f-string) and translate these"
    assert catalogue - marked == set(), "run `make messages`: nobody says these any more"


def test_texts_are_marked_with_a_name_that_makemessages_knows():
    strange = [
        f"{path.relative_to(ROOT)}: {name.asname}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in MARKS and name.asname not in (None, "_")
    ]
    assert strange == []


def test_every_text_has_its_dutch(dutch):
    assert [entry.msgid for entry in dutch if entry.fuzzy or not all(dutch_words(entry))] == []
    assert [entry.msgid for entry in dutch if entry.msgid_plural and set(entry.msgstr_plural) != {0, 1}] == []
    assert dutch.obsolete_entries() == []


def test_placeholders_and_markup_survive_translation(dutch):
    """The singular may do without the number that its English does without."""
    assert [
        entry.msgid
        for entry in dutch
        for said, words in zip(
            [entry.msgid, entry.msgid_plural or entry.msgid], dutch_words(entry), strict=False
        )
        if set(PLACEHOLDER.findall(words)) != set(PLACEHOLDER.findall(said))
    ] == []


def test_the_compiled_catalogue_says_what_its_source_says(dutch):
    compiled = polib.mofile(str(MESSAGES / "django.mo"))
    assert {(entry.msgctxt, entry.msgid): dutch_words(entry) for entry in compiled} == {
        (entry.msgctxt, entry.msgid): dutch_words(entry) for entry in dutch
    }, "run `make messages`"


def test_the_header_is_about_a_language_and_names_nobody(dutch):
    assert dutch.metadata["Language"] == "nl"
    assert dutch.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    assert dutch.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    assert "@" not in dutch.header + "".join(dutch.metadata.values())


def test_what_we_say_for_django_and_allauth_is_theirs_to_the_letter():
    theirs = {
        (entry.msgctxt, entry.msgid)
        for module, folder in ((django, "conf"), (django, "contrib/auth"), (allauth, "."))
        for entry in polib.mofile(
            str(Path(module.__file__).parent / folder / "locale/nl/LC_MESSAGES/django.mo")
        )
    }
    assert set(marked_in_code(ROOT / "filmsite/locale_extra.py")) - theirs == set()


# --- The pages --------------------------------------------------------------------------------------------


def test_no_filter_of_ours_is_hidden_by_one_of_django():
    """A template that loads both takes the one that is loaded last: `language_name` spoke English that way."""
    theirs = {*i18n.register.filters, *i18n.register.tags, *l10n.register.filters, *l10n.register.tags}
    for library in (film_tags, review_tags, site_tags):
        assert theirs.isdisjoint({*library.register.filters, *library.register.tags})


def test_numbers_choose_their_plural():
    with override("nl"):
        assert [ngettext("vote", "votes", number) for number in (0, 1, 2)] == ["stemmen", "stem", "stemmen"]


@pytest.fixture
def film(alice: Member) -> Title:
    """A film with votes, a review, and every kind of fact that has a word of its own."""
    film = make_title("Playtime", genres=["Comedy"], countries=["FR"], minutes=124)
    film.languages.add(Language.objects.create(code="fr"))
    make_credit(film)
    make_votes(film, {7: 5, 8: 1})
    make_review(film, alice)
    return film


@pytest.mark.parametrize(
    "address",
    [
        "/", "/films/", "/shows/", "/top/", "/search/?q=play", "/search/?q=qqqq", "/members/alice/",
        "/members/alice/votes/", "/members/alice/messages/", "/members/alice/opinions/", "/about/", "/rules/", "/moderation/log/", "/language/", "/nothing/here/",
        "/accounts/login/", "/accounts/signup/", "/accounts/signup/passkey/", "/accounts/password/reset/",
    ],
)  # fmt: skip
def test_a_page_in_dutch_has_no_english_left(client: Client, film: Title, address: str):
    page = client.get(address, headers={"accept-language": "nl"}).content.decode()
    assert '<html lang="nl"' in page
    assert ENGLISH.findall(seen(page)) == []


def test_a_film_in_dutch_speaks_dutch_about_languages_numbers_and_genres(client: Client, film: Title):
    page = client.get(film.get_absolute_url(), headers={"accept-language": "nl"}).content.decode()
    assert ENGLISH.findall(seen(page)) == []
    for words in ("3,58", "6 stemmen", "Komedie", "Frankrijk", "Frans", "124 minuten"):
        assert words in seen(page)


def test_a_season_is_named_in_the_language_of_the_page(db: None):
    season = make_season(make_title("Borgen", kind=TitleKind.SHOW), 2)
    with override("nl"):
        assert season.display_name == "Borgen, seizoen 2"


@pytest.mark.parametrize(
    "address",
    ["/settings/", "/accounts/email/", "/accounts/password/set/", "/accounts/2fa/", "/accounts/sessions/",
     "/accounts/logout/", "/moderation/", "/moderation/statements/"],
)  # fmt: skip
def test_a_members_own_page_in_dutch_has_no_english_left(client: Client, mona: Member, address: str):
    mona.interface_language = "nl"
    mona.save()
    client.force_login(mona)
    page = client.get(address, follow=True).content.decode()
    assert '<html lang="nl"' in page
    assert ENGLISH.findall(seen(page)) == []
