"""A selection as a file, and a file with corrections: shown first, then done as a job with history."""

import hashlib
import json
from dataclasses import asdict

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import editor_of
from films.exchange import (
    EDITABLE,
    IDS,
    NOTHING,
    BadFile,
    Plan,
    csv_lines,
    json_lines,
    plan_import,
    read_text,
)
from films.models import Title
from films.services.mass_editing import order_edits


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )


@admin.action(description=gettext_lazy("Export the selected as CSV"), permissions=["view"])
def export_as_csv(
    model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Title]
) -> StreamingHttpResponse:
    return _download(csv_lines(queryset), "text/csv; charset=utf-8", "csv")


@admin.action(description=gettext_lazy("Export the selected as JSON"), permissions=["view"])
def export_as_json(
    model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Title]
) -> StreamingHttpResponse:
    return _download(json_lines(queryset), "application/json", "json")


def import_page(request: HttpRequest, model_admin: admin.ModelAdmin) -> HttpResponse:
    """Take a file, show what it would change line by line, and do that once it has been confirmed.

    The file travels in the page between the two steps; if the catalogue changed meanwhile the preview is shown anew.
    """
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    form, plan, text = ImportForm(), None, ""
    if request.method == "POST":
        try:
            text = _text_of(request)
            plan = plan_import(text)
        except BadFile as problem:
            form = ImportForm(data={})
            form.errors["file"] = form.error_class([str(problem)])
        else:
            if plan.edits and request.POST.get("digest") == _digest(plan):
                job = order_edits(edits=plan.edits, editor=editor_of(request))
                messages.success(request, _("The corrections are ordered. This job says what came of each."))
                return redirect("admin:accounts_job_change", job.pk)
            if "digest" in request.POST:
                messages.warning(
                    request, _("The catalogue changed meanwhile. Look again before you confirm.")
                )
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import corrections"),
        "opts": model_admin.opts,
        "form": form,
        "plan": plan,
        "text": text,
        "digest": _digest(plan) if plan else "",
        "editable": ", ".join(EDITABLE),
        "ids": ", ".join(("id", *IDS)),
        "nothing": NOTHING,
    }
    return TemplateResponse(
        request, "admin/films/title/import.html", context, status=422 if form.errors else 200
    )


def _text_of(request: HttpRequest) -> str:
    if "text" in request.POST:
        return request.POST["text"]
    upload = request.FILES.get("file")
    if upload is None:
        raise BadFile(_("Choose a file."))
    # One byte more than is taken, so that a file that is too large is seen to be.
    return read_text(upload.read(1_000_000))


def _digest(plan: Plan) -> str:
    edits = json.dumps([asdict(edit) for edit in plan.edits], sort_keys=True)
    return hashlib.sha256(edits.encode()).hexdigest()


def _download(lines: object, content_type: str, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)  # type: ignore[arg-type]  # lines of text
    name = f"titles-{timezone.now():%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
