"""Rules of the staff that look out for words and links: what meets one is reported by the site, and nothing else happens."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Section
from filmsite.lib.domains import DOMAIN
from reviews.models.case_kinds import CaseKind, Matter

# Copied words have a detector of their own, which a text is registered with.
FLAGGED_KINDS = (
    CaseKind.ADVERTISING,
    CaseKind.ATTACK,
    CaseKind.SPOILERS,
    CaseKind.OFF_TOPIC,
    CaseKind.UNLAWFUL,
    CaseKind.OTHER,
)
FEWEST_CHARACTERS = 3


class FlagRule(models.Model):
    """What staff want to be told of when a member writes it. A text that meets it becomes a case for the moderators; it is
    published as it would have been, and stays as it is.
    """

    class LooksFor(models.TextChoices):
        WORDS = "words", _("a word or phrase")
        DOMAIN = "domain", _("a site that is linked or named")

    looks_for = models.CharField(
        _("looks for"), max_length=6, choices=LooksFor.choices, default=LooksFor.WORDS
    )
    sought = models.CharField(_("words or domain"), max_length=100)
    # Blank: every section.
    section = models.CharField(_("section"), max_length=10, choices=Section.choices, blank=True)
    kind = models.CharField(
        _("rule of the house"),
        max_length=16,
        choices=[(kind.value, kind.label) for kind in FLAGGED_KINDS],
        default=CaseKind.ADVERTISING,
    )
    only_new_members = models.BooleanField(_("only texts of new members"), default=False)
    note = models.CharField(_("note for moderators"), max_length=200)
    is_active = models.BooleanField(_("active"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("automatic flag")
        verbose_name_plural = _("automatic flags")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["looks_for", "sought", "section", "kind"],
                name="flagrule_once",
                violation_error_message=_("There is such a rule already."),
            ),
            models.CheckConstraint(
                name="flagrule_seeks_something",
                condition=models.Q(sought__regex=rf"\S.{{{FEWEST_CHARACTERS - 2},}}\S"),
                violation_error_message=_("What is looked for has three characters at least."),
            ),
            models.CheckConstraint(
                name="flagrule_domain_is_one",
                condition=~models.Q(looks_for="domain") | models.Q(sought__regex=DOMAIN),
                violation_error_message=_("This is no domain."),
            ),
            models.CheckConstraint(
                name="flagrule_of_a_kind",
                condition=models.Q(kind__in=FLAGGED_KINDS),
                violation_error_message=_("No text is flagged for that."),
            ),
            models.CheckConstraint(
                name="flagrule_says_why",
                condition=~models.Q(note=""),
                violation_error_message=_("Say why, for the moderators."),
            ),
        ]

    def __str__(self) -> str:
        return self.sought


class DelayedFlagging(models.Model):
    """A text of a member that waits for a worker to look at it with the active rules.

    Written in the transaction that stores the text; what it is (`Matter`) and the number of its row, which may be gone.
    """

    matter = models.CharField(_("about"), max_length=12, choices=Matter.choices)
    number = models.BigIntegerField()
    due_at = models.DateTimeField(default=timezone.now)
    # How often a sweep handed it to a worker and no look came to an end.
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("delayed flagging")
        verbose_name_plural = _("delayed flaggings")
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="delayedflagging_once_a_text")
        ]
        indexes = [models.Index(fields=["due_at"], name="delayedflagging_due")]

    def __str__(self) -> str:
        return f"{self.matter} {self.number}"
