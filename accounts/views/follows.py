"""Whom a member follows and who follows them; who is blocked and muted."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import get_member_showing, get_related_member_for
from accounts.models import Block, Follow, Member, Mute, Part
from accounts.permissions import Viewer
from accounts.querysets import shown_to
from accounts.requests import MemberRequest
from accounts.services import relating
from filmsite.lib.limits import limited
from filmsite.lib.paging import BadCursor, keyset_page

MEMBERS_A_PAGE: Final = 60
REQUESTS_SHOWN: Final = 100


@require_safe
def follows(request: HttpRequest, username: str) -> HttpResponse:
    """Whom a member follows, or with `?show=followers` who follows them, the newest first; for whom it is.

    To the member themselves also who asks to follow them. Three queries for a visitor, however many there are.
    """
    member = get_member_showing(request.user, username, Part.FOLLOWS)
    is_me = request.user.pk == member.pk
    show = "followers" if request.GET.get("show") == "followers" else "following"
    accepted = Follow.objects.filter(accepted_at__isnull=False)
    both = {
        "following": _shown(accepted.filter(follower=member), "followed", request.user),
        "followers": _shown(accepted.filter(followed=member), "follower", request.user, named=not is_me),
    }
    other = "follower" if show == "followers" else "followed"
    try:
        page = keyset_page(
            both[show].select_related(f"{other}__totals"),
            order=["-id"],
            query=request.GET,
            size=MEMBERS_A_PAGE,
        )
    except BadCursor:
        return redirect("accounts:member-follows", member.username)
    context: dict[str, Any] = {
        "member": member,
        "is_me": is_me,
        "show": show,
        "page": page,
        "members": [getattr(row, other) for row in page.rows],
        "counts": {name: rows.count() for name, rows in both.items()},
        "asking": _asking(member) if is_me else [],
        "crumbs": [(member.username, member.get_absolute_url()), (_("Follows"), None)],
    }
    return render(request, "accounts/member_follows.html", context)


def _shown(rows: QuerySet[Follow], other: str, viewer: Viewer, *, named: bool = False) -> QuerySet[Follow]:
    """Without members who are not to be seen; with `named`, without those who do not let the viewer see whom they follow."""
    rows = rows.filter(**{f"{other}__{column}": value for column, value in _ACTIVE.items()})
    if named:
        rows = rows.filter(shown_to(Part.FOLLOWS, viewer, f"{other}__"))
    if viewer.pk is not None:
        silenced = (Block.objects.filter(member=viewer.pk), Mute.objects.filter(member=viewer.pk))
        for relation in silenced:
            rows = rows.exclude(**{f"{other}__in": relation.values("other")})
    return rows


# As `MemberQuerySet.active`, of the member at the other end.
_ACTIVE: Final = {"is_active": True, "suspended_at__isnull": True, "closing_at__isnull": True}


def _asking(member: Member) -> list[Member]:
    """Who asks to follow the member, the first who asked first."""
    asked = Follow.objects.filter(followed=member, accepted_at__isnull=True)
    active = asked.filter(**{f"follower__{column}": value for column, value in _ACTIVE.items()})
    rows = active.select_related("follower__totals").order_by("id")[:REQUESTS_SHOWN]
    return [row.follower for row in rows]


@require_POST
@login_required
@limited("follow")
def answer(request: MemberRequest, username: str) -> HttpResponse:
    """Accepts, refuses or removes a follower of one's own, as `answer` says."""
    follower = get_related_member_for(request.user, username)
    said = {"name": follower.username}
    match request.POST.get("answer"):
        case "accept":
            relating.accept(member=request.user, follower=follower)
            messages.success(request, _("%(name)s follows you now.") % said)
        case "refuse":
            relating.refuse(member=request.user, follower=follower)
            messages.success(request, _("%(name)s does not follow you and is not told.") % said)
        case "remove":
            relating.remove_follower(member=request.user, follower=follower)
            messages.success(request, _("%(name)s does not follow you any more and is not told.") % said)
    url = reverse("accounts:member-follows", args=[request.user.username])
    return HttpResponseRedirect(f"{url}?show=followers", status=303)


@require_safe
@login_required
def silenced(request: MemberRequest) -> HttpResponse:
    """Whom the member has blocked and muted, with the way back. Two queries beside those of every page."""
    context = {
        "blocks": Block.objects.filter(member=request.user).select_related("other").order_by("-id"),
        "mutes": Mute.objects.filter(member=request.user).select_related("other").order_by("-id"),
    }
    return render(request, "accounts/silenced.html", context)
