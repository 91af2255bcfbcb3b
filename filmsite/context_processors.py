"""What every page shows beside its own content. Each part is asked for only if the template shows it."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.db.models import Func, IntegerField, QuerySet, Subquery
from django.http import HttpRequest

from accounts.models import Member
from accounts.permissions import held_sections, moderated_sections
from films.models import Proposal
from films.statistics import site_numbers
from reviews.models import Case, CaseState, Notification, Statement
from reviews.moderation.own_suspension import suspension_of

# All rows, where Django's own Count would group them.
_COUNT = Func("pk", function="count", output_field=IntegerField())


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name, the banner, and for members what waits for them. An anonymous reader costs no query.

    The numbers are functions, which a template calls when it comes to them, at most once a page.
    """
    viewer = getattr(request, "user", None)
    member = viewer if isinstance(viewer, Member) else None
    waiting = cache(lambda: _waiting_for(member)) if member else None
    news = cache(lambda: _news_for(member)) if member else None
    return {
        "site_name": settings.FILMSITE_NAME,
        "objections_address": settings.FILMSITE_OBJECTIONS_ADDRESS,
        "demo_mode": settings.FILMSITE_DEMO,
        "banner": cache(site_numbers),
        "moderation_badge": (lambda: waiting()["cases"]) if waiting else None,
        "proposals_badge": (lambda: waiting()["proposals"]) if waiting else 0,
        "news": news or {},
        "suspension": cache(lambda: suspension_of(member)) if member and member.is_suspended else None,
        "all_waiting": (lambda: sum(filter(None, waiting().values())) + news()["total"])
        if waiting and news
        else 0,
    }


def _waiting_for(member: Member) -> Mapping[str, int | None]:
    """How many cases and proposals wait in the member's sections, or None for somebody who moderates nothing.

    A moderator without a second factor has the links, which lead to one, and no numbers.
    """
    if not held_sections(member):
        return {"cases": None, "proposals": None}
    sections = moderated_sections(member)
    if not sections:
        return {"cases": 0, "proposals": 0}
    return _counts(
        member,
        cases=Case.objects.in_sections(sections).filter(state=CaseState.OPEN),
        proposals=Proposal.objects.waiting().in_sections(sections),
    )


def _news_for(member: Member) -> Mapping[str, int]:
    """Unread notifications, and in `total` what the menu leads to and the bell does not count: decisions about the member
    that they have not read, and new answers to their proposals.
    """
    counts = _counts(
        member,
        notifications=Notification.objects.unread_by(member),
        decided=Notification.objects.unread_by(member).filter(detail__news="decided"),
        statements=Statement.objects.filter(recipient=member, read_at=None),
        answers=Proposal.objects.new_answers_for(member),
    )
    return {**counts, "total": max(0, counts["statements"] - counts["decided"]) + counts["answers"]}


def _counts(member: Member, **rows: QuerySet) -> dict[str, int]:
    """The number of rows of each, in one query on the member's own row."""
    counted = [Subquery(found.order_by().annotate(number=_COUNT).values("number")) for found in rows.values()]
    return dict(zip(rows, Member.objects.filter(pk=member.pk).values_list(*counted).get(), strict=True))
