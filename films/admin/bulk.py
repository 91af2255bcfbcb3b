"""One change for a selection of titles: chosen, counted, confirmed, then done as a job with history."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import editor_of
from accounts.models import JobState
from films.forms import field_for
from films.mass_changes import CHANGES, Plan, plan_change
from films.models import Genre, Title
from films.services.mass_editing import MOST_TITLES, Edit, order_edits


class MassChangeForm(forms.Form):
    change = forms.ChoiceField(
        label=gettext_lazy("What to change"),
        choices=[(key, change.label) for key, change in CHANGES.items()],
    )
    value = forms.CharField(
        label=gettext_lazy("Into what, or which"),
        max_length=100,
        help_text=gettext_lazy("A language, a country or a genre, by its name or its code"),
    )

    def clean(self) -> dict[str, Any]:
        """The value as the field that is changed keeps it: a code, or the slug of a genre."""
        cleaned = super().clean() or {}
        change, typed = CHANGES.get(cleaned.get("change", "")), cleaned.get("value", "")
        if change and typed:
            genres = list(Genre.objects.values_list("slug", "name"))
            by_name = {name.casefold(): slug for slug, name in genres}
            if change.key == "genres":
                typed = by_name.get(typed.casefold(), typed)
            try:
                cleaned["kept"] = field_for(change.part, genres).clean(typed)
            except ValidationError as error:
                self.add_error("value", error)
        return cleaned


@admin.action(description=gettext_lazy("Change the selected titles…"), permissions=["change"])
def change_selected(
    model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Title]
) -> HttpResponse | None:
    """Ask what to change, say how many titles that is, and do it once that number has been confirmed."""
    number = queryset.order_by()[: MOST_TITLES + 1].count()
    if number > MOST_TITLES:
        model_admin.message_user(
            request,
            _("At most %(number)s titles can be changed at once. Narrow the list first.")
            % {"number": number_format(MOST_TITLES, force_grouping=True)},
            messages.ERROR,
        )
        return None
    form = MassChangeForm(request.POST if "change" in request.POST else None)
    plan: Plan | None = None
    if form.is_valid():
        plan = plan_change(CHANGES[form.cleaned_data["change"]], queryset, form.cleaned_data["kept"])
        # The number that was confirmed must be the number that is changed.
        if plan.edits and request.POST.get("confirmed") == str(len(plan.edits)):
            _order(model_admin, request, plan.edits)
            return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Change the selected titles"),
        "opts": model_admin.opts,
        "form": form,
        "number": number,
        "edits": None if plan is None else len(plan.edits),
        "first": _first(edit.title for edit in plan.edits) if plan else [],
        "locked": len(plan.locked) if plan else 0,
        "first_locked": [(title, plan.locked[title.pk]) for title in _first(plan.locked)] if plan else [],
        "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
        "checkbox_name": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/films/title/change_selected.html", context)


def _first(title_ids: Iterable[int]) -> list[Title]:
    """The first ten of these titles, to show which they are."""
    return list(Title.objects.filter(pk__in=list(islice(title_ids, 10))).order_by("pk"))


def _order(model_admin: admin.ModelAdmin, request: HttpRequest, edits: list[Edit]) -> None:
    job = order_edits(edits=edits, editor=editor_of(request))
    address = reverse("admin:accounts_job_change", args=[job.pk])
    if job.state == JobState.DONE:
        words = ngettext(
            "%(number)s title is changed.", "%(number)s titles are changed.", job.counts["changed"]
        ) % {"number": job.counts["changed"]}
    else:
        words = ngettext(
            "%(number)s title is being changed.", "%(number)s titles are being changed.", len(edits)
        ) % {"number": number_format(len(edits), force_grouping=True)}
    link = format_html('{} <a href="{}">{}</a>', words, address, _("What came of it"))
    model_admin.message_user(request, link, messages.SUCCESS)
