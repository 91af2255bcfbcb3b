from collections.abc import Mapping

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import MailRhythm
from reviews.models import Channel, NotificationKind


class ChannelsForm(forms.Form):
    """A field for each kind of news, and the rhythm of the mails. What happens to the account is never kept quiet."""

    rhythm = forms.TypedChoiceField(
        label=_("Mails go out"),
        choices=MailRhythm.choices,
        coerce=MailRhythm,
        widget=forms.RadioSelect,
        help_text=_(
            "Once a day or a week is one mail with all that is new, and none when nothing is. What you wait for, such as "
            "an export, is mailed at once."
        ),
    )

    def __init__(self, *args, channels: Mapping[NotificationKind, Channel], rhythm: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["rhythm"] = rhythm
        for kind, channel in channels.items():
            offered = [one for one in Channel if one != Channel.NONE or kind != NotificationKind.ACCOUNT]
            self.fields[kind] = forms.TypedChoiceField(
                label=kind.label,
                choices=[(one, one.label) for one in offered],
                coerce=Channel,
                initial=channel,
                widget=forms.RadioSelect,
            )

    @property
    def kinds(self) -> list[BoundField]:
        """The fields of the kinds."""
        return [self[kind] for kind in NotificationKind]

    @property
    def chosen_channels(self) -> dict[NotificationKind, Channel]:
        """What a valid form says of each kind."""
        return {kind: self.cleaned_data[kind] for kind in NotificationKind}
