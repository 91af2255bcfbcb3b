"""What the form of an addition asks for beside the facts: the rule it rests on, its id elsewhere, its show."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from films.editing import PartKind
from films.editing.names import candidates
from films.editing.parts import name_of
from films.fact_fields import LineField
from films.forms import ReasonForm
from films.models import Proposal, Title, TitleCompany, TitleKind

_IMDB: Final = re.compile(r"(?:^|/title/)(tt\d{7,10})(?:/|\?|$)", re.ASCII)


class ImdbField(LineField):
    """An id of IMDb, or the address of a page there."""

    def clean(self, value: object) -> str:
        text = super().clean(value)
        found = _IMDB.search(text)
        if text and not found:
            raise ValidationError(
                _("An id of IMDb looks like tt0118849; the address of its page is fine, too.")
            )
        return found[1] if found else ""


class AddForm(ReasonForm):
    """The part of an addition that is no fact of the title. A season names its show and the channel."""

    ground = forms.ChoiceField(
        label=_("Why does it belong here?"), choices=Proposal.Ground.choices, widget=forms.RadioSelect
    )
    imdb_id = ImdbField(
        label=_("IMDb id"),
        required=False,
        max_length=200,
        help_text=_("tt and a number, or the address of its page there: it keeps out duplicates."),
    )
    show = LineField(
        label=_("Show"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "names-title", "autocomplete": "off", "data-names": "title"}),
        help_text=_("Its name, with the year if several have it, or the address of its page here"),
    )
    channel = LineField(
        label=_("Channel"), max_length=200, help_text=_("The channel or service that first showed it")
    )
    # Looked at those that are called alike: it is none of them.
    is_another = forms.BooleanField(required=False, widget=forms.HiddenInput)

    field_order = ("ground", "show", "channel", "imdb_id", "source", "note")

    def __init__(self, *args: Any, kind: TitleKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("imdb_id",) if kind is TitleKind.SEASON else ("show", "channel"):
            del self.fields[name]

    def chosen_show(self) -> Title | None:
        """The show that was typed; None, with an error on the field, when none or several are called so."""
        if "show" in self.errors:
            return None
        typed = self.cleaned_data["show"]
        found = Title.objects.filter(
            pk__in=[reference["id"] for reference in candidates(PartKind.TITLE, [typed])[typed]],
            kind=TitleKind.SHOW,
        )
        shows = list(found[:2])
        if len(shows) == 1:
            return shows[0]
        if shows:
            names = ", ".join(name_of({"name": show.name, "year": show.year}) for show in shows)
            self.add_error("show", _("There are several of this name: %(names)s.") % {"names": names})
        else:
            self.add_error("show", _("There is no show of this name here. Add the show first."))
        return None

    def facts(self) -> dict[str, Any]:
        """What it says of facts, by key of the field."""
        said: dict[str, Any] = {}
        if imdb_id := self.cleaned_data.get("imdb_id"):
            said["external_ids"] = [{"source": "imdb", "value": imdb_id}]
        if channel := self.cleaned_data.get("channel"):
            company = {"id": None, "name": channel}
            said["companies"] = [
                {"company": company, "part": TitleCompany.Part.NETWORK.value, "country": None}
            ]
        return said
