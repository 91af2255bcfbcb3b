"""The Celery application: queues, defaults and the whole schedule of recurring work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filmsite.settings")

app = Celery("filmsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Everything that happens by the clock. Each task is a sweep over rows: missing a beat delays, never loses.
app.conf.beat_schedule = {
    "deliver translations that no wake-up reached": {
        "task": "reviews.tasks.sweep_translations",
        "schedule": 30.0,
    },
    # Engines of which nothing is known, that were silent, or that answered two days ago.
    "ask engines on other machines what they offer": {
        "task": "reviews.tasks.refresh_offers",
        "schedule": 120.0,
    },
    "forget the sentences that no text calls for any more": {
        "task": "reviews.tasks.trim_translation_memory",
        "schedule": 24 * 3600.0,
    },
    "compare the messages for which the index was too slow": {
        "task": "reviews.tasks.sweep_screenings",
        "schedule": 60.0,
    },
    "look with the rules of the staff at the texts that no wake-up reached": {
        "task": "reviews.tasks.sweep_flaggings",
        "schedule": 60.0,
    },
    "compare the texts of the last days with texts registered later": {
        "task": "reviews.tasks.order_look_back",
        "schedule": 24 * 3600.0,
    },
    "go on with the look back that no wake-up reached": {
        "task": "reviews.tasks.sweep_look_backs",
        "schedule": 120.0,
    },
    "look again at what rests on words that were found copied, where no wake-up reached": {
        "task": "reviews.tasks.sweep_looks_again",
        "schedule": 120.0,
    },
    "go on with the scans of authors that no wake-up reached": {
        "task": "reviews.tasks.sweep_scans",
        "schedule": 120.0,
    },
    "mail the statements that no wake-up reached": {
        "task": "reviews.tasks.sweep_statements",
        "schedule": 120.0,
    },
    "mail rights-holders whatever no wake-up reached": {
        "task": "reviews.tasks.sweep_notices",
        "schedule": 120.0,
    },
    "erase what moderation has kept long enough": {
        "task": "reviews.tasks.forget_what_moderation_kept",
        "schedule": 24 * 3600.0,
    },
    "mail digests, and the news that no wake-up reached": {
        "task": "reviews.tasks.sweep_notifications",
        "schedule": 300.0,
    },
    "tell the many followers of whom no wake-up told": {
        "task": "reviews.tasks.sweep_announcements",
        "schedule": 300.0,
    },
    "mail the answers to proposals": {
        "task": "films.tasks.mail_answers",
        "schedule": 120.0,
    },
    "refresh the browse table after new votes": {
        "task": "films.tasks.refresh_changed_listings",
        "schedule": 60.0,
    },
    "count the genres, countries and decades of whole lists": {
        "task": "films.tasks.recount_facets",
        "schedule": 600.0,
    },
    # Asked each hour, done once a day: a night on which nothing ran is made up for in the morning.
    "keep the ranked lists of the day": {
        "task": "films.tasks.keep_rankings",
        "schedule": 3600.0,
    },
    "renew the names by which titles and people are found": {
        "task": "films.tasks.refresh_search_names",
        "schedule": 24 * 3600.0,
    },
    "clear what came from TMDB and may be kept no longer": {
        "task": "films.tasks.clear_stale_tmdb_records",
        "schedule": 24 * 3600.0,
    },
    "bring back what a killed import did without": {
        "task": "films.tasks.tidy_up_after_imports",
        "schedule": 3600.0,
    },
    "count votes on titles that have had their first showing": {
        "task": "reviews.tasks.count_released_votes",
        "schedule": 3600.0,
    },
    "look for titles that the same members like": {
        "task": "reviews.tasks.refresh_stale_similar_titles",
        "schedule": 600.0,
    },
    "go on with changes of many titles that stand still": {
        "task": "films.tasks.sweep_edits",
        "schedule": 120.0,
    },
    "let votes and messages follow that came while titles were merged": {
        "task": "reviews.tasks.gather_strays",
        "schedule": 300.0,
    },
    "make the exports that no wake-up reached, and delete those that are over": {
        "task": "reviews.tasks.sweep_exports",
        "schedule": 300.0,
    },
    "delete the files of pictures that nobody shows": {
        "task": "accounts.tasks.delete_orphaned_pictures",
        "schedule": 24 * 3600.0,
    },
    "delete the copies of pictures whose cases are over": {
        "task": "reviews.tasks.delete_pictures_of_cases",
        "schedule": 24 * 3600.0,
    },
    "mail those who close their account": {
        "task": "accounts.tasks.sweep_closings",
        "schedule": 120.0,
    },
    "erase the accounts whose time is over": {
        "task": "accounts.tasks.erase_accounts",
        "schedule": 3600.0,
    },
    "forget the bars on signing up that were over long ago": {
        "task": "accounts.tasks.forget_ended_bars",
        "schedule": 24 * 3600.0,
    },
    "end the measures that are over, and carry out those that no wake-up reached": {
        "task": "reviews.tasks.sweep_suspensions",
        "schedule": 120.0,
    },
    "bring on cases whose author, and appeals to which no moderator, answered in time": {
        "task": "reviews.tasks.sweep_waiting_cases",
        "schedule": 600.0,
    },
    "look for votes that came in an unusual way": {
        "task": "reviews.tasks.watch_votes",
        "schedule": 300.0,
    },
    "keep the ranked lists of the day by the votes of active members": {
        "task": "reviews.tasks.keep_active_rankings",
        "schedule": 3600.0,
    },
    "go on with the imports of members that nobody works on": {
        "task": "reviews.tasks.sweep_imports",
        "schedule": 60.0,
    },
    "forget the rows of imports that cannot be undone any more": {
        "task": "reviews.tasks.forget_old_imports",
        "schedule": 24 * 3600.0,
    },
    "let the copy detector know the texts that no wake-up reached": {
        "task": "reviews.tasks.sweep_known_texts",
        "schedule": 60.0,
    },
    # Asked each hour, done once a day.
    "tidy the index of known texts": {
        "task": "reviews.tasks.tidy_known_texts",
        "schedule": 3600.0,
    },
    "try whether copied words are found": {
        "task": "reviews.tasks.try_copy_detector",
        "schedule": 3600.0,
    },
    "prove that every total equals a recount": {
        "task": "reviews.tasks.check_totals",
        "schedule": 24 * 3600.0,
    },
}
