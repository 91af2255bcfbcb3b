"""Keeping out who must not join: by mail domain, mail address or network. Nobody who is a member is asked anything."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from accounts.models import BarKind, SignUpBar

# So long a bar that is over stays for staff to look up.
KEPT_FOR: Final = timedelta(days=365)


def bars_met(*, email: str = "", ip: str = "") -> set[BarKind]:
    """By what somebody with this mail address, from this address of the internet, is kept from joining; empty if by nothing.

    One query. Each bar that is met counts it, and keeps neither address.
    """
    met = dict(SignUpBar.objects.in_force().barring(email=email, ip=ip).values_list("pk", "kind"))
    if met:
        SignUpBar.objects.filter(pk__in=met).update(met_count=F("met_count") + 1, met_at=Now())
    return {BarKind(kind) for kind in met.values()}


@transaction.atomic
def end_bars(*, bars: list[int]) -> list[SignUpBar]:
    """End these bars (by id) now; answers those that were in force until then."""
    ending = list(SignUpBar.objects.in_force().filter(pk__in=bars).order_by("pk").select_for_update())
    # Not before it began, should the clocks of two machines differ.
    SignUpBar.objects.filter(pk__in=[bar.pk for bar in ending]).update(
        until=Greatest(timezone.now(), F("since"))
    )
    return ending


def forget_ended_bars() -> int:
    """Delete the bars that have been over for `KEPT_FOR`; answers how many."""
    return SignUpBar.objects.filter(until__lt=timezone.now() - KEPT_FOR).delete()[0]
