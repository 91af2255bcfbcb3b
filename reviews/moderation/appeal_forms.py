"""What a member says to the moderators about a decision: an answer, or an appeal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField

LONGEST = 5000


class AnswerForm(forms.Form):
    """The word of the author of a text that is hidden, or about which a moderator asked."""

    text = CleanTextField(
        label=_("Your answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The moderators of the section read this, and nobody else."),
    )


class AppealForm(forms.Form):
    """An objection to a decision; against a rights-holder's notice with a word of good faith."""

    text = CleanTextField(
        label=_("What should be seen differently?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Somebody who had no part in the decision reads this."),
    )
    good_faith = forms.BooleanField(
        label=_(
            "I state in good faith that I may publish this: it is mine, or its owner or the law allows it."
        ),
    )

    def __init__(self, *args: Any, is_about_notice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_about_notice:
            self.fields["text"].label = _("Why may you publish it?")
            self.fields["text"].help_text = _(
                "Moderators who had no part in the decision read this; whoever sent the notice does not."
            )
        else:
            del self.fields["good_faith"]
