from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.barring import DIGEST, DOMAIN, NETWORK
from accounts.querysets import SignUpBarQuerySet
from filmsite.lib.domains import LONGEST


class BarKind(models.TextChoices):
    """By what somebody is kept from joining."""

    DOMAIN = "domain", _("mail domain")
    ADDRESS = "address", _("mail address")
    NETWORK = "network", _("network")


class SignUpBar(models.Model):
    """What keeps new members out: a domain of mail with all below it, one mail address, or a network. Whoever is a member
    already is not concerned. Written by `accounts.services.barring` and the admin, where no row is ever changed but ended.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=BarKind.choices)
    # As `accounts.barring` compares it: "example.org", the keyed digest of an address, "203.0.113.0/24".
    value = models.CharField(_("value"), max_length=LONGEST)
    # Of an address, for staff to tell one from another: "z…".
    hint = models.CharField(max_length=320, blank=True, editable=False)
    reason = models.TextField(_("reason"))
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    # Null: until somebody ends it.
    until = models.DateTimeField(_("until"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    # How often it turned somebody away, and when last; nothing is kept of whom.
    met_count = models.PositiveIntegerField(_("met"), default=0, db_default=0, editable=False)
    met_at = models.DateTimeField(_("last met"), null=True, blank=True, editable=False)

    objects = SignUpBarQuerySet.as_manager()

    class Meta:
        verbose_name = _("bar on signing up")
        verbose_name_plural = _("bars on signing up")
        ordering = ["-id"]
        indexes = [models.Index(fields=["value"], name="sign_up_bar_value")]
        constraints = [
            models.CheckConstraint(
                name="sign_up_bar_value_fits_kind",
                condition=models.Q(kind=BarKind.DOMAIN, value__regex=DOMAIN, hint="")
                | (models.Q(kind=BarKind.ADDRESS, value__regex=DIGEST) & ~models.Q(hint=""))
                | models.Q(kind=BarKind.NETWORK, value__regex=NETWORK, hint=""),
            ),
            models.CheckConstraint(
                name="sign_up_bar_ends_after_it_began",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What is barred, as staff read it: of an address its first letter and the number of the bar."""
        return f"{self.hint} ({self.pk})" if self.hint else self.value

    @property
    def is_in_force(self) -> bool:
        return self.until is None or self.until > timezone.now()
