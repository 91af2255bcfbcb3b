"""Fetching for somebody, or refusing: the doors of the site."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import Audience, Member, Part
from accounts.permissions import Viewer, can_see, held_sections, moderated_sections, powers_in_force
from accounts.relations import Relation, relation_of
from accounts.usernames import digest_of

View = Callable[..., HttpResponse]


class KeptBack(Http404):
    """A part of a member's page that is not for the viewer, to whom the member's own page says so too."""

    def __init__(self, member: Member, audience: Audience) -> None:
        super().__init__()
        self.member, self.audience = member, audience


class Suspended(Http404):
    """The pages of a suspended member, whose texts still name them: a stranger is told that, and nothing else of them."""

    def __init__(self, member: Member) -> None:
        super().__init__()
        self.member = member


def get_member_for(viewer: Viewer, username: str) -> Member:
    """The member by that name with their totals, or 404: closed, closing and suspended ones show to nobody else.

    Of a suspended one the 404 says so (`Suspended`), of whoever left nothing. A name that a moderator took away still leads to whoever had it: texts of others call them so.
    """
    members = Member.objects.for_card()
    member = _by_name(members, username) or get_object_or_404(members, former_names=digest_of(username))
    own_page = viewer.pk == member.pk
    if member.is_hidden and not own_page and not moderated_sections(viewer):
        is_there = member.is_active and not member.is_former
        raise Suspended(member) if is_there else Http404
    return member


def get_related_member_for(viewer: Member, username: str) -> Member:
    """Like `get_member_for`; who is hidden is found too where they follow, block or mute, so that this can be ended."""
    member = _by_name(Member.objects.all(), username)
    if member is not None and relation_of(viewer, member) != Relation():
        return member
    return get_member_for(viewer, username)


def _by_name(members: QuerySet[Member], username: str) -> Member | None:
    """The member by that name in any case. Not `first()`, whose order would read all members by their numbers."""
    return next(iter(members.filter(username__iexact=username)), None)


def get_member_showing(viewer: Viewer, username: str, *parts: Part) -> Member:
    """The member by that name if these parts of their page are for the viewer, or a 404 that says for whom they are."""
    member = get_member_for(viewer, username)
    for part in parts:
        if not can_see(viewer, member, part):
            raise KeptBack(member, member.audience_of(part))
    return member


def second_factor_missing(request: HttpRequest) -> HttpResponse | None:
    """The answer for an account with powers that has no second factor yet: a way to set one up."""
    if not powers_in_force(request.user):
        messages.warning(request, _("Your account has special rights. Set up a second factor to use them."))
        return redirect("mfa_index")
    return None


def moderator_required(view: View) -> View:
    """The one door of the moderators' pages: a stranger gets 404, a moderator without a second factor sets one up.

    The view finds the viewer's sections in `request.sections`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            sections = held_sections(request.user)
            if not sections:
                raise Http404
            if (answer := second_factor_missing(request)) is not None:
                return answer
            request.sections = sections  # type: ignore[attr-defined]  # what the door adds
            return view(request, *args, **kwargs)
        except Http404:
            if not (typed := _typed_in(request)):
                raise
            # Whoever lost the right while they wrote loses no words; what they wrote about is not shown.
            return render(request, "moderation/not_any_more.html", {"typed": typed}, status=403)

    guarded.is_guarded_for_moderators = True  # type: ignore[attr-defined]  # what the architecture test looks for
    return guarded


def _typed_in(request: HttpRequest) -> list[str]:
    """What somebody wrote into a form of the moderators."""
    return [text for name in ("reason", "text", "reply") if (text := request.POST.get(name, "").strip())]


def staff_required(view: View) -> View:
    """The one door of the staff's pages outside the admin, which has the same: a stranger gets 404, somebody of the staff
    without a second factor sets one up.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff or request.user.is_suspended:
            raise Http404
        if (answer := second_factor_missing(request)) is not None:
            return answer
        return view(request, *args, **kwargs)

    guarded.is_guarded_for_staff = True  # type: ignore[attr-defined]  # what the test of the doors looks for
    return guarded
