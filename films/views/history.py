"""The history of a title or person, undoing a change, and locks."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import MemberRequest
from films.deciding_forms import LockForm
from films.editing import Field, Item, fields_of, fingerprint, is_empty, owner_of
from films.editing.differences import Difference, difference
from films.editing.parts import Words
from films.editing_access import get_editable_item_for, get_item, get_revertible_change_for
from films.models import Change, Lock, Person, Title
from films.permissions import can_edit
from films.services.editing import FactsRefused, StaleFacts, lock_field, revert_change, unlock_field
from films.withholding import withheld_until
from filmsite.lib.paging import BadCursor, keyset_page

CHANGES_A_PAGE = 30


@dataclass(frozen=True)
class Line:
    """A change as the history shows it."""

    change: Change
    label: Words
    # None where a moderator's decision took words away, and the reader is none of the moderators.
    difference: Difference | None
    may_revert: bool

    @property
    def origin(self) -> Words:
        """Where the change came from. Moderators save at once as staff do; a reader is told which of the two it was."""
        change = self.change
        if change.origin == Change.Origin.STAFF and change.actor and not change.actor.is_staff:
            return _("moderator")
        return change.get_origin_display()


@require_safe
def title_history(request: HttpRequest, pk: int) -> HttpResponse:
    return _history(request, get_item(Title, pk))


@require_safe
def person_history(request: HttpRequest, pk: int) -> HttpResponse:
    return _history(request, get_item(Person, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def revert(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo one change. Where the fact was changed again since, all three values are shown and one asks."""
    change, item = get_revertible_change_for(request.user, pk)
    field = fields_of(item).get(change.field)
    if field is None or not _can_go_back(field, change):
        messages.warning(request, _("This change cannot be undone."))
        return redirect(history_url(item))
    if request.method == "POST":
        try:
            done = revert_change(change=change, moderator=request.user, agreed=request.POST.get("agreed", ""))
        except StaleFacts:
            return _revert_page(request, change, item, field, status=409)
        except FactsRefused as refused:
            messages.error(request, " ".join(refused.reasons.values()))
        else:
            said = _("Undone. The history keeps both.") if done else _("It was so already.")
            messages.success(request, said)
        return redirect(history_url(item))
    return _revert_page(request, change, item, field)


@require_http_methods(["GET", "HEAD", "POST"])
def lock_title(request: MemberRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("films:title-history", pk)
    return _lock(request, get_editable_item_for(request.user, Title, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def lock_person(request: MemberRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("films:person-history", pk)
    return _lock(request, get_editable_item_for(request.user, Person, pk))


def history_url(item: Item) -> str:
    """The address of an item's history."""
    return reverse(
        "films:title-history" if isinstance(item, Title) else "films:person-history", args=[item.pk]
    )


def _history(
    request: HttpRequest, item: Item, lock_form: LockForm | None = None, status: int = 200
) -> HttpResponse:
    changes = Change.objects.filter(**owner_of(item)).select_related("actor", "proposal__decided_by")
    try:
        page = keyset_page(changes, order=["-id"], query=request.GET, size=CHANGES_A_PAGE)
    except BadCursor:
        return redirect(history_url(item))
    fields = fields_of(item)
    may_edit = can_edit(request.user, item)
    withheld = {} if may_edit else withheld_until(item)
    locks = list(Lock.objects.filter(**owner_of(item)).select_related("set_by"))
    context = {
        "item": item,
        "is_person": isinstance(item, Person),
        "lines": [_line(change, fields.get(change.field), may_edit, withheld) for change in page.rows],
        "page": page,
        "locks": [(lock, _label(fields, lock.field)) for lock in locks],
        "may_edit": may_edit,
        "lock_form": lock_form or (_lock_form(item) if may_edit else None),
    }
    return render(request, "films/history.html", context, status=status)


def _line(change: Change, field: Field | None, may_edit: bool, withheld: dict[str, int]) -> Line:
    is_withheld = change.pk <= withheld.get(change.field, 0)
    return Line(
        change=change,
        label=field.label if field else change.field,
        difference=None if is_withheld else difference(field, change.old, change.new),
        may_revert=may_edit and field is not None and _can_go_back(field, change),
    )


def _can_go_back(field: Field, change: Change) -> bool:
    """Nothing can lose what it cannot be without: the name with which it began. What a decision about a case took away or
    brought back, another decision changes.
    """
    return change.origin != Change.Origin.MODERATION and not (field.is_needed and is_empty(change.old))


def _revert_page(
    request: MemberRequest, change: Change, item: Item, field: Field, status: int = 200
) -> HttpResponse:
    today = field.read(item)
    context = {
        "change": change,
        "item": item,
        "label": field.label,
        "history_url": history_url(item),
        "is_conflict": not field.same(today, change.new),
        "old": field.show(change.old),
        "new": field.show(change.new),
        "today": field.show(today),
        "difference": difference(field, today, change.old),
        "agreed": fingerprint(today),
    }
    return render(request, "films/revert.html", context, status=status)


def _lock(request: MemberRequest, item: Item) -> HttpResponse:
    if "unlock" in request.POST:
        if unlock_field(item=item, field=request.POST["unlock"]):
            messages.success(request, _("Unlocked."))
        return redirect(history_url(item))
    form = _lock_form(item, request)
    if not form.is_valid():
        return _history(request, item, form, status=422)
    lock_field(item=item, moderator=request.user, **form.cleaned_data)
    messages.success(request, _("Locked. Whoever would correct it reads the reason."))
    return redirect(history_url(item))


def _lock_form(item: Item, request: HttpRequest | None = None) -> LockForm:
    choices = [("", _("Everything")), *((key, field.label) for key, field in fields_of(item).items())]
    return LockForm(request.POST if request else None, choices=choices)


def _label(fields: dict[str, Field], key: str) -> Words:
    return fields[key].label if key in fields else (key or _("Everything"))
