"""The canary of the copy detector: every hour it is asked for a text of the site's own that it must find.

A detector that finds nothing looks like a site without copied words: index emptied, look-ups cut off, a worker that makes
no fingerprints. The trial goes the ways of the composer's check and of the check of what is stored, and stores no message.
"""

from datetime import timedelta
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
from reviews.copydetect.rules import Limits
from reviews.emails import send_in
from reviews.models import CanaryAlarm, CanaryTrial, KnownKind, KnownText
from reviews.services.indexing import WAITING, index_text
from reviews.services.own_words import honoured
from reviews.services.registering import BEFORE_ALL
from reviews.services.screening import notice_for

log = structlog.get_logger("filmsite.canary")

# One miss can be a busy minute; so many on end are an alarm.
MISSES_OF_AN_ALARM: Final = 2
_KEPT: Final = timedelta(days=30)
# Its own, whatever the settings say: else a site that warns of long passages alone would always miss this text.
_LIMITS: Final = Limits()
# Longer than these, and of words that nobody has a reason to write.
_WORDS: Final = """
A yellow bird sits in the lamp room of this house and is asked every hour whether it can still hear the clockwork below.
It answers with a verse about seven umbrellas, a ferry without oars, the baker who lent his ladder to the moon, and a
violin that was tuned by hail. Nobody has ever sung the second stanza, for the paper on which it stood was used to wrap
a pear on the way to the observatory. The third one names eleven rivers backwards and ends with a sneeze. Whoever reads
this far has found the keeper of the bird, who wishes them a quiet night, refills the seed, winds the brass key four
times to the left and once to the right, and writes into a green ledger that the song was heard in every room, up to the
attic and down to the last step of the cellar stairs.
""".strip().replace("\n", " ")


def try_detector() -> CanaryTrial | None:
    """Ask the detector for a text that it knows, and note whether it found it; None on a site without titles.

    After `MISSES_OF_AN_ALARM` misses on end there is an alarm: in the log each time, on the pages of moderators
    (`silence_of_detector`), and by mail once; an all-clear when it is over. Mail that did not go out is sent now.
    """
    subject = Title.objects.filter(merged_into=None).order_by("-pk").first()
    if subject is None:
        return None
    known = _known_text()
    trial = CanaryTrial.objects.create(
        while_writing=_is_found_in_writing(known, subject), when_stored=_is_found_in_store(known, subject)
    )
    if trial.is_hit:
        _end_alarm(trial)
    else:
        _raise_alarm()
    _tell_who_runs_the_site()
    forgotten = timezone.now() - _KEPT
    CanaryTrial.objects.filter(at__lt=forgotten).delete()
    CanaryAlarm.objects.filter(over_at__lt=forgotten).delete()
    return trial


def silence_of_detector() -> CanaryAlarm | None:
    """The alarm that goes on: since when the detector finds nothing. One small query."""
    return CanaryAlarm.objects.filter(over_at=None).order_by("pk").first()


def _raise_alarm() -> None:
    alarm = silence_of_detector()
    if alarm is None:
        hits = CanaryTrial.objects.filter(while_writing=True, when_stored=True).order_by("-pk").values("pk")
        on_end = CanaryTrial.objects.filter(pk__gt=Coalesce(Subquery(hits[:1]), 0))
        missed = on_end.aggregate(since=Min("at"), misses=Count("pk"))
        if missed["misses"] < MISSES_OF_AN_ALARM:
            return
        alarm = CanaryAlarm.objects.create(**missed)
    else:
        alarm.misses += 1
        alarm.save(update_fields=["misses"])
    log.error("the copy detector does not find its trial text", misses=alarm.misses, since=alarm.since)


def _end_alarm(trial: CanaryTrial) -> None:
    alarm = silence_of_detector()
    if alarm is not None:
        alarm.over_at = trial.at
        alarm.save(update_fields=["over_at"])
        log.warning("the copy detector finds its trial text again", misses=alarm.misses, since=alarm.since)


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
    notice = notice_for(subject=subject, author=_NOBODY, body=known.text, paste=None, limits=_LIMITS)
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
            limits=_LIMITS,
        )
    except IndexTooSlow:
        return False
    return any(finding.source.id == known.pk for finding in assessment.findings)


# Whose text it would be: nobody has this number.
_NOBODY: Final = Member(pk=0)


def _tell_who_runs_the_site() -> None:
    """Mail alarms, and the all-clear to whoever had one, to each address once; what fails is tried with the next trial."""
    for alarm in CanaryAlarm.objects.order_by("pk"):
        told = alarm.told_over if alarm.over_at else alarm.told
        for address in settings.FILMSITE_ALARM_ADDRESSES:
            is_waiting = address not in told and (alarm.over_at is None or address in alarm.told)
            if is_waiting and _is_sent(alarm, address):
                told.append(address)
                alarm.save(update_fields=["told", "told_over"])


def _is_sent(alarm: CanaryAlarm, address: str) -> bool:
    context = {
        "silence": alarm,
        "is_over": alarm.over_at is not None,
        "site_name": settings.FILMSITE_NAME,
        "url": settings.FILMSITE_URL + reverse("moderation:queue"),
    }
    try:
        send_in(settings.LANGUAGE_CODE, "detector", context, address)
    except OSError as error:
        log.warning("mail not sent", of="reviews.CanaryAlarm", pk=alarm.pk, error=type(error).__name__)
        return False
    return True
