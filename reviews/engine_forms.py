"""What staff tell engines and backfills."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField
from filmsite.lib.languages import language_name, primary
from reviews.backlog import DATED_KINDS, KIND_NAMES, Which
from reviews.models import EVERY_PAIR, TEXT_KINDS, EngineAct


class EngineActForm(forms.Form):
    """Which engine, which of its pairs if not the whole, and what it is told."""

    act = forms.ChoiceField(choices=EngineAct.choices)
    engine = CleanTextField(max_length=80)
    source = CleanTextField(max_length=8, required=False)
    target = CleanTextField(max_length=8, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        pair = [values.get("source") or EVERY_PAIR, values.get("target") or EVERY_PAIR]
        if pair.count(EVERY_PAIR) == 1:
            raise forms.ValidationError("A pair has two languages.")
        values["source"], values["target"] = pair
        if "act" in values:
            values["act"] = EngineAct(values["act"])
        return values


class OrderAgainForm(forms.Form):
    """Which failed orders: those of a reason, and of a pair if one is given."""

    reason = CleanTextField(max_length=200, required=False)
    source = CleanTextField(max_length=8)
    target = CleanTextField(max_length=8)


class BackfillForm(forms.Form):
    """What a backfill goes through, and how fast."""

    which = forms.ChoiceField(
        label=_("Texts"),
        choices=[(which.value, which.label) for which in Which if which != Which.MADE],
        widget=forms.RadioSelect,
        initial=Which.MISSING,
    )
    targets = forms.MultipleChoiceField(label=_("Into"), widget=forms.CheckboxSelectMultiple)
    sources = forms.MultipleChoiceField(
        label=_("From"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: from every language that can be translated."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of text"),
        choices=[(kind, KIND_NAMES[kind]) for kind in TEXT_KINDS],
        widget=forms.CheckboxSelectMultiple,
        initial=list(TEXT_KINDS),
    )
    since = forms.DateField(
        label=_("Written since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "Only of messages, lists and notes is it known when they were written: with a day, others are left out."
        ),
    )
    most_texts = forms.IntegerField(
        label=_("At most so many texts"), required=False, min_value=1, max_value=100_000_000
    )
    budget_characters = forms.IntegerField(
        label=_("Characters in all"),
        required=False,
        min_value=1,
        max_value=1_000_000_000_000,
        help_text=_("Of the texts, each counted once for every language it goes into. Empty: no limit."),
    )
    characters_an_hour = forms.IntegerField(
        label=_("Characters an hour"), required=False, min_value=1, max_value=1_000_000_000
    )

    def __init__(self, *args: Any, pairs: Collection[tuple[str, str]], **kwargs: Any) -> None:
        """`pairs` are the languages that can be translated, from and into."""
        super().__init__(*args, **kwargs)
        self.fields["sources"].choices = _languages({primary(source) for source, _target in pairs})  # type: ignore[attr-defined]  # a field of choices
        self.fields["targets"].choices = _languages(  # type: ignore[attr-defined]  # see above
            {target for _source, target in pairs}
        )
        if not self.is_bound:
            offered = {code for code, _name in self.fields["targets"].choices}  # type: ignore[attr-defined]  # see above
            self.initial["targets"] = [c for c in settings.FILMSITE_TRANSLATION_TARGETS if c in offered]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("since") and not set(values.get("kinds", ())) & set(DATED_KINDS):
            self.add_error("since", _("Of none of the chosen kinds is it known when a text was written."))
        return values


def _languages(codes: set[str]) -> list[tuple[str, str]]:
    return sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1])
