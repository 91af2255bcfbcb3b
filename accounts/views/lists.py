"""The lists that a member made."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_for
from reviews.keeping_filters import tag_in
from reviews.keeping_querysets import attach_titles
from reviews.models import ListEntry, TitleList
from reviews.reading import Reader, attach_words

LISTS_A_PAGE: Final = 24


@require_safe
def lists(request: HttpRequest, username: str) -> HttpResponse:
    """A member's lists that the viewer may see, the last changed first, below their top ten; `?tag=` narrows them."""
    member = get_member_for(request.user, username)
    theirs = TitleList.objects.visible_to(request.user).filter(owner=member).select_related("owner__totals")
    own = theirs.filter(kind=TitleList.Kind.LIST)
    if tag := tag_in(request.GET):
        own = own.filter(tags__contains=[tag])
    page = Paginator(own.order_by("-changed_at", "-id"), LISTS_A_PAGE).get_page(request.GET.get("page"))
    attach_titles(list(page.object_list))
    attach_words(page.object_list, Reader.from_request(request))
    top = ListEntry.objects.filter(list__in=theirs.filter(kind=TitleList.Kind.TOP)).for_page()
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "page": page,
        "total": page.paginator.count,
        "tag": tag,
        "top": list(top),
        "crumbs": [(member.username, member.get_absolute_url()), (_("Lists"), None)],
    }
    return render(request, "accounts/member_lists.html", context)
