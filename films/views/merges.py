"""The merges of a moderator's sections, with their undo. Titles are merged by staff, in the admin."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from films.models import Merge
from films.services.merging import MergeRefused, undo_merge, undo_until

MERGES_A_PAGE = 30


@never_cache
@moderator_required
@require_safe
def merges(request: ModeratorRequest) -> HttpResponse:
    """Every merge of these sections, the newest first; until when it can be undone."""
    page = Paginator(Merge.objects.in_sections(request.sections), MERGES_A_PAGE).get_page(
        request.GET.get("page")
    )
    now = timezone.now()
    rows = [
        {"merge": merge, "until": until, "may_undo": merge.undone_at is None and until > now}
        for merge in page.object_list
        for until in [undo_until(merge)]
    ]
    return render(request, "moderation/merges.html", {"page": page, "rows": rows})


@moderator_required
@require_POST
def undo(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Part the two titles again, or say why not."""
    merge = get_object_or_404(Merge.objects.in_sections(request.sections), pk=pk)
    try:
        undo_merge(merge=merge, by=request.user)
    except MergeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The two stand apart again."))
    return redirect("moderation:merges")
