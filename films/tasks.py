"""Work that happens later or again. Each task loads by id and calls one service."""

from celery import shared_task

from films import emails
from films.importers import running
from films.services import facets, listing, ranking, search_names, tmdb


@shared_task
def refresh_changed_listings() -> None:
    """Bring browsing and ranking in step with the votes of the last minute."""
    listing.refresh_changed_listings()


@shared_task
def recount_facets() -> None:
    """Have the counts of the lists that nobody narrowed at hand before they are forgotten."""
    facets.recount_facets()


@shared_task
def keep_rankings() -> None:
    """Keep today's ranked lists, once, and let old ones go."""
    ranking.keep_rankings()
    ranking.forget_old_rankings()


@shared_task
def refresh_search_names() -> None:
    """Prove that everything is found by each of its names, and let the known stand before the unknown."""
    search_names.refresh_search_names()


@shared_task
def clear_stale_tmdb_records() -> None:
    """Keep nothing of TMDB's longer than its terms allow."""
    tmdb.clear_stale_records()


@shared_task
def tidy_up_after_imports() -> None:
    """Bring back the indexes that a killed import did without, in case nobody starts it again."""
    running.tidy_up()


@shared_task
def run_edits(job_pk: int) -> None:
    from films.services.mass_editing import run_edits

    run_edits(job_pk)


@shared_task
def sweep_edits() -> None:
    from films.services.mass_editing import sweep_edits

    sweep_edits()


@shared_task
def mail_answers() -> None:
    """Tell the authors of proposals what was decided."""
    emails.send_answers()
