"""The form by which members tell the moderators that something is wrong."""

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import clean_line
from reviews.models import CaseKind, Matter, Report

LONGEST_WORD: Final = 2000
_LONGEST_SOURCE: Final = Report._meta.get_field("source_url").max_length

# Why something is reported, in the words of whoever does.
REASONS: Final[Mapping[CaseKind, str | Promise]] = {
    CaseKind.COPIED: _("It is copied: it stands elsewhere"),
    CaseKind.ATTACK: _("It goes after somebody instead of what they wrote"),
    CaseKind.SPOILERS: _("It gives the story away in the open"),
    CaseKind.ADVERTISING: _("It advertises something"),
    CaseKind.OFF_TOPIC: _("It is about something else"),
    CaseKind.UNLAWFUL: _("It threatens, hates or breaks the law"),
    CaseKind.OTHER: _("Something else"),
}
# What cannot be wrong with a kind of content.
_NEVER: Final[Mapping[Matter, frozenset[CaseKind]]] = {
    Matter.PLOT: frozenset({CaseKind.ATTACK}),
    Matter.BIOGRAPHY: frozenset({CaseKind.SPOILERS}),
    Matter.TRANSLATION: frozenset({CaseKind.COPIED, CaseKind.OFF_TOPIC}),
    Matter.ABOUT: frozenset({CaseKind.SPOILERS, CaseKind.OFF_TOPIC}),
    Matter.PICTURE: frozenset({CaseKind.SPOILERS, CaseKind.OFF_TOPIC}),
    Matter.NAME: frozenset({CaseKind.COPIED, CaseKind.SPOILERS, CaseKind.OFF_TOPIC}),
}


class ReportForm(forms.Form):
    """A member's word to the moderators: why, in their own words what, and of copied things where else they stand."""

    kind = forms.ChoiceField(label=_("What is wrong with it?"), widget=forms.RadioSelect)
    source_url = forms.CharField(
        label=_("If it is copied: where else does it stand?"),
        max_length=_LONGEST_SOURCE,
        required=False,
        help_text=_("The address of a page, or the book and its page."),
    )
    text = CleanTextField(
        label=_("What should a moderator know?"),
        max_length=LONGEST_WORD,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Only moderators read this."),
    )

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in REASONS if kind not in _NEVER.get(matter, ())]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [(kind.value, REASONS[kind]) for kind in kinds]
        if CaseKind.COPIED not in kinds:
            del self.fields["source_url"]

    def clean_source_url(self) -> str:
        return clean_line(self.cleaned_data["source_url"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == CaseKind.OTHER and not cleaned.get("text"):
            self.add_error("text", _("Say what it is: nobody can guess it."))
        told = cleaned.get("source_url") or cleaned.get("text") or {"source_url", "text"} & self.errors.keys()
        if cleaned.get("kind") == CaseKind.COPIED and not told:
            self.add_error(
                "source_url",
                _("Say where else it stands, or below what makes you think so: a moderator must find it."),
            )
        return cleaned
