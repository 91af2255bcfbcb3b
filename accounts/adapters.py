from allauth.account.adapter import DefaultAccountAdapter

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
