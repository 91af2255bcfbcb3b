"""The canary of the copy detector: every hour it is asked for a text of the site's own that it must find.

A detector that finds nothing looks like a site without copied words: index emptied, look-ups cut off, a worker that makes
no fingerprints. The trial goes the ways of the composer's check and of the check of what is stored, and stores no message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db.models import Count, Min, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.comparing import compare
from reviews.copy_index import IndexTooSlow
from reviews.emails import send_in
from reviews.models import CanaryTrial, KnownKind, KnownText
from reviews.services.indexing import WAITING, index_text
from reviews.services.own_words import honoured
from reviews.services.registering import BEFORE_ALL
from reviews.services.screening import notice_for

log = structlog.get_logger("filmsite.canary")

# One miss can be a busy minute; so many on end are an alarm.
MISSES_OF_AN_ALARM: Final = 2
_KEPT: Final = timedelta(days=30)
# Longer than any threshold, and of words that nobody has a reason to write.
_WORDS: Final = """
A yellow bird sits in the lamp room of this house and is asked every hour whether it can still hear the clockwork below.
It answers with a verse about seven umbrellas, a ferry without oars, the baker who lent his ladder to the moon, and a
violin that was tuned by hail. Nobody has ever sung the second stanza, for the paper on which it stood was used to wrap
a pear on the way to the observatory. The third one names eleven rivers backwards and ends with a sneeze. Whoever reads
this far has found the keeper of the bird, who wishes them a quiet night, refills the seed, winds the brass key four
times to the left and once to the right, and writes into a green ledger that the song was heard in every room, up to the
attic and down to the last step of the cellar stairs.
""".strip().replace("\n", " ")


@dataclass(frozen=True, slots=True)
class Silence:
    """The detector has not found its text so many times on end, the first time at `since`."""

    since: datetime
    misses: int


def try_detector() -> CanaryTrial | None:
    """Ask the detector for a text that it knows, and note whether it found it; None on a site without titles.

    After `MISSES_OF_AN_ALARM` misses on end there is an alarm: in the log each time, on the pages of moderators
    (`silence_of_detector`), and by mail once; an all-clear when it is over.
    """
    subject = Title.objects.filter(merged_into=None).order_by("-pk").first()
    if subject is None:
        return None
    known = _known_text()
    before = silence_of_detector()
    trial = CanaryTrial.objects.create(
        while_writing=_is_found_in_writing(known, subject), when_stored=_is_found_in_store(known, subject)
    )
    CanaryTrial.objects.filter(at__lt=timezone.now() - _KEPT).delete()
    silence = silence_of_detector()
    if silence is not None:
        log.error(
            "the copy detector does not find its trial text", misses=silence.misses, since=silence.since
        )
        _tell(trial, silence, is_over=False)
    elif before is not None:
        log.warning("the copy detector finds its trial text again", misses=before.misses, since=before.since)
        _tell(trial, before, is_over=True)
    return trial


def silence_of_detector() -> Silence | None:
    """Since when the detector finds nothing, if that is an alarm. One small query."""
    hits = CanaryTrial.objects.filter(while_writing=True, when_stored=True).order_by("-pk").values("pk")
    misses = CanaryTrial.objects.filter(pk__gt=Coalesce(Subquery(hits[:1]), 0))
    found = misses.aggregate(since=Min("at"), misses=Count("pk"))
    return Silence(**found) if found["misses"] >= MISSES_OF_AN_ALARM else None


def _known_text() -> KnownText:
    """The row of the trial text. It is indexed here only when it is new: what the index lost must stay lost to be noticed."""
    known = KnownText.objects.filter(kind=KnownKind.CANARY).order_by("pk").first()
    if known is None:
        known = KnownText.objects.create(
            kind=KnownKind.CANARY, label="canary", text=_WORDS, algorithm=WAITING, written_at=BEFORE_ALL
        )
        index_text(known.pk)
    return known


def _is_found_in_writing(known: KnownText, subject: Title) -> bool:
    notice = notice_for(subject=subject, author=_NOBODY, body=known.text, paste=None)
    return notice is not None and any(passage.source_id == known.pk for passage in notice.passages)


def _is_found_in_store(known: KnownText, subject: Title) -> bool:
    try:
        assessment = compare(
            known.text,
            subject=subject,
            author_id=_NOBODY.pk,
            written_at=timezone.now(),
            own_words=honoured,
            every_run=True,
        )
    except IndexTooSlow:
        return False
    return any(finding.source.id == known.pk for finding in assessment.findings)


# Whose text it would be: nobody has this number.
_NOBODY: Final = Member(pk=0)


def _tell(trial: CanaryTrial, silence: Silence, *, is_over: bool) -> None:
    """Mail alarm and all-clear to who runs the site, each once; a mail server that fails is asked again with the next miss."""
    told = CanaryTrial.objects.filter(at__gte=silence.since, told_at__isnull=False).exists()
    if not settings.FILMSITE_ALARM_ADDRESSES or told is not is_over:
        return
    context = {
        "silence": silence,
        "is_over": is_over,
        "site_name": settings.FILMSITE_NAME,
        "url": settings.FILMSITE_URL + reverse("moderation:queue"),
    }
    try:
        for address in settings.FILMSITE_ALARM_ADDRESSES:
            send_in(settings.LANGUAGE_CODE, "detector", context, address)
    except OSError as error:
        log.warning("mail not sent", of="reviews.CanaryTrial", pk=trial.pk, error=type(error).__name__)
        return
    if not is_over:
        CanaryTrial.objects.filter(pk=trial.pk).update(told_at=timezone.now())
