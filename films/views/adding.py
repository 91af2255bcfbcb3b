"""Adding a title: the rules in the form, what is here or waiting already, and one's turn."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import MemberRequest
from films.adding_forms import AddForm
from films.comparing import YEARS_APART
from films.editing import fields_of_kind, is_empty
from films.editing_access import get_item
from films.forms import FactInput, clean_facts
from films.models import Proposal, Title, TitleKind
from films.permissions import can_propose
from films.search import Hit, Match, normalise, search, without_article
from films.search.slips import slips
from films.services.proposals import DuplicateTitle, ProposalError, explain, propose_addition
from films.views.editing import lists_for, reason_of, too_fast
from films.views.own_words import notices_about, title_to_be
from filmsite.lib.inputs import number_in
from filmsite.lib.limits import seconds_over_limit
from reviews.copydetect.paste_signal import parse_signal
from reviews.pasting import PasteNotice

SIMILAR = 6
# So many letters tell something about a name.
LETTERS = 3
# In a short name a slip makes another name of it.
LONG_NAME = 6
SLIPS = 2

# What the form asks for, by kind, and whether it must be said. The rest comes by corrections.
ASKED: Final[dict[TitleKind, dict[str, bool]]] = {
    TitleKind.FILM: {
        "name": True,
        "original_name": False,
        "year": True,
        "minutes": False,
        "genres": True,
        "countries": True,
        "directors": True,
        "plot": False,
    },
    TitleKind.SHOW: {
        "name": True,
        "original_name": False,
        "year": True,
        "genres": True,
        "countries": True,
        "creators": False,
        "plot": True,
    },
    TitleKind.SEASON: {
        "season_number": True,
        "year": True,
        "released_on": False,
        "episodes": False,
        "plot": True,
    },
}


@dataclass
class AddPage:
    kind: TitleKind
    show: Title | None
    facts: list[FactInput]
    form: AddForm
    checked: bool = False
    errors: list[str] = field(default_factory=list)
    # What is certainly the same, here or waiting.
    duplicate: DuplicateTitle | None = None
    # What may be the same.
    similar: list[Hit] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    asks: bool = False
    notices: list[PasteNotice] = field(default_factory=list)
    status: int = 200

    @property
    def values(self) -> dict[str, Any]:
        return {fact.key: fact.value for fact in self.facts if not is_empty(fact.value)} | self.form.facts()


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """What may be added, and by which rules; to whom waits for the answer to their first addition, that it waits."""
    held = Proposal.objects.holding_back(request.user).first() if request.user.is_authenticated else None
    return render(request, "films/add.html", {"grounds": Proposal.Ground.labels, "held": held})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: MemberRequest, kind: str) -> HttpResponse:
    if kind not in TitleKind.values:
        raise Http404
    if not can_propose(request.user):
        raise PermissionDenied
    page = _page_of(request, TitleKind(kind))
    held = Proposal.objects.holding_back(request.user).first()
    if request.method == "POST" and _is_to_be_sent(request, page) and (sent := _send(request, page)):
        return sent
    if page.show is not None:
        waiting = Proposal.objects.waiting().filter(show=page.show)
        page.waiting = [proposal.name for proposal in waiting.for_row()]
    context = {
        "page": page,
        "held": held,
        "seasons": _seasons_of(page.show) if page.show else [],
        **lists_for(page.facts),
    }
    return render(request, "films/add_title.html", context, status=page.status)


@require_safe
@login_required
def duplicates(request: MemberRequest) -> HttpResponse:
    """What is called like the name that is being typed, here or waiting, as a fragment."""
    name = " ".join(request.GET.get("name-name", "")[:200].split())
    context = {
        "similar": [hit for hit in _called(name) if hit.match is not Match.SIMILAR or _is_alike(hit, name)],
        "waiting": _waiting_like(name),
    }
    return render(request, "films/_duplicates.html", context)


def _page_of(request: MemberRequest, kind: TitleKind) -> AddPage:
    data = request.POST if request.method == "POST" else None
    action = request.POST.get("action", "")
    fields = fields_of_kind(kind)
    facts = [
        FactInput(
            fields[key],
            [] if fields[key].is_list else None,
            data=data,
            required=required,
            one_more=action == f"add:{key}",
        )
        for key, required in ASKED[kind].items()
    ]
    # Another row is no answer yet: what was typed comes back, and nothing is called wrong.
    is_asked = data is not None and not action.startswith("add:")
    form = AddForm(data if is_asked else None, kind=kind, initial=request.POST.dict())
    show = None
    if kind is TitleKind.SEASON:
        show = form.chosen_show() if is_asked else _show_asked_for(request)
        if show is not None and not is_asked:
            form.initial["show"] = str(show)
    return AddPage(kind=kind, show=show, facts=facts, form=form)


def _show_asked_for(request: MemberRequest) -> Title | None:
    """The show on whose page somebody pressed "add a season"."""
    asked = number_in(request.GET.get("show", ""))
    if asked is None:
        return None
    show = get_item(Title, asked)
    return show if isinstance(show, Title) and show.kind == TitleKind.SHOW else None


def _is_to_be_sent(request: MemberRequest, page: AddPage) -> bool:
    if request.POST.get("action", "").startswith("add:"):
        return False
    page.checked = True
    is_right = clean_facts(page.facts, request.user.pk)
    if not page.form.is_valid() or not is_right:
        page.status = 422
        return False
    return True


def _send(request: MemberRequest, page: AddPage) -> HttpResponse | None:
    """Put it into the queue, or give None when the author should first see or hear something."""
    said = page.form.cleaned_data
    values = page.values
    page.status = 422
    if page.kind is not TitleKind.SEASON and not said["is_another"]:
        found = _called(values["name"])
        page.similar = [hit for hit in found if _may_be_same(hit, values["name"], values["year"])]
        page.waiting = _waiting_like(values["name"])
        page.asks = bool(page.similar or page.waiting)
        if page.asks:
            return None
    if not said["notice_seen"]:
        page.notices = notices_about(
            subject=title_to_be(page.kind, page.show),
            author=request.user,
            changes={key: (None, value) for key, value in values.items()},
            paste=parse_signal(said["paste_signal"]),
        )
        if page.notices:
            return None
    if seconds := seconds_over_limit("proposal", request.user.pk):
        page.errors.append(too_fast(seconds))
        page.status = 429
        return None
    try:
        propose_addition(
            author=request.user,
            kind=page.kind,
            values=values,
            ground=Proposal.Ground(said["ground"]),
            reason=reason_of(page.form),
            show=page.show,
        )
    except DuplicateTitle as duplicate:
        page.duplicate = duplicate
        page.status = 409
        return None
    except ProposalError as error:
        page.errors.append(explain(error))
        page.status = 409
        return None
    messages.success(
        request, _("Thank you. A moderator looks at it; the answer comes on the page of your proposals.")
    )
    return redirect("films:my-proposals")


def _called(name: str) -> list[Hit]:
    """Titles called like this name, best first."""
    if len(normalise(name)) < LETTERS:
        return []
    hits = search(name, kinds=["title"], limit=SIMILAR)
    return [hit for hit in hits if isinstance(hit.item, Title)]


def _waiting_like(name: str) -> list[str]:
    """The names of waiting additions that begin like this one."""
    norm = normalise(name)
    if len(norm) < LETTERS:
        return []
    waiting = Proposal.objects.additions().waiting().filter(norm__startswith=norm)
    return [proposal.name for proposal in waiting.for_row().order_by("created_at")[:SIMILAR]]


def _may_be_same(hit: Hit, name: str, year: int) -> bool:
    """Whether somebody should say that it is another: called so but for a slip, about the same year."""
    title = hit.item
    is_near = isinstance(title, Title) and (title.year is None or abs(title.year - year) <= YEARS_APART)
    return is_near and _is_alike(hit, name)


def _is_alike(hit: Hit, name: str) -> bool:
    """Whether it is called so but for a slip. Search also finds what shares a word: "A Guy Thing" for "A Brand New Thing"."""
    title = hit.item
    if not isinstance(title, Title):
        return False
    asked = without_article(normalise(name))
    names = [without_article(normalise(known)) for known in (title.name, title.original_name, hit.matched)]
    return any(
        known == asked or (min(len(known), len(asked)) >= LONG_NAME and slips(asked, known) <= SLIPS)
        for known in names
    )


def _seasons_of(show: Title) -> list[Title]:
    return list(Title.objects.filter(parent=show, merged_into=None).order_by("season_number"))
