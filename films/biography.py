"""What a person's page says of their life: the rows that `PersonQuerySet.for_page` brings, put into words and groups.

Nothing here asks the database.
"""

from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext

from films.models import ExternalId, Person, Title
from films.presenting import Awards, Picture, awards_of, pictures_of
from filmsite.lib.partial_dates import ages_between

# Nobody whose death we merely have not heard of grows older than this.
OLDEST: Final = 110


@dataclass(frozen=True)
class Life:
    """A person's facts beside their own columns. `age` is in words, and empty where too little is known."""

    age: str
    portrait: Picture | None
    awards: Awards
    external_ids: list[ExternalId]


def life_of(person: Person) -> Life:
    """Expects a person of `for_page`."""
    return Life(
        age=age_of(person),
        portrait=next(iter(pictures_of(person.image_rows)), None),
        awards=awards_of([{**row, "title": Title(**row["title"])} for row in person.nomination_rows]),
        external_ids=[found for row in person.id_rows if (found := ExternalId(person=person, **row)).url],
    )


def age_of(person: Person) -> str:
    """The age that somebody has or reached, as exactly as the dates allow: "90", or "88 or 89"."""
    until = person.died or timezone.localdate().isoformat()
    ages = ages_between(person.born, until) if person.born else None
    if ages is None or ages[1] > OLDEST:
        return ""
    least, most = ages
    return str(least) if least == most else gettext("%(least)d or %(most)d") % {"least": least, "most": most}
