"""Names of the catalogue that must survive the translation of a text."""

from collections.abc import Sequence
from typing import Final

from films.models import AlternativeTitle, Credit, Person, PersonName, Title
from filmsite.lib.languages import same_language
from reviews.sources import Source
from reviews.subjects import Subject
from reviews.translation.masking import Name

# More names than this are extras; each one costs a little in every sentence.
MOST_NAMES: Final = 200


def names_for(sources: Sequence[Source], *, src: str, dst: str) -> list[list[Name]]:
    """The names around each text. Two queries a text."""
    found: list[list[Name]] = []
    for source in sources:
        names, renamed = names_around(source.subject, target=dst) if source.subject else ([], {})
        found.append([Name(name, renamed.get(name, "")) for name in names])
    return found


def names_around(subject: Subject, *, target: str) -> tuple[list[str], dict[str, str]]:
    """Names that must survive a translation, and those of the subject that are known in the target language.

    Two queries. A season is known by the names of its show.
    """
    return (
        _names_of_title(subject, target) if isinstance(subject, Title) else _names_of_person(subject, target)
    )


def _names_of_title(title: Title, target: str) -> tuple[list[str], dict[str, str]]:
    titles = [title.pk, *([title.parent_id] if title.parent_id else [])]
    others = list(AlternativeTitle.objects.filter(title__in=titles).values_list("name", "language"))
    own = [title.name, title.original_name, *(name for name, _language in others)]
    known = next((name for name, language in others if language and same_language(language, target)), None)
    if known is None and title.original_name and same_language(title.original_language, target):
        known = title.original_name
    renamed = {name: known for name in own if known and name and name != known}
    people = Credit.objects.filter(title__in=titles).order_by("position", "id")
    cast: list[str] = []
    for name, character in people.values_list("person__name", "character")[:MOST_NAMES]:
        cast += [name, *([character] if " " in character else [])]
    return [name for name in dict.fromkeys([*own, *cast]) if name], renamed


def _names_of_person(person: Person, target: str) -> tuple[list[str], dict[str, str]]:
    """What somebody is called in another script is used in it; of their work the original names survive."""
    others = list(PersonName.objects.filter(person=person).values_list("name", "language"))
    own = [person.name, *(name for name, _language in others)]
    known = next((name for name, language in others if language and same_language(language, target)), None)
    renamed = {name: known for name in own if known and name != known}
    work = Credit.objects.filter(person=person).order_by("-title__totals__vote_count", "id")
    titles: list[str] = []
    for name, original, character in work.values_list("title__name", "title__original_name", "character")[
        :MOST_NAMES
    ]:
        titles += [name, original, *([character] if " " in character else [])]
    return [name for name in dict.fromkeys([*own, *titles]) if name], renamed
