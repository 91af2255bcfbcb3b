"""The pieces that a fact is made of: what a form asks for, and how a person reads it."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext

from filmsite.lib.languages import country_name, language_name

Words = str | Promise

# The most that the columns of numbers hold.
SMALL_NUMBER: Final = 32_767
BIG_NUMBER: Final = 10**15


class PartKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    PARTIAL_DATE = "partial date"
    CHOICE = "choice"
    GENRE = "genre"
    LANGUAGE = "language"
    COUNTRY = "country"
    # A country's code in a column of text, for names and the like.
    REGION = "region"
    CURRENCY = "currency"
    FLAG = "flag"
    URL = "url"
    # A row of another table, as {"id": 12, "name": "Agnès Varda"}; an id of None asks for one of that name.
    PERSON = "person"
    COMPANY = "company"
    AWARD = "award"
    TITLE = "title"
    # The member whose words a text is, by id; no form asks for it and no reader sees it here.
    AUTHOR = "author"


REFERENCES: Final = frozenset({PartKind.PERSON, PartKind.COMPANY, PartKind.AWARD, PartKind.TITLE})
# What is stored as a number, a yes or a reference; everything else is text.
NOT_TEXT: Final = REFERENCES | {PartKind.NUMBER, PartKind.FLAG, PartKind.AUTHOR, PartKind.COUNTRY}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One input of a fact. `column` is where it is stored, its own key unless told otherwise."""

    key: str
    label: Words
    kind: PartKind = PartKind.LINE
    column: str = ""
    length: int = 300
    smallest: int = 0
    largest: int = SMALL_NUMBER
    choices: tuple[tuple[str, Words], ...] = ()
    pattern: str = ""
    required: bool = False
    # How a reader sees it beside the other parts: "credited as {}".
    said: Words = "{}"
    help_text: Words = ""

    @property
    def source(self) -> str:
        """The column that holds it, or of a reference its relation."""
        return self.column or self.key

    def show(self, value: Any) -> str:
        """The value as a person reads it, in the reader's language; an empty text for nothing."""
        if value in (None, "", False) or self.kind is PartKind.AUTHOR:
            return ""
        if self.kind is PartKind.FLAG:
            return str(self.label)
        return str(self.said).format(self._words(value))

    def _words(self, value: Any) -> str:
        if self.kind in REFERENCES:
            return name_of(value)
        if self.kind is PartKind.CHOICE:
            return str(dict(self.choices).get(value, value))
        if self.kind is PartKind.GENRE:
            # The slug with capitals is the name as the usual genres have it; its translation is found by that.
            return gettext(str(value).replace("-", " ").title())
        if self.kind is PartKind.LANGUAGE:
            return language_name(value)
        if self.kind in (PartKind.COUNTRY, PartKind.REGION):
            return country_name(value)
        if self.kind is PartKind.NUMBER and self.largest == BIG_NUMBER:
            return number_format(value, force_grouping=True)
        return str(value)


def name_of(reference: dict[str, Any]) -> str:
    """A reference in words; a title with its year, a season with its number."""
    name = str(reference["name"])
    if reference.get("season"):
        return gettext("%(show)s, season %(number)d") % {"show": name, "number": reference["season"]}
    if reference.get("year"):
        return f"{name} ({reference['year']})"
    return name


def is_empty(value: Any) -> bool:
    """Whether a fact says nothing, so that anybody may fill it in."""
    return value in (None, "", [], {})


def identity(value: Any) -> Any:
    """What makes two values the same: of a reference its id alone, for names change."""
    if isinstance(value, list):
        return [identity(row) for row in value]
    if not isinstance(value, dict):
        return value
    if "id" in value and "name" in value:
        return {"id": value["id"]} if value["id"] is not None else {"name": value["name"]}
    return {key: identity(part) for key, part in value.items()}


def fingerprint(value: Any) -> str:
    """A short text that changes with the value: what a form sends back to say what its reader saw."""
    told = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
