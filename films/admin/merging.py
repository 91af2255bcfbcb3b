"""Merging from the list: two titles side by side, what will happen, and the list of merges with their undo."""

from datetime import timedelta
from math import ceil
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import editor_of
from films.admin.lists import Derived, own_id
from films.comparing import compare_titles, doubts_about
from films.duplicates import WINDOW, likely_duplicates
from films.models import Merge, Title
from films.services.merging import (
    MergeRefused,
    merge_titles,
    undo_merge,
    undo_until,
    why_not_merge,
    why_not_undo,
)
from filmsite.lib.fields import CleanTextField
from reviews.services.moving import count_moves


class MergeForm(forms.Form):
    reason = CleanTextField(
        label=gettext_lazy("Why they are the same"),
        max_length=300,
        help_text=gettext_lazy("Moderators and staff read this beside the merge."),
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )


@admin.action(description=gettext_lazy("Merge the two selected titles…"), permissions=["change"])
def merge_selected(
    model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Title]
) -> HttpResponse | None:
    """The page that compares the two; the older entry is kept unless told otherwise."""
    selected = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
    if len(selected) != 2:
        model_admin.message_user(request, _("Select the two titles that are the same."), messages.ERROR)
        return None
    kept, duplicate = selected
    return redirect(f"{reverse('admin:films_title_merge')}?kept={kept}&duplicate={duplicate}")


def merge_page(request: HttpRequest, model_admin: admin.ModelAdmin) -> HttpResponse:
    """Both titles side by side, what is taken over and how many votes give way; a reason, and it is done."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    kept, duplicate = (_title_named(request, name) for name in ("kept", "duplicate"))
    refusal = why_not_merge(kept, duplicate)
    form = MergeForm(request.POST or None)
    if request.method == "POST" and not refusal and form.is_valid():
        try:
            merge_titles(
                kept=kept,
                duplicate=duplicate,
                by=editor_of(request),
                reason=form.cleaned_data["reason"],
            )
        except MergeRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The two are one now. The list of merges can part them again."))
            return redirect("admin:films_title_change", kept.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Merge two titles"),
        "opts": model_admin.opts,
        "kept": kept,
        "duplicate": duplicate,
        "refusal": refusal,
        "form": form,
        "facts": [] if refusal else compare_titles(kept, duplicate),
        "doubts": [] if refusal else doubts_about(kept, duplicate),
        "moves": None if refusal else count_moves(kept, duplicate),
        "swapped": f"?kept={duplicate.pk}&duplicate={kept.pk}",
    }
    return TemplateResponse(request, "admin/films/title/merge.html", context)


def duplicates_page(request: HttpRequest, model_admin: admin.ModelAdmin) -> HttpResponse:
    """Pairs that look like one title, among some thousands of titles a page."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    pairs, following = likely_duplicates(below=own_id(request.GET.get("below", "")))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Likely duplicates"),
        "opts": model_admin.opts,
        "pairs": pairs,
        "following": following,
        "window": WINDOW,
    }
    return TemplateResponse(request, "admin/films/title/duplicates.html", context)


def _title_named(request: HttpRequest, name: str) -> Title:
    pk = own_id(request.GET.get(name, ""))
    return get_object_or_404(Title.objects.select_related("totals", "parent"), pk=pk)


@admin.register(Merge)
class MergeAdmin(Derived):
    list_display = ["duplicate", "kept", "reason", "merged_by", "merged_at", "undo"]
    list_filter = [("undone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["kept", "duplicate", "merged_by", "undone_by"]
    list_display_links = None
    ordering = ["-id"]
    search_fields = ["=kept__id", "=duplicate__id", "reason"]

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<path:object_id>/undo/", self.admin_site.admin_view(self.undo_page), name="films_merge_undo"
        )
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("undo"))
    def undo(self, merge: Merge) -> str:
        """Until when, with the way to do it; or that it is done or too late."""
        if merge.undone_at:
            return _("undone by %(member)s") % {"member": merge.undone_by or "–"}
        if merge.part_of_id:
            return _("with its show")
        left = undo_until(merge) - timezone.now()
        if left < timedelta(0):
            return _("too late")
        days = ceil(left / timedelta(days=1))
        words = ngettext("Undo (%(days)d day left)", "Undo (%(days)d days left)", days) % {"days": days}
        return format_html('<a href="{}">{}</a>', reverse("admin:films_merge_undo", args=[merge.pk]), words)

    def undo_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What an undo brings back, and the button."""
        merge = self.get_object(request, unquote(object_id))
        if merge is None:
            raise Http404
        if not request.user.has_perm("films.change_title"):
            raise PermissionDenied
        refusal = why_not_undo(merge)
        if request.method == "POST" and not refusal:
            try:
                undo_merge(merge=merge, by=editor_of(request))
            except MergeRefused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, _("The two stand apart again."))
                return redirect("admin:films_merge_changelist")
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Undo a merge"),
            "opts": self.opts,
            "merge": merge,
            "refusal": refusal,
            "votes": merge.moved_votes.count(),
            "reviews": merge.moved_reviews.count(),
        }
        return TemplateResponse(request, "admin/films/merge/undo.html", context)
