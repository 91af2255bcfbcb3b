"""How a member's vote on a title changed over the years."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_for
from accounts.models import Audience, Part
from accounts.permissions import can_see
from accounts.requests import MemberRequest
from films.access import get_title_for
from reviews.vote_story import vote_story


@require_safe
@login_required
def vote_history(request: MemberRequest, title_pk: int) -> HttpResponse:
    """The viewer's own votes on a title, or those of the member whom `?of=` names, if they show them; else 404."""
    title = get_title_for(request.user, title_pk)
    if title.pk != title_pk:
        return redirect("reviews:vote-history", title.pk)
    member = request.user
    if name := request.GET.get("of", ""):
        member = get_member_for(request.user, name)
        # Unlike other parts: for whom this one is, the member's page does not say.
        if not all(can_see(request.user, member, part) for part in (Part.HISTORY, Part.VOTES)):
            raise Http404
    context = {
        "title": title,
        "member": member,
        "is_own": member.pk == request.user.pk,
        "audience": Audience(member.audience_of(Part.HISTORY)).label,
        "steps": vote_story(member, title),
        "crumbs": [(title.display_name, title.get_absolute_url()), (_("How a vote changed"), None)],
    }
    return render(request, "reviews/vote_history.html", context)
