"""Lists of titles: everybody's, one of them, those of a title, and making and removing one's own."""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_post
from accounts.requests import MemberRequest
from films.access import get_title_for
from films.models import Title
from filmsite.lib.inputs import number_in
from filmsite.lib.limits import limited
from filmsite.lib.paging import BadCursor, KeysetPage, Row, keyset_page
from reviews.keeping_access import get_list_for, get_own_list
from reviews.keeping_filters import name_in
from reviews.keeping_querysets import attach_titles
from reviews.list_forms import TitleListForm
from reviews.models import ListEntry, TitleList
from reviews.plain_fields import PlainField, field_of_list, look_at
from reviews.reading import Reader, attach_words
from reviews.seen import progress_of
from reviews.services.making_lists import add_to_list, change_list, make_list, remove_list
from reviews.wordings import ShownText

LISTS_A_PAGE: Final = 24
TITLES_A_PAGE: Final = 100


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everybody's lists that the viewer may see, the last changed first; with `?q=` those with this in their name."""
    name = name_in(request.GET)
    filled = Exists(ListEntry.objects.filter(list=OuterRef("pk")))
    lists = TitleList.objects.named_to(request.user).filter(filled, kind=TitleList.Kind.LIST)
    if name:
        lists = lists.filter(name__icontains=name)
    page = _keyset(request, lists.select_related("owner__totals"), ("-changed_at", "-id"))
    attach_titles(page.rows)
    attach_words(page.rows, Reader.from_request(request))
    return render(request, "lists/index.html", {"page": page, "name": name})


@require_safe
def show(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """A list, and to a member how much of it they have seen; `?unseen=1` leaves that out."""
    found = get_list_for(request.user, pk)
    if slug != found.slug:
        answer = HttpResponsePermanentRedirect(f"{found.get_absolute_url()}{_query(request)}")
        # A list may be called as before again: a browser asks each time.
        answer.headers["Cache-Control"] = "no-cache"
        return answer
    entries = found.entries.for_page()
    progress, unseen = None, False
    if request.user.is_authenticated:
        progress = progress_of(request.user, list(entries.values_list("title", flat=True)))
        unseen = progress is not None and "unseen" in request.GET
        if progress and unseen:
            entries = entries.exclude(title__in=progress.seen)
    page = Paginator(entries, TITLES_A_PAGE).get_page(request.GET.get("page"))
    attach_words([found, *page.object_list], Reader.from_request(request))
    words: ShownText | None = vars(found)["words"]
    name = words.headline if words and not found.is_top else found.display_name
    context = {
        "list": found,
        "name": name,
        "words": words,
        "canonical": settings.FILMSITE_URL + found.get_absolute_url(),
        "page": page,
        "first": page.start_index(),
        "total": progress.total if progress else page.paginator.count,
        "progress": progress,
        "unseen": unseen,
        "is_mine": request.user.pk == found.owner_id,
        "may_report": can_post(request.user) and request.user.pk != found.owner_id,
        "crumbs": [
            (found.owner.username, found.owner.get_absolute_url()),
            (_("Lists"), _lists_of(found)),
            (name, None),
        ],
    }
    return render(request, "lists/list.html", context)


@require_safe
def of_title(request: HttpRequest, title_pk: int) -> HttpResponse:
    """The lists with a title that the viewer may see, the one that it was put in last first."""
    title = get_title_for(request.user, title_pk)
    named = TitleList.objects.named_to(request.user).filter(kind=TitleList.Kind.LIST)
    entries = ListEntry.objects.filter(title=title, list__in=named).select_related("list__owner__totals")
    page = _keyset(request, entries, ("-id",))
    lists = attach_titles([entry.list for entry in page.rows])
    attach_words(lists, Reader.from_request(request))
    context = {
        "title": title,
        "page": page,
        "lists": lists,
        "crumbs": [(title.display_name, title.get_absolute_url()), (_("Lists"), None)],
    }
    return render(request, "lists/of_title.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("list")
def new(request: MemberRequest) -> HttpResponse:
    """Make a list; with `?title=` one that has this title in it from the start."""
    if not can_post(request.user):
        raise PermissionDenied
    title = _title_asked_for(request)
    form = TitleListForm(request.POST if request.method == "POST" else None)
    written = _look_at(request, form)
    if request.method == "POST" and form.is_valid() and not written.holds_up:
        made = make_list(owner=request.user, **form.said, own_sources=written.own_sources)
        if title is None:
            return redirect("reviews:list-arrange", made.pk)
        add_to_list(to=made, title=title)
        messages.success(
            request, _("%(title)s is in “%(list)s”.") % {"title": title.display_name, "list": made.name}
        )
        return redirect(made)
    status = 422 if form.errors and not written.mended else 200
    context = {"form": form, "title": title, "written": written}
    return render(request, "lists/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("list_entry")
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Say anew what a list of one's own is, and for whom."""
    found = get_own_list(request.user, pk)
    if not can_post(request.user):
        raise PermissionDenied
    form = TitleListForm(request.POST if request.method == "POST" else None, of=found)
    written = _look_at(request, form)
    if request.method == "POST" and form.is_valid() and not written.holds_up:
        change_list(of=found, **form.said, own_sources=written.own_sources)
        messages.success(request, _("Saved."))
        return redirect(get_own_list(request.user, pk))
    status = 422 if form.errors and not written.mended else 200
    context = {"form": form, "list": found, "written": written}
    return render(request, "lists/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("list_entry")
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a list of one's own, after a question. Also to be had by who is suspended."""
    found = get_own_list(request.user, pk)
    if request.method == "POST":
        name = found.display_name
        remove_list(of=found)
        messages.success(request, _("“%(list)s” is deleted.") % {"list": name})
        return redirect("accounts:member-lists", request.user.username)
    attach_titles([found])
    return render(request, "lists/remove.html", {"list": found})


def _look_at(request: MemberRequest, form: TitleListForm) -> PlainField:
    """The description of the form's list: what was sent is looked at, and put right where a button asks for it."""
    written = field_of_list(form.of, audience=str(form["audience"].value() or ""))
    if form.is_bound:
        form.data = look_at(written, author=request.user, sent=request.POST)
    return written


def _keyset(request: HttpRequest, rows: QuerySet[Row], order: tuple[str, ...]) -> KeysetPage[Row]:
    query = request.GET.copy()
    try:
        return keyset_page(rows, order=order, query=query, size=LISTS_A_PAGE)
    except BadCursor:
        for name in ("after", "before"):
            query.pop(name, None)
        return keyset_page(rows, order=order, query=query, size=LISTS_A_PAGE)


def _title_asked_for(request: MemberRequest) -> Title | None:
    asked = number_in(request.GET.get("title", ""))
    return None if asked is None else get_title_for(request.user, asked)


def _lists_of(found: TitleList) -> str:
    return reverse("accounts:member-lists", args=[found.owner.username])


def _query(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"?{query}" if query else ""
