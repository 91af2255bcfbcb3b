from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.utils import timezone

from accounts.barring import values_barring
from accounts.privacy import Audience, Part

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Member, SignUpBar  # noqa: F401  (names the model in the base class below)


class MemberQuerySet(models.QuerySet["Member"]):
    def active(self) -> MemberQuerySet:
        """Members who may be seen: not closed or about to be, and not suspended."""
        return self.filter(not_hidden())

    def showing(self, part: Part, viewer: Member | AnonymousUser) -> MemberQuerySet:
        """Members whose part of the page the viewer may see. Its twin for one member is `permissions.can_see`."""
        return self.filter(shown_to(part, viewer))

    def hearing_of(self, actor: Member) -> MemberQuerySet:
        """Members who may be told what this one does: neither has blocked the other, and they have not muted them."""
        return self.exclude(blocks__other=actor).exclude(blocked_by__member=actor).exclude(mutes__other=actor)

    def for_card(self) -> MemberQuerySet:
        """With the totals that stand beside a name."""
        return self.select_related("totals")


class SignUpBarQuerySet(models.QuerySet["SignUpBar"]):
    def in_force(self) -> SignUpBarQuerySet:
        """Those that keep somebody out at this moment."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=timezone.now()))

    def barring(self, *, email: str = "", ip: str = "") -> SignUpBarQuerySet:
        """Those that are meant for this mail address, or for whoever comes from this address of the internet."""
        return self.filter(value__in=values_barring(email=email, ip=ip))


def not_hidden(path: str = "") -> models.Q:
    """The condition that a member may be seen; `path` leads to them from other rows ("owner__").

    Its twin for one member is `Member.is_hidden`: who has left is not active.
    """
    return models.Q(
        **{f"{path}is_active": True, f"{path}suspended_at__isnull": True, f"{path}closing_at__isnull": True}
    )


def shown_to(part: Part, viewer: Member | AnonymousUser, path: str = "") -> models.Q:
    """The condition that the viewer may see this part; `path` leads to the member from other rows ("member__").

    Join-free for rows of strangers: whom the viewer follows is a list asked for once, inside the same statement.
    """
    everyone = models.Q(**{f"{path}{part.column}": Audience.EVERYONE})
    if viewer.pk is None:
        return everyone
    accepted = viewer.follows.filter(accepted_at__isnull=False).values("followed")
    followed = models.Q(**{f"{path}{part.column}": Audience.FOLLOWERS, f"{path}pk__in": accepted})
    return everyone | followed | models.Q(**{f"{path}pk": viewer.pk})


def name_shown_of(path: str) -> models.Case:
    """The username of the member at the end of a path, as a value of rows; null for nobody and for who is leaving."""
    return models.Case(
        models.When(
            **{f"{path}__closing_at": None, f"{path}__closed_at": None}, then=models.F(f"{path}__username")
        )
    )


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]  # dynamic base class
    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields
    ) -> Member:
        """Create a member who can sign in; without a password, one who cannot until one is set."""
        member = self.model(username=username, email=self.normalize_email(email) or None, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields
    ) -> Member:
        return self.create_user(username, email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Member:
        return self.get(username__iexact=username)
