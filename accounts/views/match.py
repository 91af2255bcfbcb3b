"""How alike the reader and a member vote."""

from typing import Final, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.access import get_member_showing
from accounts.models import Member, Part
from reviews.statistics.matching import side_by_side
from reviews.taste import MINIMUM, USUAL, WEIGHT, Confidence

_CONFIDENCE: Final = {
    Confidence.LOW: gettext_lazy("A first impression: few films in common"),
    Confidence.FAIR: gettext_lazy("A fair guess"),
    Confidence.HIGH: gettext_lazy("As sure as it gets"),
}


@login_required
@require_safe
def match(request: HttpRequest, username: str) -> HttpResponse:
    """The votes of the reader and a member side by side, where the reader may see these and the member's statistics.

    One query of its own.
    """
    viewer = cast(Member, request.user)  # as the door above makes sure
    member = get_member_showing(viewer, username, Part.VOTES, Part.STATISTICS)
    if viewer.pk == member.pk:
        return redirect(member)
    found = side_by_side(viewer, member)
    context = {
        "member": member,
        "found": found,
        "confidence": _CONFIDENCE[found.match.confidence] if found.match else "",
        "too_few": ngettext(
            "From %(number)d title on that you and %(name)s both voted on there is a match.",
            "From %(number)d titles on that you and %(name)s both voted on there is a match.",
            MINIMUM,
        )
        % {"number": MINIMUM, "name": member.username},
        "minimum": MINIMUM,
        "weight": WEIGHT,
        "usual": round(100 * USUAL, 1),
        "crumbs": [(member.username, member.get_absolute_url()), (_("Taste match"), None)],
    }
    return render(request, "accounts/member_match.html", context)
