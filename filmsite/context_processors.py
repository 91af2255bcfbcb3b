"""What every page shows beside its own content. Each part is asked for only if the template shows it."""

from functools import cache

from django.conf import settings
from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts.models import Member
from accounts.permissions import held_sections, moderated_sections
from films.models import Proposal
from films.statistics import site_numbers
from reviews.models import Case, CaseState, Statement


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name, the banner, and for members what waits for them. An anonymous reader costs no query.

    The numbers are functions, which a template calls when it comes to them, at most once a page.
    """
    viewer = getattr(request, "user", None)
    member = viewer if isinstance(viewer, Member) else None
    return {
        "site_name": settings.FILMSITE_NAME,
        "demo_mode": settings.FILMSITE_DEMO,
        "banner": cache(site_numbers),
        "moderation_badge": cache(lambda: _open_cases(member)) if member else None,
        "proposals_badge": cache(lambda: _waiting_proposals(member)) if member else 0,
        "news": cache(lambda: _news_for(member)) if member else {},
    }


def _open_cases(member: Member) -> int | None:
    """How many cases wait in the member's sections, or None for somebody who moderates nothing.

    A moderator without a second factor has the link, which leads to one, and no number.
    """
    if not held_sections(member):
        return None
    sections = moderated_sections(member)
    if not sections:
        return 0
    return Case.objects.in_sections(sections).filter(state=CaseState.OPEN).count()


def _waiting_proposals(member: Member) -> int:
    """How many proposals wait in the member's sections."""
    sections = moderated_sections(member)
    return Proposal.objects.waiting().in_sections(sections).count() if sections else 0


def _news_for(member: Member) -> dict[str, int]:
    """Decisions about the member that they have not read, and new answers to their proposals. One query."""
    statements = Statement.objects.filter(recipient=member, read_at=None)
    row = (
        Member.objects.filter(pk=member.pk)
        .values_list(
            _count_of(statements, "recipient"), _count_of(Proposal.objects.new_answers_for(member), "author")
        )
        .get()
    )
    return {"statements": row[0], "answers": row[1], "total": sum(row)}


def _count_of(rows: QuerySet, owner: str) -> Coalesce:
    counted = rows.order_by().values(owner).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
