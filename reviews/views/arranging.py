"""What stands in one's lists: putting titles in, ordering them, noting something beside them."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_post
from accounts.requests import MemberRequest
from films.access import get_title_for
from films.models import Title
from films.search import search
from filmsite.lib.inputs import number_in
from filmsite.lib.limits import limited
from reviews.keeping_access import get_own_entry, get_own_list
from reviews.keeping_filters import name_in
from reviews.keeping_querysets import attach_titles
from reviews.list_forms import NoteForm, PlaceForm
from reviews.models import ListEntry, TitleList
from reviews.plain_fields import PlainField, field_of_note, look_at
from reviews.services.making_lists import (
    ListIsFull,
    add_to_list,
    begin_top_ten,
    move_entry,
    note_entry,
    restore_entry,
    take_off_list,
)

TITLES_A_PAGE: Final = 100
LISTS_A_PAGE: Final = 60
FOUND: Final = 8


@require_safe
@login_required
def arrange(request: MemberRequest, pk: int) -> HttpResponse:
    """The owner's desk of a list: titles are looked for (`?q=`), put in, ordered, noted on and taken out."""
    return _desk(request, get_own_list(request.user, pk))


@require_http_methods(["GET", "POST"])
@login_required
@limited("list_entry")
def put(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the title `title` of the form into a list of one's own; take it out again with `off`.

    What takes it out answers the title's lists, with a button that undoes it.
    """
    found = get_own_list(request.user, pk)
    if request.method == "GET":
        return redirect("reviews:list-arrange", pk)
    if not can_post(request.user):
        raise PermissionDenied
    title = get_title_for(request.user, number_in(request.POST.get("title", "")) or 0)
    names = {"title": title.display_name, "list": found.display_name}
    if "off" in request.POST:
        removed = ""
        for entry in ListEntry.objects.filter(list=found, title=title).select_related("list"):
            removed = take_off_list(entry=entry)
        said = _("%(title)s is no longer in “%(list)s”.") % names
        return _choices(request, title, said=said, taken_from=found, removed=removed)
    try:
        added = add_to_list(to=found, title=title)
        said = (
            _("%(title)s is in “%(list)s”.") if added else _("%(title)s was in “%(list)s” already.")
        ) % names
    except ListIsFull:
        said = _full(found)
    if request.htmx:
        return _desk(request, found, said=said)
    messages.success(request, said)
    if "to_title" in request.POST:
        return redirect("reviews:list-add", title.pk)
    return redirect("reviews:list-arrange", pk)


@require_http_methods(["GET", "POST"])
@login_required
@limited("list_entry")
def entry(request: MemberRequest, list_pk: int, pk: int) -> HttpResponse:
    """Do something with an entry of one's own list: `act` is up, down, to (a place), note or remove."""
    if request.method == "GET":
        return redirect("reviews:list-arrange", list_pk)
    if not can_post(request.user):
        raise PermissionDenied
    one = get_own_entry(request.user, list_pk, pk)
    name = one.title.display_name
    status = 200
    match request.POST.get("act", ""):
        case "up" | "down" as way:
            move_entry(entry=one, by=-1 if way == "up" else 1)
            said = _moved(one, name)
        case "remove":
            removed = take_off_list(entry=one)
            said = _("%(title)s is no longer in the list.") % {"title": name}
            return _desk(request, one.list, said=said, removed=removed)
        case "note":
            written = field_of_note(one)
            form = NoteForm(look_at(written, author=request.user, sent=request.POST))
            if not form.is_valid() or written.holds_up:
                status = 422 if form.errors and not written.mended else 200
                return _desk(request, one.list, wrong=(one.pk, form, written), status=status)
            note_entry(entry=one, note=form.cleaned_data["note"], own_sources=written.own_sources)
            said = _("Your note on %(title)s is saved.") % {"title": name}
        case _:
            place = PlaceForm(request.POST)
            if place.is_valid():
                move_entry(entry=one, to=place.cleaned_data["to"])
                said = _moved(one, name)
            else:
                said, status = str(place.errors["to"][0]), 422
    if request.htmx or status != 200:
        return _desk(request, one.list, said=said, status=status)
    messages.success(request, said)
    page = request.GET.get("page", "")
    query = f"?page={page}" if page.isascii() and page.isdigit() else ""
    return redirect(f"{one.list.get_arrange_url()}{query}#entry-{one.pk}")


@require_http_methods(["GET", "POST"])
@login_required
@limited("list_entry")
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Put an entry of one's own list back that was taken out."""
    found = get_own_list(request.user, pk)
    if request.method == "GET":
        return redirect("reviews:list-arrange", pk)
    if not can_post(request.user):
        raise PermissionDenied
    back = None
    try:
        back = restore_entry(to=found, removed=request.POST.get("removed", ""))
    except ListIsFull:
        said = _full(found)
    else:
        said = _moved(back, back.title.display_name) if back else _("That is too long ago to be undone.")
    if request.htmx:
        return _desk(request, found, said=said, back=back)
    messages.add_message(request, messages.SUCCESS if back else messages.WARNING, said)
    if back and "to_title" in request.POST:
        return redirect("reviews:list-add", back.title_id)
    return redirect(f"{found.get_arrange_url()}#entry-{back.pk}" if back else found.get_arrange_url())


@require_safe
@login_required
def choose(request: MemberRequest, title_pk: int) -> HttpResponse:
    """Which of one's lists a title shall stand in, or a new one."""
    return _choices(request, get_title_for(request.user, title_pk))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("list")
def top_ten(request: MemberRequest) -> HttpResponse:
    """To the desk of one's top ten; who has none is asked whether to begin one."""
    if not can_post(request.user):
        raise PermissionDenied
    top = TitleList.objects.filter(owner=request.user, kind=TitleList.Kind.TOP).first()
    if top is None and request.method == "POST":
        top = begin_top_ten(owner=request.user)
    return redirect(top.get_arrange_url()) if top else render(request, "lists/begin_top_ten.html")


def _choices(
    request: MemberRequest,
    title: Title,
    *,
    said: str = "",
    taken_from: TitleList | None = None,
    removed: str = "",
) -> HttpResponse:
    """One's lists, to choose from. `removed` puts the title back into the list it was taken from."""
    holds = Exists(ListEntry.objects.filter(list=OuterRef("pk"), title=title))
    lists = TitleList.objects.filter(owner=request.user).annotate(holds=holds).select_related("owner")
    page = Paginator(lists.order_by("-changed_at", "-id"), LISTS_A_PAGE).get_page(request.GET.get("page"))
    attach_titles(list(page.object_list))
    context = {"title": title, "page": page, "said": said, "taken_from": taken_from, "removed": removed}
    return render(request, "lists/choose.html", context)


def _desk(
    request: MemberRequest,
    found: TitleList,
    *,
    said: str = "",
    removed: str = "",
    back: ListEntry | None = None,
    wrong: tuple[int, NoteForm, PlainField] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The desk, or to htmx what changes on it. `wrong` is a note that is not kept yet: its entry,
    its form, and what is said about its words.

    `removed` is the signed copy of what was taken out, `back` what was put back: there the focus goes.
    """
    page = Paginator(found.entries.for_page(), TITLES_A_PAGE).get_page(request.GET.get("page"))
    name = name_in(request.GET)
    hits = search(name, limit=FOUND, kinds=["title"]) if name else []
    for entry in page.object_list:
        vars(entry)["written"] = wrong[2] if wrong and wrong[0] == entry.pk else field_of_note(entry)
    held = ListEntry.objects.filter(list=found, title__in=[hit.item.pk for hit in hits])
    context = {
        "list": found,
        "page": page,
        "first": page.start_index(),
        "total": page.paginator.count,
        "is_full": page.paginator.count >= found.most_titles,
        "query": name,
        "hits": hits,
        "held": set(held.values_list("title", flat=True)) if hits else set(),
        "said": said,
        "removed": removed,
        "back": back,
        "wrong": wrong,
    }
    template = "lists/arrange.html#desk" if request.htmx else "lists/arrange.html"
    return render(request, template, context, status=status)


def _full(found: TitleList) -> str:
    return _("“%(list)s” is full: it may hold %(most)d titles.") % {
        "list": found.display_name,
        "most": found.most_titles,
    }


def _moved(one: ListEntry, name: str) -> str:
    place = get_object_or_404(ListEntry, pk=one.pk).position
    return _("%(title)s is number %(place)d now.") % {"title": name, "place": place}
