"""Trailers and clips: the one page on which another site's player may run."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from films.access import get_video_for
from filmsite.lib.csp import frames_from


@require_safe
def video(request: HttpRequest, pk: int) -> HttpResponse:
    """A trailer in its provider's player: whoever comes here has asked for it by following a link that says so."""
    found = get_video_for(request.user, pk)
    context = {"video": found, "canonical": settings.FILMSITE_URL + found.get_absolute_url()}
    return frames_from(found.player_origin)(render)(request, "films/video.html", context)
