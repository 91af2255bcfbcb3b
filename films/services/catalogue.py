"""Changes to the catalogue, and what must follow them."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from films.models import Title, TitleKind
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names


def refresh_catalogue(*, title_ids: Collection[int] = (), person_ids: Collection[int] = ()) -> None:
    """After these rows changed: seasons take their show's name, and browse and search follow, on commit."""
    seasons = Title.objects.filter(kind=TitleKind.SEASON, parent__in=title_ids)
    for show in Title.objects.filter(pk__in=title_ids, kind=TitleKind.SHOW):
        seasons.filter(parent=show).exclude(name=F("parent__name")).update(
            name=show.name, sort_name=show.sort_name, slug=show.slug
        )
    titles = {*title_ids, *seasons.values_list("pk", flat=True)} if title_ids else set()

    def follow() -> None:
        if titles:
            refresh_listings(title_ids=titles)
            refresh_search_names(title_ids=titles)
        if person_ids:
            refresh_search_names(person_ids=person_ids)

    transaction.on_commit(follow)
