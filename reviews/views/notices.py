"""Notices by rights-holders: the form, and the page that follows one. Nobody needs an account or a cookie for them; what a
moderator does with the words of one is behind the door of the moderators.

The form is guarded by the stamp in it, the pages of a notice by their address, which nobody guesses; so no cookie has to
carry a token against forged requests.
"""

from ipaddress import IPv4Address, ip_address, ip_network

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from filmsite.lib.limits import seconds_over_limit
from reviews.models import Notice
from reviews.moderation import rules
from reviews.moderation.access import get_case_for
from reviews.moderation.notice_forms import NoticeForm
from reviews.moderation.notice_states import CASES, stories_of
from reviews.moderation.own_record import first_case_of
from reviews.moderation.permissions import Action, allows
from reviews.notice_links import is_key_of
from reviews.services.registering import CannotRegister
from reviews.services.serving_notices import (
    confirm_notice,
    notices_of,
    register_work,
    serve_notice,
    withdraw_notice,
)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest) -> HttpResponse:
    """The form; a good one leads to the page of the notice, and its receipt goes out by mail."""
    if request.method != "POST":
        form = NoticeForm(host=request.get_host(), initial={"addresses": request.GET.get("address", "")})
        return _form_page(request, form)
    form = NoticeForm(request.POST, host=request.get_host())
    if not form.is_valid():
        return _form_page(request, form, status=422)
    said = {name: value for name, value in form.cleaned_data.items() if name in _STORED}
    if seconds := max(
        seconds_over_limit("notice", _sender(request)),
        seconds_over_limit("notice_mail", said["email"].casefold()),
    ):
        form.add_error(
            None, _("Too many notices from here for now. What you filled in stands below; send it later.")
        )
        answer = _form_page(request, form, status=429)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    return redirect(serve_notice(token=form.token, language=get_language() or "", **said))


_STORED = frozenset(
    {"name", "on_behalf_of", "email", "work", "work_url", "explanation", "addresses"},
)


@never_cache
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """How it stands with a notice, for whoever has its address."""
    return _status_page(request, _notice_at(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Where the link in the receipt leads. A GET changes nothing: programs look what is behind the links in mails."""
    found = _notice_at(token)
    if not is_key_of(found, key):
        raise Http404
    if request.method == "POST":
        confirm_notice(notice=found)
        return redirect(found)
    return _status_page(request, found, may_confirm=not (found.confirmed_at or found.withdrawn_at))


@csrf_exempt
@never_cache
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take a notice back."""
    found = _notice_at(token)
    withdraw_notice(notice=found)
    return redirect(found)


@moderator_required
@require_POST
def register(request: ModeratorRequest, case_pk: int, pk: int) -> HttpResponse:
    """Let the copy detector learn the words of a work that a notice in this case is about."""
    case = get_case_for(request.user, case_pk)
    item = get_object_or_404(notices_of(first_case_of(case)).select_related("notice", "case"), pk=pk)
    if not allows(request.user, Action.NOTE, case):
        raise PermissionDenied
    try:
        known = register_work(item=item, moderator=request.user)
    except CannotRegister:
        messages.error(
            request, _("These words cannot be learnt: they are too few to be found, or known already.")
        )
    else:
        messages.success(
            request,
            ngettext(
                "Learnt: %(number)d word is noticed from now on.",
                "Learnt: %(number)d words are noticed from now on.",
                known.words,
            )
            % {"number": known.words},
        )
    return redirect(f"{case.get_absolute_url()}#reports")


def _notice_at(token: str) -> Notice:
    return get_object_or_404(Notice, token=token)


def _form_page(request: HttpRequest, form: NoticeForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "rule": rules.BY_SLUG["copied-text"],
        "months": settings.FILMSITE_NOTICE_CONTACT_MONTHS,
    }
    return render(request, "notices/form.html", context, status=status)


def _status_page(request: HttpRequest, notice: Notice, *, may_confirm: bool = False) -> HttpResponse:
    stories = stories_of(notice, notice.items.select_related(*CASES))
    context = {"notice": notice, "stories": stories, "may_confirm": may_confirm}
    return render(request, "notices/status.html", context)


def _sender(request: HttpRequest) -> str:
    """Where a request comes from: an address of IPv4, or the network of one household, which is what IPv6 gives out."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network(f"{address}/64", strict=False))
