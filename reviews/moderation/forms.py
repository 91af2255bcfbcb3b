from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import number_in
from reviews.models import Verdict
from reviews.moderation import rules

LONGEST_REASON = 2000


class DecisionForm(forms.Form):
    """A verdict with its reason; what else a decision needs is up to what it is about."""

    verdict = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = CleanTextField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    LABELS: dict[Verdict, str | Promise] = {}

    def __init__(self, *args, verdicts: list[Verdict], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        verdict_field = cast(forms.ChoiceField, self.fields["verdict"])
        verdict_field.choices = [(verdict.value, self.LABELS[verdict]) for verdict in verdicts]


class TextDecisionForm(DecisionForm):
    """A decision about a text. A removal names the rule that it rests on."""

    rule = forms.ChoiceField(label=_("Rule"), required=False, choices=[("", _("No rule")), *rules.CHOICES])

    LABELS = {
        Verdict.KEEP: _("It may stay"),
        Verdict.REMOVE: _("Remove it"),
        Verdict.RESTORE: _("Put it back"),
        Verdict.UPHOLD: _("The first decision stands"),
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "The author reads this, and so does everybody in the public log: name nobody."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == Verdict.REMOVE and not cleaned.get("rule"):
            self.add_error("rule", _("Name the rule: the author has a right to know it."))
        return cleaned


class VotesDecisionForm(DecisionForm):
    """A decision about votes, and whose it is about: their members, by id."""

    members = forms.TypedMultipleChoiceField(label=_("Whose votes"), required=False, coerce=int)

    LABELS = {
        Verdict.KEEP: _("Fine as they are: all of them count"),
        Verdict.EXCLUDE: _("Set the chosen votes aside: they count nowhere"),
        Verdict.RESTORE: _("Let the chosen votes count again"),
    }

    def __init__(self, *args, members: list[int], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.choosable = set(members)
        cast(forms.ChoiceField, self.fields["members"]).choices = [(pk, str(pk)) for pk in members]
        self.fields["reason"].help_text = _(
            "The members concerned read this, and so does everybody in the public log: name nobody."
        )

    @property
    def chosen(self) -> set[int]:
        """The members whose votes are ticked, as the page shows them."""
        numbers = (number_in(str(pk)) for pk in self["members"].value() or ())
        return {number for number in numbers if number is not None}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") in (Verdict.EXCLUDE, Verdict.RESTORE) and not cleaned.get("members"):
            self.add_error("members", _("Choose at least one vote."))
        return cleaned


class PictureRemovalForm(forms.Form):
    """Why a member's picture has to go."""

    reason = CleanTextField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The member reads this, and so does everybody in the public log: name nobody."),
    )


class AppealForm(forms.Form):
    """An author's objection to a removal."""

    text = CleanTextField(
        label=_("Why should it come back?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("A moderator who had no part in the decision reads this."),
    )


class ReportForm(forms.Form):
    """A member's word to the moderators about somebody's text."""

    text = CleanTextField(
        label=_("What is wrong with it?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Only moderators read this. If the text stands elsewhere, say where."),
    )
