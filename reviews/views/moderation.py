"""The moderators' pages. Each passes `moderator_required`, which puts the viewer's sections on the request."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from reviews.models import Case, CaseKind, CaseState, Verdict
from reviews.moderation import rules
from reviews.moderation.access import get_case_for
from reviews.moderation.evidence import compare
from reviews.moderation.forms import DecisionForm, TextDecisionForm, VotesDecisionForm
from reviews.moderation.permissions import can_decide, possible_verdicts
from reviews.moderation.vote_evidence import members_in, suspected_in, votes_in_question, votes_over_time
from reviews.moderation.wordings import translation_for
from reviews.reading import Reader
from reviews.services.deciding import claim_case, decide_case
from reviews.services.moderating import ModerationError, NotAllowed

CASES_A_PAGE = 40
SHOWN_STATES = {
    "open": [CaseState.OPEN],
    "decided": [CaseState.DECIDED, CaseState.APPEALED, CaseState.CLOSED],
}


@never_cache
@moderator_required
@require_safe
def queue(request: ModeratorRequest) -> HttpResponse:
    """What waits for this moderator, the gravest and then the oldest first."""
    shown = request.GET.get("show", "open")
    states = SHOWN_STATES.get(shown, SHOWN_STATES["open"])
    mine = Case.objects.in_sections(request.sections)
    counts = mine.counts_by_state()
    page = Paginator(mine.filter(state__in=states).for_queue(), CASES_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "cases": list(page.object_list),
        "shown": shown if shown in SHOWN_STATES else "open",
        "open_count": counts.get(CaseState.OPEN, 0),
        "decided_count": sum(counts.values()) - counts.get(CaseState.OPEN, 0),
        "oldest": mine.oldest_open(),
        "sections": request.sections,
    }
    return render(request, "moderation/queue.html", context)


@never_cache
@moderator_required
@require_safe
def case(request: ModeratorRequest, pk: int) -> HttpResponse:
    """One case with its evidence side by side, and the form to decide it."""
    page = _page_of(get_case_for(request.user, pk))
    return _case_page(request, page, page.form())


@moderator_required
@require_POST
def claim(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Take the case for ten minutes, so that nobody else works on it."""
    case = get_case_for(request.user, pk)
    if claim_case(case=case, moderator=request.user):
        messages.success(request, _("Yours for ten minutes."))
    else:
        messages.warning(request, _("Somebody else is looking at this case."))
    return redirect(case)


@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Decide the case. What was typed comes back with every refusal; the bare address leads to the case."""
    case = get_case_for(request.user, pk)
    if request.method != "POST":
        return redirect(case)
    page = _page_of(case)
    form = page.form(request.POST)
    if not can_decide(request.user, case):
        messages.error(request, _refusal("rights"))
        return _case_page(request, page, form, status=403)
    if not form.is_valid():
        return _case_page(request, page, form, status=409 if not possible_verdicts(case) else 422)
    try:
        decide_case(case=case, moderator=request.user, **form.cleaned_data)
    except ModerationError as error:
        fresh = _page_of(get_case_for(request.user, pk))
        messages.error(request, _refusal(str(error)))
        typed = request.POST.copy()
        typed["version"] = str(fresh.case.version)
        status = 403 if isinstance(error, NotAllowed) else 409
        return _case_page(request, fresh, fresh.form(typed), status=status)
    messages.success(request, str(page.DECIDED))
    return redirect("moderation:queue")


class _Page:
    """How a case is shown and decided: the half of the page that what it is about decides."""

    TEMPLATE: str
    DECIDED: str | Promise

    def __init__(self, case: Case) -> None:
        self.case = case
        self.evidence = list(case.evidence.all())

    def form(self, data: QueryDict | None = None) -> DecisionForm:
        raise NotImplementedError

    def context(self, reader: Reader) -> dict[str, Any]:
        raise NotImplementedError


class _TextPage(_Page):
    TEMPLATE = "moderation/case_text.html"
    DECIDED = gettext_lazy("Decided. The author has been told, and the log has a line about it.")

    def form(self, data: QueryDict | None = None) -> DecisionForm:
        rule = "copied-text" if self.case.kind == CaseKind.COPIED else ""
        initial = {"version": self.case.version, "rule": rule}
        return TextDecisionForm(data, verdicts=possible_verdicts(self.case), initial=initial)

    def context(self, reader: Reader) -> dict[str, Any]:
        case, review = self.case, self.case.text
        appeal = getattr(case, "appeal", None)
        # Whoever answers an appeal sees what the decision rested on.
        evidence = list(appeal.decision.case.evidence.all()) if appeal else self.evidence
        text = case.snapshot.text if case.snapshot else review.body
        earlier = Case.objects.filter(review__author_id=review.author_id).exclude(pk=case.pk)
        return {
            "review": review,
            "appeal": appeal,
            "comparison": compare(text, evidence),
            "declared_own": any(item.detail.get("declared_own") for item in evidence),
            "reports": list((appeal.decision.case if appeal else case).reports.all()),
            "reasons": {rule.slug: str(rule.reason) for rule in rules.RULES},
            "edited_since": case.snapshot is not None and case.snapshot.text != review.body,
            "earlier_count": earlier.count(),
            "translated": translation_for(case, reader),
        }


class _VotesPage(_Page):
    TEMPLATE = "moderation/case_votes.html"
    DECIDED = gettext_lazy("Decided. Those concerned have been told, and the log has a line about it.")

    def form(self, data: QueryDict | None = None) -> DecisionForm:
        verdicts = possible_verdicts(self.case)
        set_aside = {row.member_id for row in self.case.set_aside.all()}
        is_second_look = Verdict.RESTORE in verdicts
        return VotesDecisionForm(
            data,
            verdicts=verdicts,
            members=sorted(set_aside) if is_second_look else members_in(self.evidence),
            initial={
                "version": self.case.version,
                "members": set_aside if is_second_look else suspected_in(self.evidence),
            },
        )

    def context(self, reader: Reader) -> dict[str, Any]:
        earlier = Case.objects.filter(title=self.case.title_id).exclude(pk=self.case.pk)
        return {
            "title": self.case.title,
            "evidence": self.evidence,
            "votes": votes_in_question(self.case, self.evidence),
            "chart": votes_over_time(self.case, self.evidence),
            "earlier": list(earlier.order_by("-pk")[:5]),
        }


def _page_of(case: Case) -> _Page:
    return _VotesPage(case) if case.kind == CaseKind.VOTES else _TextPage(case)


def _case_page(request: ModeratorRequest, page: _Page, form: DecisionForm, status: int = 200) -> HttpResponse:
    case = page.case
    is_undecided, is_mine_to_decide = bool(possible_verdicts(case)), can_decide(request.user, case)
    context = {
        "case": case,
        "form": form,
        "may_decide": is_mine_to_decide and is_undecided,
        "for_somebody_else": is_undecided and not is_mine_to_decide,
        "decisions": list(case.decisions.all()),
        **page.context(Reader.from_request(request)),
    }
    return render(request, page.TEMPLATE, context, status=status)


def _refusal(code: str) -> str:
    return {
        "version": _(
            "This case changed while you were reading. Look again before you decide; your words are kept."
        ),
        "state": _("This case has been decided meanwhile. Nothing was overwritten."),
        "text": _("The text was taken back or restored meanwhile. Nothing was overwritten."),
        "claimed": _("Another moderator is working on this case right now."),
        "rights": _(
            "This one is for somebody else: nobody decides about their own text, vote, report or decision."
        ),
        "nobody": _("None of the chosen votes can be set aside or restored any more. Look again."),
    }.get(code, _("That could not be done."))
