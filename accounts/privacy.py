"""Who may see what of a member. Reviews and comments are published and so for everybody; what else there is, is a part."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """For whom a part of a member's page, or a list, is meant."""

    EVERYONE = "everyone", _("everybody")
    # Those whom the member has accepted, where they want to be asked.
    FOLLOWERS = "followers", _("my followers")
    ME = "me", _("only me")


class Part(models.TextChoices):
    """A part of a member's page with an audience of its own."""

    VOTES = "votes", _("votes")
    HISTORY = "history", _("how votes changed")
    DIARY = "diary", _("diary")
    WATCHLIST = "watchlist", _("watchlist")
    STATISTICS = "statistics", _("statistics")
    ACTIVITY = "activity", _("activity")
    FOLLOWS = "follows", _("follows")

    @property
    def column(self) -> str:
        """The column of `Member` with its audience."""
        return f"{self.value}_for"
