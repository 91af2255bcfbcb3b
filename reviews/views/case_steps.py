"""What a moderator does with a case besides deciding it. What was typed comes back with every refusal."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.access import moderator_required
from accounts.models import Member
from accounts.requests import ModeratorRequest
from reviews.models import Case
from reviews.moderation.access import get_case_for
from reviews.moderation.permissions import allows, can_see_case
from reviews.moderation.refusals import ModerationError, NotAllowed
from reviews.moderation.step_forms import FORMS
from reviews.services import steps
from reviews.views.cases import case_page, refusal

Carry = Callable[[Case, Member, Mapping[str, Any]], object]

_CARRY: Final[Mapping[str, Carry]] = {
    "note": lambda case, member, said: steps.add_note(case=case, moderator=member, **said),
    "message": lambda case, member, said: steps.message_author(case=case, moderator=member, **said),
    "move": lambda case, member, said: steps.move_case_to(case=case, moderator=member, **said),
    "assign": lambda case, member, said: steps.assign_case(case=case, moderator=member, **said),
    "merge": lambda case, member, said: steps.merge_cases(into=case, moderator=member, **said),
    "reopen": lambda case, member, said: steps.reopen_case(case=case, moderator=member, **said),
}
_DONE: Final[Mapping[str, str | Promise]] = {
    "note": _("Noted."),
    "message": _("Sent. You see the answer here."),
    "move": _("Handed on."),
    "assign": _("Given."),
    "merge": _("They are one case now."),
    "reopen": _("Open again."),
}


@moderator_required
@require_POST
def step(request: ModeratorRequest, pk: int, name: str) -> HttpResponse:
    """Do one of these things with the case and come back to it, or to the queue where it is somebody else's now."""
    case = get_case_for(request.user, pk)
    if name not in FORMS:
        raise Http404
    form = FORMS[name](request.POST, case=case, moderator=request.user)
    if not allows(request.user, form.ACTION, case):
        messages.error(request, refusal("rights"))
        return case_page(request, case, typed=form, status=403)
    if not form.is_valid():
        return case_page(request, case, typed=form, status=422)
    try:
        _CARRY[name](case, request.user, form.cleaned_data)
    except ModerationError as error:
        messages.error(request, refusal(str(error)))
        status = 403 if isinstance(error, NotAllowed) else 409
        return case_page(request, get_case_for(request.user, pk), typed=form, status=status)
    messages.success(request, str(_DONE[name]))
    case.section = form.cleaned_data.get("section", case.section)
    return redirect(
        f"{case.get_absolute_url()}#steps" if can_see_case(request.user, case) else "moderation:queue"
    )
