"""Form fields for the facts of a catalogue: partial dates, countries and languages by name, amounts."""

import re
from datetime import date
from functools import lru_cache
from typing import Any, Final

from babel.numbers import list_currencies
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from films.models.title import PARTIAL_DATE
from filmsite.lib.inputs import clean_line
from filmsite.lib.languages import country_codes, country_name, language_codes, language_name

# Groups of three digits with one separator throughout, as in 1.628.579, or the Indian 16,28,579. Anything else may be
# a decimal part, and a thousand of cents too many is worse than a question.
_AMOUNT: Final = re.compile(
    r"\d+|(?!0)\d{1,3}(?P<mark>[\s.,'’])\d{3}(?:(?P=mark)\d{3})*|(?!0)\d{1,2}(?:,\d\d)+,\d{3}"
)
_NO_DIGIT: Final = re.compile(r"\D")


class LineField(forms.CharField):
    """Text of one line, as people mean it."""

    def to_python(self, value: object) -> str:
        return clean_line(super().to_python(value) or "")


class PartialDateField(LineField):
    """As much of a date as is known: 1999, 1999-01 or 1999-01-22."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or _("1999, 1999-01 or 1999-01-22")
        super().__init__(max_length=10, **kwargs)

    def clean(self, value: object) -> str:
        text = super().clean(value)
        if not text:
            return ""
        message = _("Write the date as 1999, 1999-01 or 1999-01-22.")
        if not text.isascii() or not re.match(PARTIAL_DATE, text):
            raise ValidationError(message)
        try:
            date.fromisoformat(f"{text}-01-01"[:10])
        except ValueError as error:
            raise ValidationError(message) from error
        return text


class AmountField(forms.IntegerField):
    """A whole amount of money, grouped as one likes: 1.500.000 and 1,500,000 are the same. No cents: 1.50 is refused."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def to_python(self, value: Any) -> int | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        if not _AMOUNT.fullmatch(value.strip()):
            raise ValidationError(_("Write whole units, without cents: 1628579 or 1,628,579."))
        return super().to_python(_NO_DIGIT.sub("", value))


class CurrencyField(LineField):
    """A currency by its code of three letters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=3, help_text=kwargs.pop("help_text", "") or _("USD, EUR, IRR"), **kwargs)

    def clean(self, value: object) -> str:
        code = super().clean(value).upper()
        if code and code not in list_currencies():
            raise ValidationError(_("This is not the code of a currency."))
        return code


class CodeField(LineField):
    """A country or a language: typed by its name in the reader's language or in English, kept by its code."""

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        widget = forms.TextInput(attrs={"list": f"codes-{kind}", "autocomplete": "off"})
        super().__init__(max_length=100, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> str:
        """The name of a code; what was typed stays as it was typed."""
        text = str(value or "")
        names = country_name if self.kind == "country" else language_name
        return names(text) if text in _known(self.kind) else text

    def has_changed(self, initial: Any, data: Any) -> bool:
        # A code that nobody knows is left alone as long as nobody touches it.
        return self.prepare_value(initial) != clean_line(str(data or ""))

    def clean(self, value: object) -> str:
        text = super().clean(value)
        if not text:
            return ""
        for locale in (get_language() or "en", "en"):
            if code := _by_name(self.kind, locale).get(text.casefold()):
                return code
        if found := _known(self.kind).get(text.casefold()):
            return found
        raise ValidationError(
            _("There is no country of this name.")
            if self.kind == "country"
            else _("There is no such language.")
        )


def names_of_codes(kind: str) -> list[str]:
    """The names to offer while typing, in the reader's language and in its order."""
    return _sorted_names(kind, get_language() or "en")


@lru_cache(maxsize=32)
def _sorted_names(kind: str, locale: str) -> list[str]:
    return sorted({_name(kind, code, locale) for code in _codes(kind)}, key=str.casefold)


@lru_cache(maxsize=32)
def _by_name(kind: str, locale: str) -> dict[str, str]:
    return {_name(kind, code, locale).casefold(): code for code in _codes(kind)}


@lru_cache(maxsize=2)
def _known(kind: str) -> dict[str, str]:
    return {form: code for code in _codes(kind) for form in (code, code.casefold())}


def _name(kind: str, code: str, locale: str) -> str:
    return country_name(code, locale) if kind == "country" else language_name(code, locale)


@lru_cache(maxsize=2)
def _codes(kind: str) -> tuple[str, ...]:
    return country_codes() if kind == "country" else language_codes()
