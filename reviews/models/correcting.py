from django.conf import settings
from django.db import models
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.correcting.querysets import CorrectionQuerySet
from reviews.models.translation import TEXT_KINDS, OfText, Translation, of_one_text


class Correction(OfText):
    """A person's translation of one sentence of a text: proposed, and once accepted used for ever in place of an engine's.

    It belongs to the sentence as the author wrote it: when the author changes other sentences it stays, when they change
    this one it rests, and it holds again when the sentence comes back.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        # A later correction of the same sentence was accepted.
        REPLACED = "replaced", _("replaced")

    source_language = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    # One sentence each, in Markdown: the author's, what stood in its place, and what should.
    sentence = models.TextField(_("sentence"))
    before = models.TextField(_("translation before"), blank=True)
    text = models.TextField(_("better translation"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="corrections_made",
        verbose_name=_("by"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    made_at = models.DateTimeField(_("proposed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a translation")
        verbose_name_plural = _("corrections of translations")
        constraints = [
            models.CheckConstraint(name="correction_of_one_text", condition=of_one_text()),
            # One accepted wording a sentence; the hash, for a sentence may be longer than an index row.
            *(
                models.UniqueConstraint(
                    models.F(kind),
                    models.F("target"),
                    MD5("sentence"),
                    name=f"correction_stands_{kind}",
                    condition=models.Q(state="accepted", **{f"{kind}__isnull": False}),
                )
                for kind in TEXT_KINDS
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], name="correction_waiting", condition=models.Q(state="proposed")),
            models.Index(
                fields=["by", "target"], name="correction_accepted_of", condition=models.Q(state="accepted")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} →{self.target}: {self.text[:40]}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:correction", args=[self.pk])


class BadTranslation(models.Model):
    """A reader's word that a translation is bad; each member says so once of one result."""

    class Reason(models.TextChoices):
        MEANING = "meaning", _("It says something else")
        UNREADABLE = "unreadable", _("It cannot be read")
        NAMES = "names", _("Names or titles are wrong")
        LANGUAGE = "language", _("It is from or in another language")
        OFFENSIVE = "offensive", _("It offends where the original does not")

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="bad_reports")
    # Which result was meant: another engine's answer may be reported anew.
    engine = models.CharField(max_length=80, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("member")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("reported"))
    # When something came of it: translated anew, or looked at by a person.
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("report of a bad translation")
        verbose_name_plural = _("reports of bad translations")
        constraints = [
            models.UniqueConstraint(
                fields=["translation", "member", "engine", "content_hash"], name="badtranslation_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["-made_at"], name="badtranslation_open", condition=models.Q(settled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.translation_id}: {self.reason}"
