"""What a rights-holder fills in, without an account."""

from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filmsite.lib.fields import CleanTextField
from reviews.moderation.access import get_standing_target_for
from reviews.moderation.targets import target_at
from reviews.notice_links import Stamp, new_stamp, read_stamp

MOST_ADDRESSES: Final = 20
_LONGEST_ADDRESS: Final = 500
# Nobody fills this form in faster; and what has stood open longer is made anew.
LEAST_SECONDS: Final = 3
MOST_SECONDS: Final = 24 * 3600
# As many unknown addresses are named in the error.
_NAMED: Final = 5


class NoticeForm(forms.Form):
    """A notice: by whom, of which work, where it stands here, and that it is meant."""

    name = CleanTextField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    on_behalf_of = CleanTextField(
        label=gettext_lazy("On behalf of"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "If the rights are somebody else's: whose, and what you are to them. Whoever wrote the text reads this."
        ),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("The receipt goes there, and so do the decisions."),
    )
    work = CleanTextField(
        label=gettext_lazy("Your work"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "What it is called; best of all the passage itself, so that a moderator can compare the words."
        ),
    )
    work_url = forms.URLField(
        label=gettext_lazy("Where it was published"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("The address of the page, if there is one."),
    )
    addresses = CleanTextField(
        label=gettext_lazy("Where it stands here"),
        max_length=MOST_ADDRESSES * _LONGEST_ADDRESS,
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "url", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The exact address of each text or picture, one a line. Of a message it is behind its date."
        ),
    )
    explanation = CleanTextField(
        label=gettext_lazy("Why it may not stand here"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    good_faith = forms.BooleanField(
        label=gettext_lazy(
            "I state in good faith that what I say here is right and complete, and that nobody who may "
            "allow it has allowed this use."
        ),
    )
    stamp = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    # Hidden from people: who fills it in is none.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    # The address that the notice will have.
    token: str = ""

    def __init__(self, *args: Any, host: str = "", **kwargs: Any) -> None:
        """`host` is what the visitor calls this site, which goes by that and by its own name."""
        super().__init__(*args, **kwargs)
        self.hosts = {host.casefold(), urlsplit(settings.FILMSITE_URL).netloc.casefold()}
        self.initial.setdefault("stamp", new_stamp())

    def clean_addresses(self) -> list[str]:
        """The addresses without their host, each thing once, in order. All of them lead to what anybody can see."""
        lines = [line for line in map(str.strip, self.cleaned_data["addresses"].splitlines()) if line]
        if len(lines) > MOST_ADDRESSES:
            raise forms.ValidationError(
                _("At most %(most)d addresses in one notice; send the others in another one.")
                % {"most": MOST_ADDRESSES}
            )
        found: dict[tuple[str, int], str] = {}
        unknown = []
        for line in lines:
            place = self._place_of(line)
            key = _key_of(place)
            if key is None or len(place) > _LONGEST_ADDRESS:
                unknown.append(line)
            else:
                found.setdefault(key, place)
        if unknown:
            raise forms.ValidationError([_not_found(line) for line in unknown[:_NAMED]])
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stamp = read_stamp(cleaned.get("stamp", ""))
        if cleaned.get("website"):
            self.add_error(
                None, _("One field that nobody sees was filled in. Empty it, or send the form again.")
            )
        elif stamp is None or stamp.age > MOST_SECONDS:
            self._stamp_anew(None)
            self.add_error(None, _("This page has stood open for too long. Look it over and send it again."))
        elif not self.errors and stamp.age < LEAST_SECONDS:
            self.add_error(
                None, _("That was faster than anybody can read this page. Look it over and send it again.")
            )
        else:
            self.token = stamp.token
        if self.errors:
            self._stamp_anew(stamp)
        return cleaned

    def _stamp_anew(self, stamp: Stamp | None) -> None:
        """Let the form that comes back be good for a whole day, and empty what people cannot empty."""
        data = dict(self.data.items())
        data["website"] = ""
        if stamp is None or stamp.age > MOST_SECONDS / 2:
            data["stamp"] = new_stamp()
        self.data = data

    def _place_of(self, line: str) -> str:
        """The address without scheme and host where it is ours; any other as it is."""
        try:
            parts = urlsplit(line if "//" in line or line.startswith("/") else f"//{line}")
        except ValueError:
            return line
        if parts.netloc and parts.netloc.casefold() not in self.hosts:
            return line
        return parts._replace(scheme="", netloc="").geturl() or line


def _key_of(place: str) -> tuple[str, int] | None:
    target = target_at(place)
    if target is None:
        return None
    try:
        get_standing_target_for(AnonymousUser(), target.matter, target.row.pk)
    except Http404:
        return None
    return target.matter, target.row.pk


def _not_found(line: str) -> str:
    shown = line if len(line) <= 100 else f"{line[:100]}…"
    return _("Nothing that a member wrote or made stands at %(address)s.") % {"address": shown}
