"""The inputs of facts that are proposed or changed. They are made from `films.editing`: a new fact needs no form.

Every fact keeps what its author saw (`seen`), signed, so that a proposal says what it is a correction of, whatever
was changed meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core import signing
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from films.editing import Field, Item, Part, PartKind, is_empty
from films.editing.names import candidates, words_for
from films.editing.parts import BIG_NUMBER, REFERENCES, name_of
from films.fact_fields import AmountField, CodeField, CurrencyField, LineField, PartialDateField
from films.models import Genre
from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import number_in

# More rows than anybody types; whoever sends more made the form themselves.
MOST_ROWS: Final = 500
BLANK_ROWS: Final = 1
NEW: Final = "new"
Choices = Sequence[tuple[str, str]]
_SALT: Final = "films.forms.seen"
# What a blank row has anyway.
_PRESET: Final = frozenset({PartKind.CHOICE, PartKind.FLAG})


class PartsForm(forms.Form):
    """The inputs of one value: of a single fact, or of a row in a list. Nothing typed in it means nothing said."""

    def __init__(
        self,
        parts: Iterable[Part],
        data: Mapping[str, Any] | None = None,
        *,
        prefix: str,
        seen: Any = None,
        is_row: bool = False,
        genres: Choices = (),
    ) -> None:
        super().__init__(data, prefix=prefix, empty_permitted=True, use_required_attribute=False)
        self.parts = [part for part in parts if part.kind is not PartKind.AUTHOR]
        self.seen: dict[str, Any] = seen or {}
        # References that were resolved, by key of the part.
        self.references: dict[str, dict[str, Any] | None] = {}
        for part in self.parts:
            self.fields[part.key] = field_for(part, genres)
            value = self.seen.get(part.key)
            if part.kind in REFERENCES:
                label = _("Who is meant?") if part.kind is PartKind.PERSON else _("Which is meant?")
                self.fields[f"{part.key}_choice"] = forms.CharField(
                    label=label, required=False, widget=forms.HiddenInput
                )
                value = name_of(value) if value else ""
            self.initial.setdefault(part.key, value)
        if is_row:
            self.fields["position"] = forms.IntegerField(
                label=_("order"), required=False, min_value=0, max_value=9999
            )
            self.fields["remove"] = forms.BooleanField(label=_("remove"), required=False)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed, or the row is to go."""
        if "remove" in self.fields and self._raw("remove") not in (None, "", False):
            return True
        return all(self._raw(part.key) in (None, "") for part in self.parts if part.kind not in _PRESET)

    @property
    def is_untouched(self) -> bool:
        """Whether the value is what it was. It then passes, even if we would not take it today."""
        return bool(self.seen) and not any(
            self.fields[part.key].has_changed(self.initial.get(part.key), self._raw(part.key))
            for part in self.parts
        )

    @property
    def place(self) -> int | None:
        """Where the row is to stand, if somebody said so."""
        typed = str(self._raw("position") or "") if "position" in self.fields else ""
        return number_in(typed, digits=4)

    def has_changed(self) -> bool:
        # With `empty_permitted` a form that says nothing, or nothing new, is not asked for anything.
        return not (self.is_blank or self.is_untouched)

    def typed_references(self) -> list[tuple[Part, str]]:
        """The names that were typed anew, which somebody has to find."""
        typed = []
        for part in self.parts:
            if part.kind not in REFERENCES or not self.has_changed():
                continue
            name = self.cleaned_data.get(part.key, "")
            seen = self.seen.get(part.key)
            if not name:
                self.references[part.key] = None
            elif seen and name in (name_of(seen), seen["name"]):
                self.references[part.key] = seen
            else:
                typed.append((part, name))
        return typed

    def refer(self, part: Part, name: str, found: list[dict[str, Any]]) -> None:
        """Settle what a typed name means; where several are called so, ask."""
        choice = self.cleaned_data.get(f"{part.key}_choice", "")
        chosen = [reference for reference in found if str(reference["id"]) == choice]
        if chosen or len(found) == 1:
            self.references[part.key] = (chosen or found)[0]
        elif not found and part.kind is PartKind.TITLE:
            self.add_error(
                part.key,
                _("There is no title of this name here. Its address works as well, and “Name (year)”."),
            )
        elif not found:
            self.references[part.key] = {"id": None, "name": name}
        elif choice == NEW and part.kind is PartKind.PERSON:
            self.references[part.key] = {"id": None, "name": name, "new": True}
        else:
            self._ask(part, found)

    def _ask(self, part: Part, found: list[dict[str, Any]]) -> None:
        choices = words_for(part.kind, found)
        if part.kind is PartKind.PERSON:
            choices.append((NEW, gettext("Somebody else, not here yet")))
        else:
            choices = [(str(reference["id"]), name_of(reference)) for reference in found]
        self.fields[f"{part.key}_choice"].widget = forms.RadioSelect(choices=choices)
        self.add_error(part.key, _("There are several of this name: choose one below."))

    def value(self) -> dict[str, Any]:
        """The row as `films.editing` stores it, without an author."""
        if self.is_untouched:
            return {part.key: self.seen.get(part.key) for part in self.parts}
        return {part.key: self._value_of(part) for part in self.parts}

    def _value_of(self, part: Part) -> Any:
        if part.kind in REFERENCES:
            return self.references.get(part.key)
        value = self.cleaned_data.get(part.key)
        if part.kind is PartKind.FLAG:
            return bool(value)
        if part.kind is PartKind.DATE:
            return value.isoformat() if value else None
        if part.kind in (PartKind.NUMBER, PartKind.COUNTRY):
            return value if value not in ("", None) else None
        return value or ""

    def _raw(self, name: str) -> Any:
        if not self.is_bound:
            return self.initial.get(name)
        field = self.fields[name]
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))


class FactInput:
    """The inputs of one fact: a form, or for a list a form for each row and some blank ones.

    `seen` is the value when the form was made. Bound to posted data it takes `seen` from there, signed for this fact
    of this `item` (None for one that is to be added). After `clean_facts` the new value is `value`.
    """

    def __init__(
        self,
        field: Field,
        today: Any,
        *,
        item: Item | None = None,
        data: Mapping[str, str] | None = None,
        locked: str = "",
        required: bool = False,
        one_more: bool = False,
    ) -> None:
        self.field = field
        self.key = field.key
        self._salt = f"{_SALT}.{type(item).__name__}.{item.pk}.{self.key}" if item else f"{_SALT}.{self.key}"
        self.locked = locked
        self.required = required
        self.errors: list[str] = []
        self.is_bound = data is not None and not locked
        self.seen = self._seen(data, today) if self.is_bound else today
        self.is_ordered = (
            bool(getattr(field.store, "has_positions", False)) or field.parts[0].kind is PartKind.GENRE
        )
        self.genres = _genres() if field.parts[0].kind is PartKind.GENRE else []
        self.value: Any = self.seen
        data = data if self.is_bound else None
        self.forms = (
            self._rows(data, one_more) if field.is_list else [self._form(0, self._as_row(self.seen), data)]
        )

    @property
    def rows_name(self) -> str:
        return f"{self.key}-rows"

    @property
    def seen_name(self) -> str:
        return f"{self.key}-seen"

    @property
    def lines(self) -> list[str]:
        """The value as a reader sees it."""
        return self.field.show(self.seen)

    @property
    def signed(self) -> str:
        return signing.dumps(self.seen, salt=self._salt, compress=True)

    @property
    def blank(self) -> PartsForm:
        """A row with a placeholder for its number, which the script puts in."""
        return self._form("__", None, None)  # type: ignore[arg-type]  # a number once it is used

    @property
    def is_single(self) -> bool:
        return not self.field.is_list and len(self.field.parts) == 1

    @property
    def has_error(self) -> bool:
        return bool(self.errors) or any(form.is_bound and form.errors for form in self.forms)

    def typed(self) -> list[tuple[PartsForm, Part, str]]:
        return [(form, part, name) for form in self.forms for part, name in form.typed_references()]

    def settle(self, author: int) -> None:
        """Put the forms together to the value. After `resolve_names`."""
        if any(form.errors for form in self.forms):
            return
        self.value = self._list_value(author) if self.field.is_list else self._single_value(author)
        if is_empty(self.value) and (self.required or self.field.is_needed):
            self.errors.append(gettext("This is needed."))

    def has_changed(self) -> bool:
        return self.is_bound and not self.field.same(self.seen, self.value)

    # --- Inside ---

    def _seen(self, data: Any, today: Any) -> Any:
        try:
            return signing.loads(data.get(self.seen_name, ""), salt=self._salt)
        except signing.BadSignature:
            return today

    def _as_row(self, value: Any) -> dict[str, Any] | None:
        """A value of one part as the row that a form takes."""
        if value is None or isinstance(value, dict):
            return value
        return {self.field.parts[0].key: value}

    def _rows(self, data: Any, one_more: bool) -> list[PartsForm]:
        seen = self.seen or []
        count = len(seen) + BLANK_ROWS
        if data is not None:
            asked = number_in(data.get(self.rows_name, ""), digits=4)
            count = count if asked is None else asked
            # Every row that was there keeps its inputs: what is not among them is taken out.
            count = max(len(seen), min(count, MOST_ROWS)) + one_more
        return [
            self._form(number, self._as_row(seen[number]) if number < len(seen) else None, data)
            for number in range(count)
        ]

    def _form(self, number: int, seen: dict[str, Any] | None, data: Any) -> PartsForm:
        form = PartsForm(
            self.field.parts,
            data,
            prefix=f"{self.key}-{number}" if self.field.is_list else self.key,
            seen=seen,
            is_row=self.field.is_list,
            genres=self.genres,
        )
        if self.field.is_list and not seen:
            # What is not there yet is left empty.
            del form.fields["remove"]
        if self.field.is_list and not self.is_ordered:
            del form.fields["position"]
        elif self.field.is_list and isinstance(number, int):
            form.initial["position"] = number + 1
        return form

    def _single_value(self, author: int) -> Any:
        form = self.forms[0]
        if form.is_blank:
            return None
        row = form.value()
        if self.is_single:
            value = row[self.field.parts[0].key]
            return None if value == "" else value
        return self._with_author(row, self.seen, author)

    def _list_value(self, author: int) -> list[Any]:
        rows: list[tuple[int, int, Any]] = []
        for number, form in enumerate(self.forms):
            if form.is_blank:
                continue
            row = form.value()
            if len(self.field.parts) == 1:
                row = row[self.field.parts[0].key]
            else:
                row = self._with_author(row, form.seen or None, author)
            rows.append((MOST_ROWS + number if form.place is None else form.place, number, row))
        values = [row for _place, _number, row in sorted(rows, key=lambda found: found[:2])]
        counted = Counter(repr(row) for row in values)
        if twice := [row for row in values if counted[repr(row)] > 1]:
            shown = self.field.show(twice[:1])
            self.errors.append(gettext("This stands here twice: %(what)s") % {"what": " ".join(shown)})
        return values

    def _with_author(self, row: dict[str, Any], seen: dict[str, Any] | None, author: int) -> dict[str, Any]:
        """New words are their author's; who corrects the language of a text does not become its author."""
        if not any(part.kind is PartKind.AUTHOR for part in self.field.parts):
            return row
        kept = seen is not None and seen.get("text") == row["text"]
        return {**row, "author": seen.get("author") if kept and seen else author}


def resolve_names(inputs: Iterable[FactInput]) -> None:
    """Find out what every typed name of a form means. A few queries for all of them."""
    typed = [found for fact in inputs for found in fact.typed()]
    for kind in REFERENCES:
        of_kind = [(form, part, name) for form, part, name in typed if part.kind is kind]
        found = candidates(kind, {name for _form, _part, name in of_kind})
        for form, part, name in of_kind:
            form.refer(part, name, found.get(name, []))


def clean_facts(inputs: Iterable[FactInput], author: int) -> bool:
    """Check the inputs of a form and put their values together; True when all is well."""
    inputs = [fact for fact in inputs if fact.is_bound]
    for form in (form for fact in inputs for form in fact.forms):
        form.full_clean()
    resolve_names(inputs)
    for fact in inputs:
        fact.settle(author)
    return not any(fact.has_error for fact in inputs)


def field_for(part: Part, genres: Choices = ()) -> forms.Field:
    """The form field for a part of a fact; `genres` are the choices of the part that is one."""
    common: dict[str, Any] = {"label": part.label, "required": part.required, "help_text": part.help_text}
    if part.kind in REFERENCES:
        widget = forms.TextInput(
            attrs={"list": f"names-{part.kind.value}", "autocomplete": "off", "data-names": part.kind.value}
        )
        return LineField(max_length=part.length, widget=widget, **common)
    match part.kind:
        case PartKind.TEXT:
            return CleanTextField(
                max_length=part.length, widget=forms.Textarea(attrs={"rows": 4, "data-text": ""}), **common
            )
        case PartKind.NUMBER if part.largest == BIG_NUMBER:
            return AmountField(min_value=part.smallest, max_value=part.largest, **common)
        case PartKind.NUMBER:
            return forms.IntegerField(min_value=part.smallest, max_value=part.largest, **common)
        case PartKind.DATE:
            return forms.DateField(
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common
            )
        case PartKind.PARTIAL_DATE:
            return PartialDateField(**common)
        case PartKind.CHOICE:
            return forms.ChoiceField(choices=part.choices, **common)
        case PartKind.GENRE:
            return forms.ChoiceField(choices=genres, **common)
        case PartKind.LANGUAGE | PartKind.COUNTRY | PartKind.REGION:
            return CodeField(kind="language" if part.kind is PartKind.LANGUAGE else "country", **common)
        case PartKind.CURRENCY:
            return CurrencyField(**common)
        case PartKind.FLAG:
            return forms.BooleanField(**{**common, "required": False})
        case PartKind.URL:
            return forms.URLField(max_length=part.length, assume_scheme="https", **common)
    validators = [RegexValidator(f"^(?:{part.pattern})$")] if part.pattern else []
    return LineField(max_length=part.length, validators=validators, **common)


def _genres() -> list[tuple[str, str]]:
    return [("", "—"), *((genre.slug, str(genre)) for genre in Genre.objects.all())]


class ReasonForm(forms.Form):
    """Where a proposal can be checked, and what there is to say about it."""

    source = LineField(
        label=_("Source"),
        min_length=3,
        max_length=500,
        error_messages={"min_length": _("Name an address, a book or the credits of the film.")},
        help_text=_("Where can this be checked? An address, a book, the credits of the film itself."),
    )
    note = CleanTextField(
        label=_("Note for the moderator"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # The author has seen the notice about words that stand elsewhere, and what they say about them.
    notice_seen = forms.BooleanField(required=False, widget=forms.HiddenInput)
    own_words = forms.BooleanField(required=False, widget=forms.HiddenInput)
    paste_signal = forms.CharField(required=False, widget=forms.HiddenInput)
