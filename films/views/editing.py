"""Proposing a correction of a title or person; moderators of the section may also save it at once."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import MemberRequest
from films.editing import SECTIONS, Item, PartKind, fields_of, locked_fields, owner_of, read_facts
from films.editing.differences import Difference, difference
from films.editing.parts import Words, name_of
from films.editing_access import get_item
from films.fact_fields import names_of_codes
from films.forms import FactInput, ReasonForm, clean_facts
from films.models import Award, Change, Company, Person, Proposal, ProposedChange, Relation, Title
from films.permissions import can_edit, can_propose
from films.search import search
from films.services.editing import FactsRefused, StaleFacts, write_facts
from films.services.proposals import Reason, propose_correction
from films.views.own_words import notices_about
from filmsite.lib.limits import seconds_over_limit
from reviews.copydetect.paste_signal import parse_signal
from reviews.pasting import PasteNotice

SUGGESTIONS = 8
QUERY_LENGTH = 200


@dataclass
class EditPage:
    """What the page of one section shows."""

    item: Item
    section: str
    facts: list[FactInput]
    reason: ReasonForm
    # Whether what was typed has been looked at; before that nothing is called wrong.
    checked: bool = False
    errors: list[str] = field(default_factory=list)
    differences: list[tuple[Words, Difference]] = field(default_factory=list)
    notices: list[PasteNotice] = field(default_factory=list)
    # Facts of the section that are in the queue already.
    waiting: list[Words] = field(default_factory=list)
    status: int = 200

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {fact.key: (fact.seen, fact.value) for fact in self.facts if fact.has_changed()}

    @property
    def is_locked(self) -> bool:
        return all(fact.locked for fact in self.facts)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_title(request: MemberRequest, pk: int) -> HttpResponse:
    return _edit(request, get_item(Title, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_person(request: MemberRequest, pk: int) -> HttpResponse:
    return _edit(request, get_item(Person, pk))


@require_safe
@login_required
def names(request: HttpRequest) -> HttpResponse:
    """Names of the catalogue that begin like what is being typed, as options of a list."""
    query = " ".join(request.GET.get("q", "")[:QUERY_LENGTH].split())
    return render(
        request, "films/_name_options.html", {"names": _names_like(request.GET.get("kind", ""), query)}
    )


def _names_like(kind: str, query: str) -> list[str]:
    if not query:
        return []
    if kind in (PartKind.PERSON, PartKind.TITLE):
        hits = search(
            query, kinds=["person" if kind == PartKind.PERSON else "title"], limit=SUGGESTIONS, fuzzy=False
        )
        items = [hit.item for hit in hits if isinstance(hit.item, Title | Person)]
        found = [name_of({"name": item.name, "year": getattr(item, "year", None)}) for item in items]
        return list(dict.fromkeys(found))
    models = {str(PartKind.COMPANY): Company, str(PartKind.AWARD): Award}
    if kind not in models:
        return []
    rows = models[kind]._default_manager.filter(name__startswith=query)
    return list(
        dict.fromkeys(rows.order_by(Length("name"), "name").values_list("name", flat=True)[:SUGGESTIONS])
    )


def sections_of(item: Item) -> dict[str, Words]:
    """The parts of the form that this item has, in their order."""
    have = {fact.section for fact in fields_of(item).values()}
    return {key: label for key, label in SECTIONS.items() if key in have}


def _edit(request: MemberRequest, item: Item) -> HttpResponse:
    if not can_propose(request.user):
        raise PermissionDenied
    section = request.GET.get("part", "")
    if section not in sections_of(item):
        return _overview(request, item)
    page = _page_of(request, item, section)
    if request.method == "POST" and _is_to_be_sent(request, page):
        send = _save if request.POST.get("action") == "save" else _propose
        if (sent := send(request, page)) is not None:
            return sent
    return _render(request, page)


def _overview(request: MemberRequest, item: Item) -> HttpResponse:
    """Which part of the facts is it about? With the names of the facts in each."""
    parts = [
        (key, label, [fact.label for fact in fields_of(item).values() if fact.section == key])
        for key, label in sections_of(item).items()
    ]
    context = {
        "item": item,
        "parts": parts,
        "locks": locked_fields(item),
        "is_person": isinstance(item, Person),
    }
    return render(request, "films/edit.html", context)


def _page_of(request: MemberRequest, item: Item, section: str) -> EditPage:
    data = request.POST if request.method == "POST" else None
    action = request.POST.get("action", "")
    fields = {key: fact for key, fact in fields_of(item).items() if fact.section == section}
    locks = locked_fields(item)
    today = read_facts(item, fields)
    waiting = ProposedChange.objects.filter(
        **{f"proposal__{name}": owner for name, owner in owner_of(item).items()},
        proposal__state=Proposal.State.WAITING,
        field__in=fields,
    )
    return EditPage(
        item=item,
        section=section,
        facts=[
            FactInput(
                fact,
                today[key],
                item=item,
                data=data,
                locked=locks.get(key) or locks.get("", ""),
                one_more=action == f"add:{key}",
            )
            for key, fact in fields.items()
        ],
        # Another row is no answer yet: what was typed comes back, and nothing is called wrong.
        reason=ReasonForm(None if action.startswith("add:") else data, initial=request.POST.dict()),
        waiting=[fields[key].label for key in dict.fromkeys(waiting.values_list("field", flat=True))],
    )


def _is_to_be_sent(request: MemberRequest, page: EditPage) -> bool:
    """Whether what was posted is right and meant to be sent; else the page says what is missing."""
    action = request.POST.get("action", "")
    if action.startswith("add:"):
        return False
    page.checked = True
    is_save = action == "save"
    if is_save and not can_edit(request.user, page.item):
        raise PermissionDenied
    is_right = clean_facts(page.facts, request.user.pk)
    if is_save or action == "preview":
        # Neither needs a source yet.
        page.reason = ReasonForm(initial=request.POST.dict())
    elif not page.reason.is_valid():
        is_right = False
    if not is_right:
        page.status = 422
        return False
    changes = page.changes
    fields = fields_of(page.item)
    page.differences = [(fields[key].label, difference(fields[key], *both)) for key, both in changes.items()]
    if not changes:
        page.errors.append(_("Nothing is changed yet."))
        page.status = 422
    return bool(changes) and action != "preview"


def _propose(request: MemberRequest, page: EditPage) -> HttpResponse | None:
    """Put it into the queue, or give None when the author should first see or hear something."""
    said = page.reason.cleaned_data
    if not said["notice_seen"]:
        page.notices = notices_about(
            subject=page.item,
            author=request.user,
            changes=page.changes,
            paste=parse_signal(said["paste_signal"]),
        )
        if page.notices:
            return None
    if seconds := seconds_over_limit("proposal", request.user.pk):
        page.errors.append(too_fast(seconds))
        page.status = 429
        return None
    propose_correction(
        author=request.user, item=page.item, changes=page.changes, reason=reason_of(page.reason)
    )
    messages.success(
        request, _("Thank you. A moderator looks at it; the answer comes on the page of your proposals.")
    )
    return redirect(page.item)


def _save(request: MemberRequest, page: EditPage) -> HttpResponse | None:
    """Store it at once, for a moderator; None when a fact is not any more what they saw."""
    values = {key: new for key, (_old, new) in page.changes.items()}
    seen = {key: old for key, (old, _new) in page.changes.items()}
    try:
        write_facts(page.item, values, actor=request.user, origin=Change.Origin.STAFF, seen=seen)
    except StaleFacts as stale:
        _show_today(page, stale.keys)
        return None
    except FactsRefused as refused:
        for fact in page.facts:
            if reason := refused.reasons.get(fact.key):
                fact.errors.append(reason)
        page.status = 422
        return None
    messages.success(request, _("Saved. The history has a line about it."))
    # A new name means a new address.
    return redirect(get_item(type(page.item), page.item.pk))


def _show_today(page: EditPage, stale: list[str]) -> None:
    """Say what was changed meanwhile; what was typed is compared with today, and can be saved again."""
    today, fields = read_facts(page.item, stale), fields_of(page.item)
    page.errors.append(
        _(
            "Changed by somebody else meanwhile: %(facts)s. Below is the difference with today; save again if it is meant."
        )
        % {"facts": ", ".join(str(fields[key].label) for key in stale)}
    )
    for fact in page.facts:
        fact.seen = today.get(fact.key, fact.seen)
    page.differences = [
        (fields[key].label, difference(fields[key], *both)) for key, both in page.changes.items()
    ]
    page.status = 409


def _render(request: MemberRequest, page: EditPage) -> HttpResponse:
    context = {
        "page": page,
        "item": page.item,
        "sections": sections_of(page.item),
        "section_label": SECTIONS[page.section],
        "may_save": can_edit(request.user, page.item),
        "is_person": isinstance(page.item, Person),
        "relations_from": _relations_from_others(page),
        **lists_for(page.facts),
    }
    return render(request, "films/edit_section.html", context, status=page.status)


def _relations_from_others(page: EditPage) -> list[Relation]:
    """What other titles say of their relation to this one, on the page of relations."""
    if page.section != "relations":
        return []
    return list(
        Relation.objects.filter(other=page.item.pk, title__merged_into=None).select_related("title")[:50]
    )


def lists_for(facts: list[FactInput]) -> dict[str, Any]:
    """The names that the inputs of these facts offer, and the kinds of names that a script looks up."""
    kinds = {part.kind for fact in facts for part in fact.field.parts}
    return {
        "countries": names_of_codes("country") if kinds & {PartKind.COUNTRY, PartKind.REGION} else [],
        "languages": names_of_codes("language") if PartKind.LANGUAGE in kinds else [],
        "name_kinds": sorted(kinds & {PartKind.PERSON, PartKind.COMPANY, PartKind.AWARD, PartKind.TITLE}),
    }


def reason_of(form: ReasonForm) -> Reason:
    said = form.cleaned_data
    return Reason(source=said["source"], note=said["note"], declared_own=said["own_words"])


def too_fast(seconds: int) -> str:
    return _("These are many proposals at once. Send this again in %(minutes)d minutes.") % {
        "minutes": seconds // 60 + 1
    }
