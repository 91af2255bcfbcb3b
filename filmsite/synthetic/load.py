"""Making a whole made-up site, all or nothing."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from typing import Final

from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Member
from films.models import Person, RankedList, SiteCounter, Title
from films.services.facets import recount_facets
from films.services.listing import refresh_listings
from films.services.ranking import keep_rankings
from films.services.search_names import refresh_search_names
from filmsite.demo import DEMO_ACCOUNTS
from filmsite.lib.bare_tables import bare_tables
from filmsite.synthetic import catalogue, community
from filmsite.synthetic.catalogue import Day
from filmsite.synthetic.sheets import Sheets
from filmsite.synthetic.sizes import Sizes
from reviews.services.recounting import recount

MODELS: Final[tuple[type[Model], ...]] = (*catalogue.MODELS, *community.MODELS)
# A step is told of by name while it runs, and within it how many rows are done.
Step = Callable[[str], AbstractContextManager[Callable[[int], None]]]


class NotEmpty(Exception):
    """The database holds titles, people or members already."""


def make_site(*, sizes: Sizes, seed: int, today: date, replace: bool, step: Step) -> dict[str, int]:
    """Fill an empty site; the same sizes, seed and day make the same one. Gives the rows of each table.

    With `replace` everything about titles, people and members goes first; without, NotEmpty is raised when there is
    any. One transaction: until it ends the site stands still, and when it is killed nothing has happened.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if replace:
            with step("Emptying the tables"):
                _empty()
        elif any(model._default_manager.exists() for model in (Title, Person, Member)):
            raise NotEmpty
        # Indexes of millions of rows are sorted in memory where they fit.
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '128MB'")
        counts = _store(sizes, seed, Day(today), step)
        with step("Planner statistics"):
            cursor.execute("ANALYZE")
        with step("Totals"):
            recount()
        with step("Browse table"):
            refresh_listings()
        with step("Search names"):
            refresh_search_names()
        with step("Ranked lists"):
            cursor.execute("ANALYZE")
            keep_rankings(day=today)
    cache.clear()
    with step("Facets"):
        recount_facets()
    return counts


def make_accounts() -> None:
    """Give the site the accounts of the demo, whose passwords everyone knows."""
    for role, username, password in DEMO_ACCOUNTS:
        member = Member.objects.create_user(
            username,
            f"{username}@members.example",
            password,
            sections=["films", "shows"] if role == "film moderator" else [],
            is_staff=role == "staff",
            is_superuser=role == "staff",
            date_joined=timezone.now(),
        )
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)


def _store(sizes: Sizes, seed: int, day: Day, step: Step) -> dict[str, int]:
    sheets = Sheets()

    def chance(of: str) -> random.Random:
        # A generator for each step: more of one thing leaves the others as they are.
        return random.Random(f"{seed} {of}")  # noqa: S311  (it has to be believable, not unpredictable)

    catalogue.store_taxonomy()
    with ExitStack() as bare:
        bare.enter_context(bare_tables([model._meta.db_table for model in MODELS]))
        with step("People") as progress:
            catalogue.store_people(sheets, sizes, chance("people"), day, progress)
        with step("Titles, credits and facts") as progress:
            catalogue.store_companies(sheets, sizes, chance("companies"))
            fame = catalogue.draw_fame(sizes, chance("fame"))
            catalogue.Titles(sheets, sizes, chance("titles"), day, fame).store(progress)
        with step("Members") as progress:
            crowd = community.store_members(sheets, sizes, chance("members"), day, progress)
        with step("Votes") as progress:
            openings = community.store_votes(
                sizes=sizes, crowd=crowd, fame=fame, chance=chance("votes"), progress=progress
            )
        with step("Reviews") as progress:
            community.store_reviews(
                sheets=sheets,
                sizes=sizes,
                crowd=crowd,
                openings=openings,
                chance=chance("reviews"),
                progress=progress,
            )
        with step("Watchlists and cases"):
            community.store_watchlists(sheets, sizes, fame, chance("watchlists"), day)
            community.store_moderation(sheets, sizes, chance("moderation"))
        sheets.end()
        with step("Indexes and foreign keys"):
            bare.close()
    return {model._meta.db_table: number for model, number in sheets.counts.items()} | {
        "reviews_vote": sizes.votes
    }


def _empty() -> None:
    """Take away whatever belongs to a title, a person or a member; the public log stays."""
    models: list[type[Model]] = [Title, Person, Member, SiteCounter, RankedList, *MODELS]
    tables = sorted({model._meta.db_table for model in models})
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
