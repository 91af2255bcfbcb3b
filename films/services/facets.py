"""Keeping the counts at hand that most visitors of a list see."""

from films.facets import recount
from films.filters import TitleFilter
from films.models import TitleKind


def recount_facets() -> None:
    """Count the genres, countries, languages and decades of all films, of all shows and of all seasons."""
    for kind in TitleKind:
        recount(TitleFilter.unfiltered(kind))
