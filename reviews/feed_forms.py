from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.feed import Act


class ActsForm(forms.Form):
    """Which kinds of acts a member wants in their feed; none is a choice too."""

    acts = forms.TypedMultipleChoiceField(
        label=_("My feed shows"),
        choices=Act.choices,
        coerce=Act,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
