"""Work that happens later or again. Each task loads by id and calls one service."""

import structlog
from celery import shared_task

from filmsite.lib.waking import wake

log = structlog.get_logger("filmsite.tasks")


@shared_task
def mail_statement(pk: int) -> None:
    from reviews.emails import send_statement

    send_statement(pk)


@shared_task
def sweep_statements() -> None:
    from reviews.emails import send_missed_statements

    send_missed_statements()


# Claimed by the text's lock, which makes a second delivery harmless.
@shared_task(acks_late=True, ignore_result=True, soft_time_limit=40, time_limit=55)
def screen_later(pk: int) -> None:
    from reviews.services.screening_later import screen_delayed

    log.info("text compared with what is known", screening=pk, outcome=screen_delayed(pk))


@shared_task
def sweep_screenings() -> None:
    from reviews.services.screening_later import sweep_screenings

    if woken := sweep_screenings():
        log.info("comparisons delivered by the sweep", texts=woken)


# Claimed by the text's lock as well.
@shared_task(acks_late=True, ignore_result=True, soft_time_limit=40, time_limit=55)
def flag_later(pk: int) -> None:
    from reviews.services.flagging import flag_delayed

    log.info("text looked at with the rules of the staff", text=pk, outcome=flag_delayed(pk))


@shared_task
def sweep_flaggings() -> None:
    from reviews.services.flagging import sweep_flaggings

    if woken := sweep_flaggings():
        log.info("looks with the rules of the staff delivered by the sweep", texts=woken)


@shared_task
def order_look_back() -> None:
    """Order that the texts of the last days are compared with what was registered after them."""
    from reviews.services.looking_back import order_look_back

    order_look_back()


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=900, time_limit=1000)
def look_back(job_pk: int) -> None:
    from reviews.services.looking_back import run_look_back

    if ordered := run_look_back(job_pk):
        log.info("texts share words with texts registered later", texts=ordered)


@shared_task
def sweep_look_backs() -> None:
    from reviews.services.looking_back import sweep_look_backs

    if woken := sweep_look_backs():
        log.info("looks back delivered by the sweep", jobs=woken)


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=900, time_limit=1000)
def look_again(job_pk: int) -> None:
    from reviews.services.looking_again import run_look_again

    if ordered := run_look_again(job_pk):
        log.info("texts share words that were found copied, or are own words again", texts=ordered)


@shared_task
def sweep_looks_again() -> None:
    from reviews.services.looking_again import sweep_looks_again

    if woken := sweep_looks_again():
        log.info("looks at what rests on own words delivered by the sweep", jobs=woken)


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=900, time_limit=1000)
def scan_author(job_pk: int) -> None:
    from reviews.services.scanning import run_scan

    run_scan(job_pk)


@shared_task
def sweep_scans() -> None:
    from reviews.services.scanning import sweep_scans

    if woken := sweep_scans():
        log.info("scans of authors delivered by the sweep", scans=woken)


@shared_task
def mail_notifications(member_pk: int, *others: int) -> None:
    """Mail the first member what waits for them, and wake a worker for each of the others."""
    from reviews.services.mailing import mail_news

    for pk in others:
        wake(mail_notifications, pk)
    mail_news(member_pk)


@shared_task
def tell_listeners(review_pk: int) -> None:
    from reviews.services.announcing import tell_listeners

    tell_listeners(review_pk)


@shared_task
def sweep_announcements() -> None:
    from reviews.services.announcing import tell_missed_listeners

    tell_missed_listeners()


@shared_task
def sweep_notifications() -> None:
    from reviews.services.mailing import mail_missed_news

    mail_missed_news()


# A dead worker's task is handed out again at once; the claim makes a second delivery harmless. An engine that hangs is
# cut off before the lease ends (`claiming.LEASE`), so that its order is put back by who holds it.
@shared_task(acks_late=True, ignore_result=True, soft_time_limit=40, time_limit=55)
def make_translation(translation_pk: int, *others: int) -> None:
    """Translate the first order and wake a worker for each of the others.

    So the one who ordered sends one message, whatever their number, and several workers still share the work.
    """
    from reviews.services.translating import translate

    for pk in others:
        wake(make_translation, pk)
    outcome = translate(translation_pk)
    log.info("translation order", translation=translation_pk, outcome=outcome)


# As it was called when only reviews were translated: for messages that were under way when the name changed.
@shared_task(acks_late=True, ignore_result=True, soft_time_limit=40, time_limit=55)
def translate_review(translation_pk: int, *others: int) -> None:
    make_translation(translation_pk, *others)


@shared_task
def sweep_translations() -> None:
    """Deliver what no wake-up reached, and release the next portion of what is translated behind all else."""
    from reviews.services.backfilling import feed_backfills
    from reviews.services.translating import sweep_translations

    if woken := sweep_translations():
        log.info("translations delivered by the sweep", orders=woken)
    feed_backfills()


@shared_task
def trim_translation_memory() -> None:
    from reviews.services.translating import trim_memory

    if forgotten := trim_memory():
        log.info("sentences forgotten that no text called for", sentences=forgotten)


@shared_task
def refresh_offers() -> None:
    """Ask engines on other machines which pairs of languages they have, where that is not known or long ago."""
    from reviews.services.routing import refresh_offers

    for engine, error in refresh_offers().items():
        log.info("asked an engine what it offers", engine=engine, error=error)


@shared_task
def count_released_votes() -> None:
    from reviews.services.voting import count_released_votes

    if changed := count_released_votes():
        log.info("votes began or stopped counting", votes=changed)


@shared_task
def gather_strays() -> None:
    from reviews.services.moving import gather_strays

    if merges := gather_strays():
        log.info("votes and messages followed a merge late", merges=merges)


@shared_task
def check_totals() -> None:
    """Log an error with the number of wrong totals and the first few; correct nothing, so that the cause is found."""
    from reviews.services.recounting import find_differences

    if differences := find_differences():
        log.error(
            "totals differ from their recount",
            differences=len(differences),
            first=[str(difference) for difference in differences[:5]],
        )


@shared_task
def refresh_stale_similar_titles() -> None:
    from reviews.services.similarity import refresh_stale_similar_titles

    refresh_stale_similar_titles()


# A dead worker's task is handed out again; the lease makes a second delivery harmless.
@shared_task(acks_late=True, soft_time_limit=1500, time_limit=1600)
def make_export(pk: int) -> None:
    from reviews.services.taking_out import write_export

    log.info("export of a member", export=pk, outcome=write_export(pk))


@shared_task
def sweep_exports() -> None:
    """Deliver the orders that no wake-up reached, and delete the files whose time is over."""
    from reviews.services.taking_out import expire_exports, sweep_exports

    if woken := sweep_exports():
        log.info("exports delivered by the sweep", orders=woken)
    if gone := expire_exports():
        log.info("exports expired", exports=gone)


@shared_task
def run_suspension(job_pk: int) -> None:
    from reviews.services.suspending import run_ordered

    run_ordered(job_pk)


@shared_task
def sweep_suspensions() -> None:
    from reviews.services.measures import tell_of_ended_paces
    from reviews.services.suspending import sweep_suspensions

    if caught_up := sweep_suspensions():
        log.info("measures ended or made up for by the sweep", number=caught_up)
    if told := tell_of_ended_paces():
        log.info("members told that they are slowed down no longer", number=told)


@shared_task
def sweep_waiting_cases() -> None:
    """Close what is about nothing any more; bring on what was left in cases that are over, what authors did not answer in time,
    and appeals that no moderator did.
    """
    from reviews.services.ending import answer_moot_reports, close_cases_of_nothing
    from reviews.services.parting import free_stranded_parts
    from reviews.services.waiting_cases import note_late_appeals, note_overdue_answers, show_unanswered

    if gone := close_cases_of_nothing():
        log.info("cases closed about what is gone", number=gone)
    if freed := free_stranded_parts():
        log.warning("parts of cases that were over are on their own again", number=freed)
    if moot := answer_moot_reports():
        log.info("reports of cases closed undecided were answered", cases=moot)
    if overdue := note_overdue_answers():
        log.info("cases without an answer by their authors", number=overdue)
    if late := note_late_appeals():
        log.warning("appeals that wait longer than promised", number=late)
    if shown := show_unanswered():
        log.warning("texts shown again because nobody answered an appeal", number=shown)


@shared_task
def watch_votes() -> None:
    """Open a case for every title whose newest votes came in an unusual way."""
    from reviews.services.watching_votes import watch_votes

    if opened := watch_votes():
        log.info("unusual votes", cases=opened)


@shared_task
def keep_active_rankings() -> None:
    """Keep today's ranked lists by the votes of active members, once."""
    from reviews.services.ranking import keep_active_rankings

    keep_active_rankings()


# Claimed by a lease, which makes a second delivery harmless.
@shared_task(acks_late=True, soft_time_limit=1500, time_limit=1600)
def read_import(pk: int) -> None:
    from reviews.services.bringing_in import read_import

    read_import(pk)


@shared_task(acks_late=True, soft_time_limit=1500, time_limit=1600)
def commit_import(pk: int) -> None:
    from reviews.services.bringing_in import commit_import

    commit_import(pk)


@shared_task(acks_late=True, soft_time_limit=1500, time_limit=1600)
def undo_import(pk: int) -> None:
    from reviews.services.bringing_in import undo_import

    undo_import(pk)


@shared_task
def sweep_imports() -> None:
    """Go on with what no worker took or what one left behind."""
    from reviews.services.bringing_in import sweep_imports

    if woken := sweep_imports():
        log.info("imports delivered by the sweep", imports=woken)


@shared_task
def forget_old_imports() -> None:
    """Keep the rows of imports no longer than they can be undone."""
    from reviews.services.bringing_in import forget_old_imports

    forget_old_imports()


@shared_task
def mail_notice_receipt(notice_pk: int) -> None:
    from reviews.services.mailing_notices import send_receipt

    send_receipt(notice_pk)


@shared_task
def mail_notice_news(notice_pk: int) -> None:
    from reviews.services.mailing_notices import send_news

    send_news(notice_pk)


@shared_task
def sweep_notices() -> None:
    """Tell rights-holders whatever no wake-up reached, and of what ended without a decision."""
    from reviews.services.mailing_notices import send_missed_mails
    from reviews.services.serving_notices import note_what_ended

    note_what_ended()
    send_missed_mails()


@shared_task
def forget_what_moderation_kept() -> None:
    """Erase what moderation kept of people and their words, once its time is over."""
    from reviews.services.keeping_records import forget_what_is_over

    for what, number in forget_what_is_over().items():
        log.info("records of moderation erased", what=what, number=number)


@shared_task
def index_text(known_pk: int) -> None:
    from reviews.services.indexing import index_text

    index_text(known_pk)


@shared_task
def sweep_known_texts() -> None:
    """Index the texts that no task reached, and go on with making the index where that is under way."""
    from reviews.services.index_upkeep import sweep_index

    if indexed := sweep_index():
        log.info("texts indexed by the sweep", texts=indexed)


@shared_task
def tidy_known_texts() -> None:
    from reviews.services.index_upkeep import tidy_index

    tidy_index()


@shared_task
def try_copy_detector() -> None:
    """Whether a text is found that must be; the alarm is the service's."""
    from reviews.services.canary import try_detector

    try_detector()


@shared_task
def delete_pictures_of_cases() -> None:
    """Delete the copies of pictures whose cases are over for good."""
    from reviews.services.case_pictures import delete_unnamed_copies

    delete_unnamed_copies()
