"""What members bring in from other sites, and what they take out."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ImportSource(models.TextChoices):
    """Where a file comes from. The file itself tells; nobody is asked."""

    LETTERBOXD = "letterboxd", "Letterboxd"
    IMDB = "imdb", "IMDb"
    TRAKT = "trakt", "Trakt"
    TMDB = "tmdb", "TMDB"
    MOVIELENS = "movielens", "MovieLens"
    PLAIN = "plain", _("a table of your own")
    FILMSITE = "filmsite", _("this site, or another one of its kind")


class ImportState(models.TextChoices):
    WAITING = "waiting", _("waiting to be read")
    READING = "reading", _("being read")
    # The member looks at the preview; nothing has been written.
    PREVIEW = "preview", _("to be checked by you")
    ORDERED = "ordered", _("waiting to be taken over")
    WRITING = "writing", _("being taken over")
    DONE = "done", _("taken over")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("failed")


class Conflicts(models.TextChoices):
    """What becomes of a vote that the member gave here, where the file has another for the same title."""

    NEWER = "newer", _("the newer one stands")
    MINE = "mine", _("what I voted here stands")
    FILE = "file", _("what the file says stands")


class MemberImport(models.Model):
    """A file that a member brings in: read, looked at, taken over as a whole, and undone as a whole for 30 days."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports", db_index=False
    )
    source = models.CharField(_("from"), max_length=12, choices=ImportSource.choices, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=ImportState.choices, default=ImportState.WAITING
    )
    file_name = models.CharField(_("file"), max_length=200)
    # Of the file as sent: the same file again is recognised.
    file_hash = models.CharField(max_length=64)
    # How far the state's work is, in rows.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    # What was read, matched, left out, written, by kind of row; and what of the file is not known here.
    counts = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    # The lists that rows of kind "list_entry" belong to, by their key in the file; once written, with what was made.
    lists = models.JSONField(default=dict, blank=True)
    conflicts = models.CharField(
        _("where both know a vote"), max_length=5, choices=Conflicts.choices, default=Conflicts.NEWER
    )
    # Why it failed: a code of `reviews.bringing.wording`.
    error = models.TextField(blank=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    # Whoever works on it, until when: a worker that died is followed by another, a few times.
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("import of a member")
        verbose_name_plural = _("imports of members")
        indexes = [
            models.Index(fields=["member", "-id"], name="memberimport_of_member"),
            models.Index(
                fields=["leased_until"],
                name="memberimport_at_work",
                condition=models.Q(state__in=["waiting", "reading", "ordered", "writing", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.source} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:import", args=[self.pk])


class ImportFile(models.Model):
    """The bytes that were sent, until they have been read. In the database: any worker on any machine may read them."""

    of = models.OneToOneField(MemberImport, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self) -> str:
        return f"file of import {self.of_id}"


class ImportRow(models.Model):
    """One thing that an import brings, with the title it was matched to and, once written, what it made of what was."""

    class Kind(models.TextChoices):
        VOTE = "vote", _("vote")
        PAST_VOTE = "past_vote", _("earlier vote")
        VIEWING = "viewing", _("diary entry")
        WATCHLIST = "watchlist", _("watchlist")
        REVIEW = "review", _("review")
        LIST_ENTRY = "list_entry", _("place in a list")

    class Match(models.TextChoices):
        SURE = "sure", _("found")
        UNSURE = "unsure", _("not certain")
        MISSING = "missing", _("not found")
        # By the member, who picked a title or left the row out.
        CHOSEN = "chosen", _("chosen by you")
        SKIPPED = "skipped", _("left out")

    class Outcome(models.TextChoices):
        CREATED = "created", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("was here already")
        REFUSED = "refused", _("not taken over")

    of = models.ForeignKey(MemberImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    # The title as the file names it: {"name", "year", "imdb", "tmdb", "kind", …}. Rows with one `work` are about one title.
    named = models.JSONField(default=dict)
    work = models.CharField(max_length=200)
    # What the row says: {"value": 7, "at": "2024-01-31T…", "seen_on": "2024-01-31", "body": …}.
    data = models.JSONField(default=dict)
    match = models.CharField(max_length=8, choices=Match.choices, default=Match.MISSING)
    title = models.ForeignKey(
        "films.Title", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Ids of titles it may be, the likeliest first.
    candidates = models.JSONField(default=list)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    # Why not: a code of `reviews.bringing.wording`, after a bar what it is about.
    reason = models.CharField(max_length=300, blank=True)
    # The id of the row that it made or changed, and that row before and after: what an undo needs.
    made = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="importrow_unique")]
        indexes = [
            models.Index(fields=["of", "match", "work"], name="importrow_to_check"),
            models.Index(fields=["of", "kind", "title"], name="importrow_to_write"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id}.{self.number} {self.kind}"


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    WRITING = "writing", _("being made")
    READY = "ready", _("ready")
    EXPIRED = "expired", _("expired")
    FAILED = "failed", _("failed")


class MemberExport(models.Model):
    """Everything that a member gave, as one file to take away. The file goes when the link expires."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports", db_index=False
    )
    state = models.CharField(
        _("state"), max_length=8, choices=ExportState.choices, default=ExportState.WAITING
    )
    ordered_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    size = models.BigIntegerField(null=True)
    content = models.BinaryField(null=True)
    error = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("export of a member")
        verbose_name_plural = _("exports of members")
        indexes = [
            models.Index(fields=["member", "-id"], name="memberexport_of_member"),
            models.Index(
                fields=["leased_until"],
                name="memberexport_at_work",
                condition=models.Q(state__in=["waiting", "writing"]),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} of {self.member_id}"
