"""Following members, and the threads of titles and people; blocking and muting. Each is a button that posts."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import get_member_for, get_related_member_for
from accounts.models import Member
from accounts.relations import relation_of
from accounts.requests import MemberRequest
from accounts.services import relating
from filmsite.lib.limits import limited
from reviews.access import get_review_for, get_subject_to_discuss
from reviews.models import SubjectFollow
from reviews.permissions import can_read_text
from reviews.services.following import follow_subject, unfollow_subject
from reviews.subjects import Subject
from reviews.threads import Followed, attach_unread, place_of

THREADS_A_PAGE: Final = 50


@require_http_methods(["GET", "POST"])
@login_required
@limited("follow")
def follow_member(request: MemberRequest, username: str) -> HttpResponse:
    """Follow a member, or no longer (`off`). A GET comes from somebody who had to sign in first."""
    member = _other(request, username)
    if request.method == "GET":
        return redirect(member)
    said = {"name": member.username}
    if "off" in request.POST:
        relating.unfollow(follower=request.user, followed=member)
        return _answer(request, member, _("You do not follow %(name)s.") % said)
    try:
        follow = relating.follow(follower=request.user, followed=member)
    except PermissionDenied:
        return _answer(request, member, _("You cannot follow %(name)s now.") % said, refused=True)
    if follow.accepted_at is None:
        return _answer(request, member, _("%(name)s decides about followers and has been asked.") % said)
    return _answer(request, member, _("You follow %(name)s.") % said)


@require_POST
@login_required
@limited("follow")
def block(request: MemberRequest, username: str) -> HttpResponse:
    """Block a member, or no longer (`off`)."""
    return _relate(
        request,
        username,
        on=(relating.block, _("You and %(name)s hear nothing of each other any more. They are not told.")),
        off=(relating.unblock, _("%(name)s is not blocked.")),
    )


@require_POST
@login_required
@limited("follow")
def mute(request: MemberRequest, username: str) -> HttpResponse:
    """Mute a member, or no longer (`off`)."""
    return _relate(
        request,
        username,
        on=(relating.mute, _("You hear nothing of %(name)s any more. They are not told.")),
        off=(relating.unmute, _("%(name)s is not muted.")),
    )


def _relate(
    request: MemberRequest,
    username: str,
    *,
    on: tuple[Callable[..., None], str],
    off: tuple[Callable[..., None], str],
) -> HttpResponse:
    member = _other(request, username)
    act, words = off if "off" in request.POST else on
    act(member=request.user, other=member)
    return _answer(request, member, words % {"name": member.username})


def _other(request: MemberRequest, username: str) -> Member:
    """Another member, or 404. What was begun can be ended (`off`) when they are not to be seen any more."""
    get = get_related_member_for if "off" in request.POST else get_member_for
    member = get(request.user, username)
    if member == request.user:
        raise Http404
    return member


def _answer(request: MemberRequest, member: Member, said: str, *, refused: bool = False) -> HttpResponse:
    """The buttons anew to htmx, otherwise the page that the form names (`next`), or the member's."""
    if request.htmx:
        context = {"member": member, "relation": relation_of(request.user, member), "said": said}
        return render(request, "social/_follow_member.html", context)
    if refused:
        messages.error(request, said)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(_next(request) or member.get_absolute_url(), status=303)


def _next(request: HttpRequest) -> str:
    """Where the form says to go, if that is on this site."""
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if own else ""


@require_http_methods(["GET", "POST"])
@login_required
@limited("follow")
def follow_thread(request: MemberRequest, kind: type[Subject], pk: int) -> HttpResponse:
    """Follow what is said about a title or a person, or no longer (`off`)."""
    subject = get_subject_to_discuss(kind, pk)
    if request.method == "GET":
        return redirect(subject)
    said = {"about": subject.display_name}
    if on := "off" not in request.POST:
        follow_subject(member=request.user, subject=subject)
        words = _("You follow what is said about %(about)s.") % said
    else:
        unfollow_subject(member=request.user, subject=subject)
        words = _("You do not follow what is said about %(about)s.") % said
    if request.htmx:
        context = {"subject": subject, "followed": Followed(unread=0 if on else None), "said": words}
        return render(request, "reviews/_follow_subject.html", context)
    messages.success(request, words)
    return HttpResponseRedirect(_next(request) or f"{subject.get_absolute_url()}#reviews", status=303)


@require_safe
@login_required
def following(request: MemberRequest) -> HttpResponse:
    """The titles and people whose threads the member follows, those last followed first, with what is unread.

    Three queries beside those of every page, however many there are.
    """
    follows = (
        SubjectFollow.objects.filter(member=request.user)
        .select_related("title", "person")
        .defer("title__plot", "title__tagline", "title__plot_source", "person__biography")
        .order_by("-followed_at", "-id")
    )
    page = Paginator(follows, THREADS_A_PAGE).get_page(request.GET.get("page"))
    attach_unread(list(page))
    return render(request, "social/following.html", {"page": page})


@require_safe
def in_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to a text where it stands among the others; one that is gone, to its own page, which says so."""
    review = get_review_for(request.user, pk)
    if not can_read_text(request.user, review):
        return redirect(review)
    return HttpResponseRedirect(place_of(review))
