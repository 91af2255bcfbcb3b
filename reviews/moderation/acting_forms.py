"""The form by which a moderator acts on what they come across, without a report."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField
from reviews.models import Verdict
from reviews.moderation import rules
from reviews.moderation.forms import LONGEST_REASON
from reviews.moderation.naming import NamelessReason

_LABELS: Final = {
    Verdict.HIDE: _("Hide it until the author answers"),
    Verdict.REMOVE: _("Remove it"),
}


class LiftForm(NamelessReason):
    """Why a measure ends before its time."""

    reason = CleanTextField(
        label=_("Why it ends"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The member reads this, and so does everybody in the public log: name nobody."),
    )


class ActForm(NamelessReason):
    """What becomes of it, by which rule, and why. Where there is no choice, it is removed."""

    verdict = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    rule = forms.ChoiceField(label=_("Rule"), choices=[("", _("Name the rule")), *rules.CHOICES])
    reason = CleanTextField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The member reads this, and so does everybody in the public log: name nobody."),
    )

    def __init__(self, *args: Any, verdicts: Sequence[Verdict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(verdicts) == 1:
            del self.fields["verdict"]
        else:
            choices = [(verdict.value, _LABELS[verdict]) for verdict in verdicts]
            cast(forms.ChoiceField, self.fields["verdict"]).choices = choices

    @property
    def verdict_chosen(self) -> str:
        return str(self.cleaned_data.get("verdict") or Verdict.REMOVE)
