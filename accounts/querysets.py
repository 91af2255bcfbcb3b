from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

if TYPE_CHECKING:
    from accounts.models import Member


class MemberQuerySet(models.QuerySet["Member"]):
    def active(self) -> MemberQuerySet:
        """Members who may be seen: not closed and not suspended."""
        return self.filter(is_active=True, suspended_at__isnull=True)

    def for_card(self) -> MemberQuerySet:
        """With the totals that stand beside a name."""
        return self.select_related("totals")


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
