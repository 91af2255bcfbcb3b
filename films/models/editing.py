"""How the catalogue is corrected: proposals of members, the history of every change, and what is locked."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from films.editing_querysets import MergeQuerySet, ProposalQuerySet
from films.models.title import Title, TitleKind

if TYPE_CHECKING:
    from films.models.people import Person


class Proposal(models.Model):
    """A correction of a title or person, or a title to add (then it has neither until it is accepted)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        PARTLY = "partly", _("partly accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Ground(models.TextChoices):
        """The rule by which a title belongs here: how it came to its public."""

        CINEMA = "cinema", _("It ran in cinemas")
        FESTIVAL = "festival", _("It was shown at a film festival")
        VIDEO = "video", _("It was sold on video or disc, in more than one shop")
        TV = "tv", _("It was made for television or shown there")
        VOD = "vod", _("It is offered on demand or by subscription")
        ONLINE = "online", _("Its distributor or production company put it online")

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="proposals",
        verbose_name=_("author"),
    )
    title = models.ForeignKey(
        Title, on_delete=models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    # The section whose moderators decide: films or shows.
    section = models.CharField(_("section"), max_length=10)
    # Of an addition: what is to be added, its name in the form in which duplicates are looked for
    # (`films.search.normalise`), its year, and by which rule it belongs in the catalogue.
    adds = models.CharField(_("adds"), max_length=6, choices=TitleKind.choices, blank=True)
    norm = models.CharField(max_length=320, blank=True, editable=False)
    year = models.PositiveSmallIntegerField(null=True, editable=False)
    ground = models.CharField(_("why it belongs here"), max_length=10, choices=Ground.choices, blank=True)
    # Of a season to add: its show.
    show = models.ForeignKey(
        Title, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("show")
    )

    source = models.CharField(
        _("source"), max_length=500, help_text=_("Where this can be checked: an address, a book, the credits")
    )
    note = models.CharField(_("note"), max_length=1000, blank=True)
    # The author was asked about words that stand elsewhere too, and said that they are their own.
    declared_own = models.BooleanField(_("says these are their own words"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    reply = models.CharField(_("reply"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # Whether its author has seen the answer.
    answer_seen = models.BooleanField(default=False, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("proposed"), auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.CheckConstraint(
                name="proposal_of_title_or_person",
                condition=models.Q(title__isnull=True) | models.Q(person__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                fields=["section", "created_at"], name="proposal_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["author", "-created_at"], name="proposal_of_author"),
            models.Index(fields=["norm"], name="proposal_norm", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        """The page where the section's moderators decide."""
        return reverse("moderation:proposal", args=[self.pk])

    @property
    def item(self) -> "Title | Person | None":
        """What is corrected, or what was added; None for a title that is still to be added."""
        return self.title or self.person

    @property
    def name(self) -> str:
        """What it is about, in words. Of a title to add it asks for the changes, unless they were fetched along."""
        if self.item is not None:
            return str(self.item)
        proposed = {change.field: change.new for change in self.changes.all()}
        name, year = proposed.get("name") or "", proposed.get("year")
        if self.show is not None:
            number = proposed.get("season_number") or 0
            name = gettext("%(show)s, season %(number)d") % {"show": self.show.name, "number": number}
        return f"{name} ({year})" if year else name

    @property
    def is_addition(self) -> bool:
        return bool(self.adds)

    @property
    def is_decided(self) -> bool:
        return self.state in (self.State.ACCEPTED, self.State.PARTLY, self.State.DECLINED)


class ProposedChange(models.Model):
    """One field of a proposal: what the author saw, and what it should be. Values as `films.editing` reads them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(_("field"), max_length=40)
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "field"], name="proposedchange_unique")]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.field}"


class Change(models.Model):
    """One field of a title or person as it was changed: who, when, from what, to what. Rows are only ever added."""

    class Origin(models.TextChoices):
        PROPOSAL = "proposal", _("proposal")
        STAFF = "staff", _("staff")
        REVERT = "revert", _("revert")
        MERGE = "merge", _("merge")
        IMPORT = "import", _("import")
        # What was taken away, and brought back, by a decision of a moderator: its values are theirs to see.
        MODERATION = "moderation", _("moderation")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, null=True, blank=True, related_name="history")
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="history"
    )
    field = models.CharField(_("field"), max_length=40)
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)
    # Nobody: an import. The name of a member who left goes with them.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    origin = models.CharField(_("through"), max_length=10, choices=Origin.choices)
    # Why, where whoever changed it had to say so.
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    proposal = models.ForeignKey(Proposal, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reverts = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reverted_by"
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="change_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["title", "-id"], name="change_of_title"),
            models.Index(fields=["person", "-id"], name="change_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.title_id or self.person_id}"


class Lock(models.Model):
    """A field, or with an empty field a whole title or person, that only staff change; the reason is shown."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, null=True, blank=True, related_name="locks")
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="locks"
    )
    field = models.CharField(_("field"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    set_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("lock")
        verbose_name_plural = _("locks")
        ordering = ["field"]
        constraints = [
            models.CheckConstraint(
                name="lock_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["title", "person", "field"], name="lock_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.field or "*"


class Merge(models.Model):
    """A duplicate that became one with another title, and all that is needed to part them again."""

    kept = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="merges")
    duplicate = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    merged_at = models.DateTimeField(_("merged"), auto_now_add=True)
    # What the kept title took over, by field of `films.editing`: {"before": …, "after": …}.
    taken = models.JSONField(default=dict, editable=False)
    # The rows of other tables that went along, by table and column: {"films_relation.other_id": [12, 15]}.
    followed = models.JSONField(default=dict, editable=False)
    # Of a season: the merge of its show, with which it is undone.
    part_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, editable=False, related_name="parts"
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="merge_of_two_titles", condition=~models.Q(kept=models.F("duplicate"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.kept_id}"


class SourceRecord(models.Model):
    """When an outside catalogue was last asked about a title: some may be kept for a limited time only."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="source_records")
    source = models.CharField(max_length=12)
    fetched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("source record")
        verbose_name_plural = _("source records")
        constraints = [models.UniqueConstraint(fields=["title", "source"], name="sourcerecord_unique")]
        indexes = [models.Index(fields=["source", "fetched_at"], name="sourcerecord_oldest")]

    def __str__(self) -> str:
        return f"{self.source} {self.title_id}"
