"""Texts that a new one is compared with, and what authors say about words that they share with one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Section
from reviews.models.review import Review


class KnownKind(models.TextChoices):
    REVIEW = "review", _("message")
    PLOT = "plot", _("plot")
    BIOGRAPHY = "biography", _("biography")
    # Given by rights-holders or staff: a text that stands elsewhere.
    REGISTERED = "registered", _("registered text")
    # Words that anybody may use: a house formula, an official synopsis with consent.
    FORMULA = "formula", _("free formula")
    # The site's own text by which it tries itself every hour (`reviews.services.canary`): in no list and no figure.
    CANARY = "canary", _("trial text")


class Licence(models.TextChoices):
    UNKNOWN = "unknown", _("not known")
    OWNED = "owned", _("all rights reserved")
    QUOTE = "quote", _("quotations only")
    FREE = "free", _("free to use")


class KnownText(models.Model):
    """A text in the index of the copy detector. Its fingerprints are rows of `reviews_fingerprint` (hash, known text).

    Words of the site's own texts stay where they are; of a registered one `text` is kept only where the setting allows, and
    otherwise `grams` alone: the hash of every run of four words in order, 8 bytes each, by which passages are verified.
    """

    # A 32-bit number: it stands beside every fingerprint.
    id = models.AutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=KnownKind.choices)
    review = models.OneToOneField(
        Review, on_delete=models.CASCADE, null=True, blank=True, related_name="known_text"
    )
    title = models.OneToOneField(
        "films.Title", on_delete=models.CASCADE, null=True, blank=True, related_name="known_text"
    )
    person = models.OneToOneField(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="known_text"
    )
    # Whose words they are: their own later words are never held against them.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="known_texts",
    )
    # Of what is registered: what it is called, and where it stands.
    label = models.CharField(_("name"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    holder = models.CharField(_("rights-holder"), max_length=200, blank=True)
    licence = models.CharField(
        _("licence"),
        max_length=8,
        choices=Licence.choices,
        default=Licence.UNKNOWN,
        db_default=Licence.UNKNOWN,
    )
    section = models.CharField(_("section"), max_length=10, choices=Section.choices, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("text"), blank=True)
    grams = models.BinaryField(blank=True, default=bytes, db_default=b"")

    words = models.PositiveIntegerField(_("words"), default=0)
    # Of the first paragraph, which may be kept beside a link.
    first_words = models.PositiveIntegerField(default=0)
    # What the fingerprints were made of, and by which version of the algorithm; another value calls for new ones.
    source_hash = models.CharField(max_length=64)
    algorithm = models.PositiveSmallIntegerField(default=1)
    # When the words came into being as far as is known: of two equal texts the older is the source.
    written_at = models.DateTimeField(_("written"))
    indexed_at = models.DateTimeField(auto_now_add=True)
    # Of what is registered: when all that stood on the site before had been gone through for its words.
    looked_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("known text")
        verbose_name_plural = _("known texts")
        constraints = [
            models.CheckConstraint(
                name="knowntext_of_one_text",
                condition=models.Q(kind="review", review__isnull=False, title=None, person=None)
                | models.Q(kind="plot", title__isnull=False, review=None, person=None)
                | models.Q(kind="biography", person__isnull=False, review=None, title=None)
                | models.Q(
                    kind__in=["registered", "formula", "canary"], review=None, title=None, person=None
                ),
            ),
            models.UniqueConstraint(
                fields=["source_hash", "kind"],
                name="knowntext_registered_once",
                condition=models.Q(kind__in=["registered", "formula"]),
            ),
        ]
        indexes = [
            # Those whose fingerprints are still to be made.
            models.Index(fields=["id"], name="knowntext_waiting", condition=models.Q(algorithm=0)),
            models.Index(
                fields=["kind", "-id"],
                name="knowntext_registered",
                condition=models.Q(kind__in=["registered", "formula"]),
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.kind} {self.review_id or self.title_id or self.person_id}"


class OwnWords(models.Model):
    """An author's word that what they share with a known text is their own. It holds until a moderator finds otherwise.

    Without a `source` it is the answer to a question about a paste of which nobody knows where it stands.
    """

    class State(models.TextChoices):
        SAID = "said", _("said by the author")
        CONFIRMED = "confirmed", _("confirmed")
        REFUTED = "refuted", _("found not to be so")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="own_words")
    review = models.ForeignKey(
        Review, on_delete=models.SET_NULL, null=True, blank=True, related_name="own_words"
    )
    source = models.ForeignKey(
        KnownText, on_delete=models.CASCADE, null=True, blank=True, related_name="claims"
    )
    # Where the author published them before, if they said so.
    url = models.URLField(_("published at"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.SAID)
    said_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("word about own words")
        verbose_name_plural = _("words about own words")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "source"],
                name="ownwords_once_a_source",
                condition=models.Q(source__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.source_id} {self.state}"
