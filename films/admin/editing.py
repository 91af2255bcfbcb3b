"""How the catalogue was corrected. Members' proposals are decided on the site's own pages, with a reply."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from films.admin.lists import Derived, QuickList
from films.editing import FIELDS_OF_PERSON, FIELDS_OF_TITLE
from films.models import Change, Lock, Proposal, ProposedChange


@admin.register(Proposal)
class ProposalAdmin(Derived):
    list_display = ["__str__", "section", "title", "person", "adds", "author", "state", "created_at"]
    list_filter = ["state", "section"]
    list_select_related = ["title", "person", "author"]
    ordering = ["-id"]
    search_fields = ["=id", "=title__id", "=person__id"]


@admin.register(ProposedChange)
class ProposedChangeAdmin(Derived):
    list_display = ["proposal", "field", "state"]
    list_select_related = ["proposal"]
    ordering = ["-id"]
    search_fields = ["=proposal__id"]


@admin.register(Change)
class ChangeAdmin(Derived):
    list_display = ["at", "title", "person", "field_name", "origin", "actor"]
    list_filter = ["origin"]
    list_select_related = ["title", "person", "actor"]
    ordering = ["-id"]
    search_fields = ["=title__id", "=person__id"]
    search_help_text = _("The id of a title or person")

    @admin.display(description=_("field"))
    def field_name(self, change: Change) -> str:
        return _label_of(change)


@admin.register(Lock)
class LockAdmin(QuickList):
    """All locks at once. They are set on the form of a title or person, and may be taken away here as well."""

    list_display = ["title", "person", "field_name", "reason", "set_by", "set_at"]
    list_select_related = ["title", "person", "set_by"]
    ordering = ["-id"]
    search_fields = ["=title__id", "=person__id", "reason"]
    fields = ["reason"]

    def has_add_permission(self, request: object) -> bool:
        return False

    @admin.display(description=_("field"))
    def field_name(self, lock: Lock) -> str:
        return _label_of(lock) if lock.field else str(_("everything"))


def _label_of(row: Change | Lock) -> str:
    fields = FIELDS_OF_TITLE if row.title_id else FIELDS_OF_PERSON
    return str(fields[row.field].label) if row.field in fields else row.field
