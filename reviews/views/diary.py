"""Writing in one's diary: what was seen, when, and how it was."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Member
from accounts.permissions import can_post
from accounts.requests import MemberRequest
from films.access import get_title_for
from films.models import Title
from filmsite.lib.limits import limited
from reviews.diary_forms import ViewingForm, initial_from
from reviews.keeping import query_of
from reviews.keeping_access import get_own_viewing
from reviews.models import Viewing, WatchlistEntry
from reviews.pace_wording import too_much_words
from reviews.reading import Reader, attach_words
from reviews.services.diary import change_viewing, log_viewing, remove_viewing, restore_viewing
from reviews.services.pacing import TooMuchToday

# A title has so many lines of one's diary beside the form.
EARLIER_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("diary")
def add(request: MemberRequest, title_pk: int) -> HttpResponse:
    """Write down that one saw a title; beside it, when one saw it before."""
    title = get_title_for(request.user, title_pk)
    if not can_post(request.user):
        raise PermissionDenied
    seen = Viewing.objects.filter(member=request.user, title=title)
    earlier = list(seen.newest()[:EARLIER_SHOWN])
    times = seen.count() if len(earlier) == EARLIER_SHOWN else len(earlier)
    is_watched = WatchlistEntry.objects.filter(member=request.user, title=title).exists()
    form = ViewingForm(
        request.POST if request.method == "POST" else None,
        title=title,
        earlier=times,
        # The newest come first, those without a day last.
        first_seen=earlier[-1].seen_on if earlier and times == len(earlier) else None,
        is_watched=is_watched,
        initial={"seen_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            viewing, waited_since = log_viewing(member=request.user, title=title, **form.said)
        except TooMuchToday as refusal:
            form.add_error("as_vote", too_much_words(refusal))
        else:
            messages.success(request, _in_diary(viewing, title))
            query = query_of(waited_since, member=request.user, title=title)
            return HttpResponseRedirect(f"{title.get_absolute_url()}{query}#keeping", status=303)
    context = {"title": title, "form": form, "earlier": earlier, "times": times}
    return render(request, "reviews/diary_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limited("diary")
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Write a line of one's diary anew, or take it out."""
    viewing = get_own_viewing(request.user, pk)
    if not can_post(request.user):
        raise PermissionDenied
    form = ViewingForm(
        request.POST if request.method == "POST" else None,
        title=viewing.title,
        initial=initial_from(viewing),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_viewing(viewing=viewing, **form.said)
        except TooMuchToday as refusal:
            form.add_error("as_vote", too_much_words(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:member-diary", request.user.username)
    context = {"title": viewing.title, "form": form, "viewing": viewing}
    return render(request, "reviews/diary_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
@limited("diary")
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a line out; what comes back has a button that undoes it. Also to be had by who is suspended."""
    if request.method == "GET":
        return redirect("reviews:diary-edit", pk)
    viewing = get_own_viewing(request.user, pk)
    context: dict[str, Any] = {"title": viewing.title, "removed": remove_viewing(viewing=viewing)}
    if request.htmx:
        return render(request, "reviews/_diary_removed.html", context | _counted(request.user))
    return render(request, "reviews/diary_removed.html", context)


@require_POST
@login_required
@limited("diary")
def restore(request: MemberRequest) -> HttpResponse:
    """Put a line back that was taken out. Answers the line to htmx, otherwise goes to the diary."""
    viewing = restore_viewing(member=request.user, removed=request.POST.get("removed", ""))
    address = reverse("accounts:member-diary", args=[request.user.username])
    if viewing is None:
        messages.warning(request, _("That is too long ago to be undone."))
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    if request.htmx:
        attach_words([viewing], Reader.from_request(request))
        context = {"viewing": viewing, "member": request.user, "is_me": True}
        return render(request, "reviews/_diary_restored.html", context | _counted(request.user))
    messages.success(request, _in_diary(viewing, viewing.title))
    return redirect(f"{address}#viewing-{viewing.pk}")


def _counted(member: Member) -> dict[str, int]:
    return Viewing.objects.filter(member=member).for_diary().counted()


def _in_diary(viewing: Viewing, title: Title) -> str:
    if viewing.seen_on is None:
        return _("%(title)s is in your diary, without a day.") % {"title": title.display_name}
    return _("%(title)s is in your diary: seen on %(day)s.") % {
        "title": title.display_name,
        "day": date_format(viewing.seen_on, "DATE_FORMAT"),
    }
