"""What a company made, and what an award was given for."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from films.access import get_award_for, get_company_for
from films.models import Nomination, TitleListing
from films.views.addresses import moved

COMPANY_PAGE = 48
AWARD_PAGE = 100


@require_safe
def company(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = get_company_for(request.user, pk)
    if elsewhere := moved(request, found):
        return elsewhere
    titles = TitleListing.objects.of_company(found).for_card().order_by("-vote_count", "-title_id")
    page = Paginator(titles, COMPANY_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "films/company.html", {"company": found, "page": page, "count": page.paginator.count}
    )


@require_safe
def award(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = get_award_for(request.user, pk)
    if elsewhere := moved(request, found):
        return elsewhere
    page = Paginator(Nomination.objects.of_award(found), AWARD_PAGE).get_page(request.GET.get("page"))
    return render(request, "films/award.html", {"award": found, "page": page})
