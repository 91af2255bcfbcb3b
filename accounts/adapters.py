from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

from accounts.models import Member
from accounts.usernames import skeleton


class AccountAdapter(DefaultAccountAdapter):
    """Where sign-in differs from allauth's defaults."""

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse a name that looks like one that exists, whatever its letters are."""
        username = super().clean_username(username, shallow)
        if not shallow and Member.objects.filter(username_skeleton=skeleton(username)).exists():
            raise self.validation_error("username_taken")
        return username

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Name the site as its operator does; allauth would take its name from the request's Host header."""
        site = {"name": settings.FILMSITE_NAME, "domain": urlsplit(settings.FILMSITE_URL).netloc}
        super().send_mail(template_prefix, email, {**context, "current_site": site})
