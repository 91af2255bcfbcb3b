"""Bringing one's own in: sending a file, looking at what was found in it, taking it over, undoing it."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import can_post
from accounts.requests import MemberRequest
from films.search import Hit, search
from filmsite.lib.limits import limited
from filmsite.lib.tables import Echo, guarded
from reviews import access
from reviews.bringing import looking
from reviews.bringing.base import Unreadable
from reviews.bringing.wording import say
from reviews.bringing_forms import CommitForm, UploadForm, WorkForm
from reviews.models import ImportState, MemberImport
from reviews.services import bringing_in

SHOWN = 50
HITS = 12
QUERY_LENGTH = 200
AT_WORK = {
    ImportState.WAITING,
    ImportState.READING,
    ImportState.ORDERED,
    ImportState.WRITING,
    ImportState.UNDOING,
}


@never_cache
@login_required
@limited("import")
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: MemberRequest) -> HttpResponse:
    """The member's imports, and the form to send another file."""
    form = UploadForm()
    if request.method == "POST":
        if not can_post(request.user):
            messages.error(request, say("suspended"))
            return redirect("reviews:imports")
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            name = form.cleaned_data["file"].name
            try:
                return redirect(
                    bringing_in.start_import(member=request.user, name=name, content=form.content)
                )
            except Unreadable as error:
                form.add_error("file", say(error.reason))
    of_member = MemberImport.objects.filter(member=request.user)
    context = {
        "form": form,
        "imports": list(of_member.defer("lists").order_by("-pk")[:SHOWN]),
        "may_send": can_post(request.user),
        "most_megabytes": settings.FILMSITE_BRING_MAX_BYTES >> 20,
        "days": settings.FILMSITE_BRING_UNDO_DAYS,
    }
    return render(request, "imports/imports.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def import_(request: MemberRequest, pk: int) -> HttpResponse:
    """One import, as far as it is: its progress, the preview with its works, or the report."""
    return _page(request, access.get_import_for(request.user, pk), CommitForm())


def _page(request: MemberRequest, row: MemberImport, form: CommitForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"import": row, "at_work": row.state in AT_WORK, "error": say(row.error)}
    if row.state == ImportState.PREVIEW:
        context |= _preview(request, row) | {"form": form}
    elif row.state in {ImportState.DONE, ImportState.UNDONE, ImportState.FAILED}:
        page, reasons = looking.refused_of(row, request.GET.get("page"))
        context |= {
            "written": looking.outcomes_by_kind(row),
            "undone": looking.undone_by_kind(row),
            "page": page,
            "reasons": reasons,
            "can_undo": bringing_in.can_undo(row),
            "can_go_on": row.state == ImportState.FAILED and row.committed_at is not None,
            "undo_until": bringing_in.undo_until(row),
        }
    elif row.state in AT_WORK:
        context["waits_for"] = bringing_in.waits_for(row)
    return render(request, "imports/import.html", context, status=status)


def _preview(request: MemberRequest, row: MemberImport) -> dict[str, Any]:
    counts = looking.count_works(row)
    tabs = [(tab.value, tab.label, counts[tab.value]) for tab in looking.Tab]
    # First what wants an answer.
    first = next((value for value, _label, number in tabs if number), looking.Tab.FOUND.value)
    asked = request.GET.get("show", "")
    tab = looking.Tab(asked if asked in looking.Tab.values else first)
    kinds = looking.counts_by_kind(row)
    context: dict[str, Any] = {
        "kinds": kinds,
        "tabs": tabs,
        "tab": tab.value,
        "counts": counts,
        "ready": sum(kind.found for kind in kinds),
        "conflicts": looking.count_conflicts(row),
        "twin": _twin(row),
        "kept_until": row.uploaded_at + timedelta(days=settings.FILMSITE_BRING_PREVIEW_DAYS),
    }
    if tab == looking.Tab.REFUSED:
        context["page"], context["reasons"] = looking.refused_of(row, request.GET.get("page"))
    else:
        context["page"], context["works"] = looking.works_of(row, tab, request.GET.get("page"))
    return context


def _twin(row: MemberImport) -> MemberImport | None:
    """The same file, taken over before."""
    same = MemberImport.objects.filter(
        member=row.member_id, file_hash=row.file_hash, state=ImportState.DONE, pk__lt=row.pk
    )
    return same.defer("lists").order_by("-pk").first()


@login_required
@limited("import")
@require_POST
def commit(request: MemberRequest, pk: int) -> HttpResponse:
    """Order that the import is taken over, or that one that stopped half-way goes on."""
    row = access.get_import_for(request.user, pk)
    form = CommitForm(request.POST)
    if not can_post(request.user):
        messages.error(request, say("suspended"))
    elif not form.is_valid():
        return _page(request, row, form, status=422)
    elif not bringing_in.order_commit(row, conflicts=form.cleaned_data["conflicts"]):
        messages.info(request, _("This import has been ordered already."))
    return redirect(row)


@login_required
@require_POST
def first(request: MemberRequest, pk: int) -> HttpResponse:
    """Take the likeliest title of each work that is not certain."""
    row = access.get_import_for(request.user, pk)
    number = bringing_in.take_first_candidates(row)
    messages.success(
        request,
        ngettext("%(number)s row has its title now.", "%(number)s rows have their titles now.", number)
        % {"number": number},
    )
    return redirect(row)


@login_required
@require_POST
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget an import of which nothing was taken over."""
    row = access.get_import_for(request.user, pk)
    if not bringing_in.discard_import(row):
        messages.info(request, _("This import has been ordered already."))
        return redirect(row)
    messages.success(request, _("Thrown away. Nothing was taken over."))
    return redirect("reviews:imports")


@login_required
@require_POST
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Order that the import is undone as a whole."""
    row = access.get_import_for(request.user, pk)
    if not bringing_in.order_undo(row):
        messages.info(request, _("This import cannot be undone any more."))
    return redirect(row)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: MemberRequest, pk: int, number: int) -> HttpResponse:
    """Which title a work of the file is: the candidates, and a search; the answer goes for all rows about it."""
    row = access.get_import_for(request.user, pk)
    first_row, found = looking.work_at(row, number)
    if row.state != ImportState.PREVIEW or first_row is None or found is None:
        raise Http404
    form = WorkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _answer(request, row, first_row.work, form)
        return redirect(row)
    asked = " ".join(request.GET.get("q", "").split())[:QUERY_LENGTH]
    query = asked or " ".join(str(found.named[key]) for key in ("name", "year") if key in found.named)
    context = {"import": row, "work": found, "form": form, "query": query, "hits": _hits(query, found)}
    return render(request, "imports/work.html", context, status=422 if form.errors else 200)


def _answer(request: MemberRequest, row: MemberImport, of: str, form: WorkForm) -> None:
    if form.cleaned_data["leave_out"]:
        rows = bringing_in.leave_out(row=row, work=of)
        said = ngettext("%(number)s row is left out.", "%(number)s rows are left out.", rows)
    else:
        rows = bringing_in.choose_title(row=row, work=of, title=form.cleaned_data["title"])
        said = ngettext("%(number)s row has its title now.", "%(number)s rows have their titles now.", rows)
    messages.success(request, said % {"number": rows})


def _hits(query: str, work: looking.Work) -> list[Hit]:
    offered = {title.pk for title in work.candidates}
    hits = search(query, limit=HITS, kinds=("title",)) if query else []
    return [hit for hit in hits if hit.item.pk not in offered]


@never_cache
@login_required
@require_safe
def left_out(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    """What was not taken over, as a table: file, line, what, title, why."""
    row = access.get_import_for(request.user, pk)
    lines = _in_language(get_language(), _lines(row))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = date_format(row.uploaded_at, "Y-m-d")
    response.headers["Content-Disposition"] = f'attachment; filename="not-taken-over-{day}.csv"'
    return response


def _in_language(language: str | None, lines: Iterator[str]) -> Iterator[str]:
    """These lines in a language: they are made when the request, and what was spoken during it, is over."""
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def _lines(row: MemberImport) -> Iterator[str]:
    writer = csv.writer(Echo())
    heading = [_("File"), _("Line"), _("What"), _("Title"), _("Why")]
    yield "\ufeff" + writer.writerow(heading)
    for reason in looking.all_refused(row):
        cells = [reason.row.file, reason.row.line, reason.row.get_kind_display(), reason.name, reason.why]
        yield writer.writerow([guarded(str(cell)) for cell in cells])
