"""What a view behind a door knows of its request, for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Member


class MemberRequest(HttpRequest):
    """The request of somebody who is signed in: the annotation of views behind `login_required`."""

    user: Member
    htmx: HtmxDetails


class ModeratorRequest(MemberRequest):
    """The request behind `moderator_required`, which puts the viewer's sections on it."""

    sections: list[str]
