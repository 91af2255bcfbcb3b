"""What cases can be: why they exist, what they are about, how far they are, and what marks them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseKind(models.TextChoices):
    """Why a case exists. The first seven are named like the rules (`reviews.moderation.rules`) that are in question."""

    COPIED = "copied-text", _("copied text")
    ATTACK = "personal-attack", _("personal attack")
    SPOILERS = "spoilers", _("spoilers in the open")
    ADVERTISING = "advertising", _("advertising")
    OFF_TOPIC = "off-topic", _("off topic")
    UNLAWFUL = "unlawful", _("unlawful")
    OTHER = "other", _("something else")
    APPEAL = "appeal", _("appeal")
    # About a title: its votes came in a way that people's votes do not.
    VOTES = "votes", _("unusual votes")


class Matter(models.TextChoices):
    """What a case is about. What a decision does to each lives in `reviews.services.matters`."""

    REVIEW = "review", _("message")
    PLOT = "plot", _("plot")
    TRIVIA = "trivia", _("piece of trivia")
    BIOGRAPHY = "biography", _("biography")
    TRANSLATION = "translation", _("translation")
    LIST = "list", _("list")
    ABOUT = "about", _("about a member")
    PICTURE = "picture", _("picture of a member")
    NAME = "name", _("name of a member")
    # What a member does, whatever it was done with: nothing is removed, there may be a measure.
    CONDUCT = "conduct", _("conduct of a member")
    VOTES = "votes", _("votes")


# The column of `Case` that leads to what each matter is about.
MATTER_COLUMNS = {
    Matter.REVIEW: "review",
    Matter.PLOT: "title",
    Matter.TRIVIA: "trivia",
    Matter.BIOGRAPHY: "person",
    Matter.TRANSLATION: "translation",
    Matter.LIST: "list",
    Matter.ABOUT: "member",
    Matter.PICTURE: "member",
    Matter.NAME: "member",
    Matter.CONDUCT: "member",
    Matter.VOTES: "title",
}


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    # Hidden until its author answers; open again with the answer, or when the time for it is over.
    WAITING = "waiting", _("waiting for the author")
    DECIDED = "decided", _("decided")
    APPEALED = "appealed", _("appealed")
    # Nothing left to decide: the author took the text back, or an appeal has been answered.
    CLOSED = "closed", _("closed")
    # What it held is in the case that `merged_into` names.
    MERGED = "merged", _("merged")


class CaseFlag(models.TextChoices):
    """What a moderator should know before anything else."""

    FLOOD = "flood", _("many reports within an hour")
    DECLARED_OWN = "declared-own", _("the author says these are their own words")
    REPEAT = "repeat", _("decided against this member before")
    NEW_MEMBER = "new-member", _("new member")
    NOTICE = "notice", _("notice by a rights-holder")
    ANSWERED = "answered", _("the author has answered")
    OVERDUE = "overdue", _("the author has not answered in time")
    LATE = "late", _("nobody has answered the appeal in time")
    # Until somebody answers its appeal, which waits far too long.
    SHOWN = "shown", _("shown again until the appeal is answered")
