"""A line of the diary, as its writer fills it in."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from films.models import Title
from films.models.title import FIRST_FILM_YEAR
from filmsite.lib.charts import HALF_STARS
from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import clean_line
from filmsite.lib.tags import TagsField
from reviews.models import Viewing
from reviews.models.lists import TAG_LENGTH, TAGS

# Somewhere it is already tomorrow.
_AHEAD: Final = timedelta(hours=14)


class ViewingForm(forms.Form):
    """One viewing. `earlier` is how often the member saw the title before, as far as the diary knows; `first_seen` the
    first of these days, None when one is unknown.
    """

    seen_on = forms.DateField(
        label=_("Seen on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Write the day as year-month-day, such as 2024-03-09.")},
    )
    unknown_day = forms.BooleanField(label=_("I don’t know when"), required=False)
    is_rewatch = forms.BooleanField(label=_("I had seen it before"), required=False)
    value = forms.TypedChoiceField(
        label=_("Stars that day"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: _stars(),
    )
    as_vote = forms.BooleanField(label=_("Make these stars my vote"), required=False)
    place = CleanTextField(
        label=_("Where"),
        required=False,
        max_length=Viewing._meta.get_field("place").max_length,
        help_text=_("A cinema, a couch, a train."),
    )
    tags = TagsField(
        label=_("Tags"),
        required=False,
        most=TAGS,
        length=TAG_LENGTH,
        help_text=_("With commas between them: festival, with friends"),
    )
    note = CleanTextField(
        label=_("Note"),
        required=False,
        max_length=Viewing._meta.get_field("note").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    off_watchlist = forms.BooleanField(label=_("Take it off my watchlist"), required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        title: Title,
        earlier: int = 0,
        first_seen: date | None = None,
        is_watched: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.title = title
        self.fields["seen_on"].widget.attrs["max"] = latest_today().isoformat()
        self.fields["is_rewatch"].initial = earlier > 0
        if first_seen:
            self.fields["seen_on"].widget.attrs["data-first-seen"] = first_seen.isoformat()
        if earlier:
            self.fields["is_rewatch"].help_text = ngettext(
                "Your diary has it once.", "Your diary has it %(number)d times.", earlier
            ) % {"number": earlier}
        if not title.takes_votes:
            del self.fields["as_vote"]
        if not is_watched:
            del self.fields["off_watchlist"]

    def clean_seen_on(self) -> date | None:
        day = self.cleaned_data["seen_on"]
        if day and day > latest_today():
            raise forms.ValidationError(
                _("That day has yet to come. Keep the title on your watchlist until then."), code="future"
            )
        if day and day.year < FIRST_FILM_YEAR:
            raise forms.ValidationError(_("There were no films yet in that year."), code="too_early")
        first = _first_year_of(self.title)
        if day and first and day.year < first - 1:
            raise forms.ValidationError(
                _("%(title)s was first shown in %(year)d. Is the day right, or the year on its page wrong?"),
                code="unseen",
                params={"title": self.title.display_name, "year": first},
            )
        return day

    def clean_place(self) -> str:
        return clean_line(self.cleaned_data["place"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("unknown_day"):
            data["seen_on"] = None
            # What was typed beside it does not matter.
            self.errors.pop("seen_on", None)
        if data.get("as_vote") and data.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Choose the stars that shall be your vote."))
        return data

    @property
    def said(self) -> Mapping[str, Any]:
        """What the services of the diary are told."""
        return {name: value for name, value in self.cleaned_data.items() if name != "unknown_day"}


def initial_from(viewing: Viewing) -> dict[str, Any]:
    """The form's fields for a line that stands."""
    plain = ("seen_on", "is_rewatch", "value", "place", "tags", "note")
    return {name: getattr(viewing, name) for name in plain} | {"unknown_day": viewing.seen_on is None}


def _first_year_of(title: Title) -> int | None:
    released_in = title.released_on.year if title.released_on else None
    return min((year for year in (released_in, title.year) if year is not None), default=None)


def latest_today() -> date:
    """The day that it is where the day begins first: nobody's own today is in the future."""
    return (timezone.now() + _AHEAD).date()


def _stars() -> list[tuple[int | str, str]]:
    words = gettext("%(stars)s of 5 stars")
    shown = [(value, words % {"stars": stars}) for value, stars in enumerate(HALF_STARS, 1)]
    return [("", gettext("None")), *reversed(shown)]
