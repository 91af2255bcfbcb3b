"""What a moderator says of a proposal: yes or no to each of its fields, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField

YES: Final = "yes"
NO: Final = "no"


class DecisionForm(forms.Form):
    """A choice for each proposed field (`decide-<key>`), with the value of today that was seen (`seen-<key>`)."""

    reply = CleanTextField(
        label=_("Reply to the author"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when something is declined: what would make it right?"),
    )

    def __init__(self, *args: Any, fields: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = list(fields)
        for key in self.keys:
            self.fields[f"decide-{key}"] = forms.ChoiceField(
                choices=[(YES, _("Accept")), (NO, _("Decline"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose: accept or decline.")},
            )
            self.fields[f"seen-{key}"] = forms.CharField(
                required=False, max_length=40, widget=forms.HiddenInput
            )

    def without_stale_choices(self, today: Mapping[str, str]) -> DecisionForm:
        """The form again, without the choices about fields whose value is not any more the one that was seen.

        `today` maps each field to the fingerprint of its value; empty where nothing stands beside it.
        """
        stale = [key for key, now in today.items() if now and self.data.get(f"seen-{key}") != now]
        if not self.is_bound or not stale:
            return self
        data = {
            name: value for name, value in self.data.items() if name not in {f"decide-{key}" for key in stale}
        }
        return DecisionForm(data, fields=self.keys)

    @property
    def accepted(self) -> dict[str, str]:
        """The accepted fields with what was seen of each."""
        data = self.cleaned_data
        return {key: data.get(f"seen-{key}", "") for key in self.keys if data.get(f"decide-{key}") == YES}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        declines = any(cleaned.get(f"decide-{key}") == NO for key in self.keys)
        if declines and not cleaned.get("reply") and "reply" not in self.errors:
            self.add_error("reply", _("Tell the author why: they took the trouble."))
        return cleaned


class LockForm(forms.Form):
    """A field to lock, or the whole, and the reason that everybody sees."""

    field = forms.ChoiceField(label=_("What"), required=False)
    reason = CleanTextField(
        label=_("Reason"), max_length=300, help_text=_("Everybody who would correct it reads this.")
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"] = forms.ChoiceField(label=_("What"), required=False, choices=choices)
