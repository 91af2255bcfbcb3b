"""Forms whose changes stand in the public history, and things that are not deleted while members' words hang on them."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Model
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin import editor_of
from films.admin.lists import QuickList
from films.editing import Item, read_facts
from films.models import Lock
from films.services.staff_editing import follow_deletion, record_staff_edit


class RecordedAdmin(QuickList):
    """The form of a title or person: what it changes is recorded field by field, before and after, with who did it."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Whoever merges or imports the same item waits: the form stores every column as it read them."""
        held = (
            self.get_object(request, unquote(object_id)) if object_id and request.method == "POST" else None
        )
        if held is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            list(self.model.objects.filter(pk=held.pk).select_for_update(no_key=True).values_list("pk"))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Item, form: BaseModelForm, change: bool) -> None:
        request.facts_before = read_facts(obj) if change else {}  # type: ignore[attr-defined]  # for save_related
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: BaseModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        record_staff_edit(
            item=form.instance,
            before=request.facts_before,  # type: ignore[attr-defined]  # read in save_model
            editor=editor_of(request),
        )

    def save_formset(self, request: HttpRequest, form: BaseModelForm, formset: Any, change: bool) -> None:
        if formset.model is Lock:
            for row in formset.extra_forms:
                row.instance.set_by = request.user
        super().save_formset(request, form, formset, change)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing is deleted by the list: each one is looked at first."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: Item) -> None:
        follow_deletion(obj)
        super().delete_model(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is not None and (reason := self.why_not_delete(obj)):
            messages.error(request, reason)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", obj.pk)
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """What goes with it, whether or not these rows may be deleted by themselves."""
        deleted, counts, _forbidden, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected

    def why_not_delete(self, obj: Model) -> str:
        """Why this cannot be deleted, or nothing."""
        return ""
