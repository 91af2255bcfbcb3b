from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models.vote import HIGHEST, LOWEST


class VoteForm(forms.Form):
    """A vote in half stars, with `undo` one that was just taken back; or `withdraw` to take it back."""

    value = forms.IntegerField(
        min_value=LOWEST,
        max_value=HIGHEST,
        required=False,
        error_messages={
            "invalid": _("Choose half a star to five stars."),
            "min_value": _("Choose half a star to five stars."),
            "max_value": _("Choose half a star to five stars."),
        },
    )
    undo = forms.BooleanField(required=False)
    withdraw = forms.BooleanField(required=False)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not cleaned.get("withdraw") and cleaned.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Choose half a star to five stars."))
        return cleaned
