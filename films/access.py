"""Fetching with permission: the title or person that a reader asks for, or 404."""

from django.shortcuts import get_object_or_404

from accounts.permissions import Viewer
from films.models import Award, Company, Person, Title, Video


def get_title_for(viewer: Viewer, pk: int, kind: str | None = None, *, for_page: bool = False) -> Title:
    """Give a title with its totals, of the given kind if one is given; 404 without it.

    `for_page` brings every fact along (see `TitleQuerySet.for_page`). The catalogue is public: the viewer makes
    no difference yet, and stands here so that titles waiting for approval need no second door.
    """
    titles = Title.objects.for_page() if for_page else Title.objects.select_related("totals", "parent")
    if kind is not None:
        titles = titles.filter(kind=kind)
    return get_object_or_404(titles, pk=pk)


def get_season_for(viewer: Viewer, show: Title, number: int) -> Title:
    """Give a season of a show by its number, with every fact of its page; 404 without it."""
    return get_object_or_404(Title.objects.for_page(), parent=show, season_number=number)


def get_person_for(viewer: Viewer, pk: int) -> Person:
    """Give a person with every fact of their page; 404 without it."""
    return get_object_or_404(Person.objects.for_page(), pk=pk)


def get_video_for(viewer: Viewer, pk: int) -> Video:
    """Give a video with its title; 404 without it."""
    return get_object_or_404(Video.objects.select_related("title"), pk=pk, title__merged_into=None)


def get_company_for(viewer: Viewer, pk: int) -> Company:
    """Give a company; 404 without it."""
    return get_object_or_404(Company, pk=pk)


def get_award_for(viewer: Viewer, pk: int) -> Award:
    """Give an award; 404 without it."""
    return get_object_or_404(Award, pk=pk)
