"""The made-up site, small: its numbers, its proof, and that the tables are whole after it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Avg, Count, F, Max
from django.test import Client, TestCase, override_settings

from accounts.models import Member, MemberTotals
from accounts.usernames import skeleton, validate_username
from bench.addresses import busiest_person, every_kind_of_page, known_titles
from films.models import (
    AlternativeTitle,
    Credit,
    Person,
    PersonName,
    SearchName,
    Title,
    TitleKind,
    TitleListing,
)
from films.search import search
from filmsite.demo import DEMO_ACCOUNTS
from filmsite.lib.text import render_review
from filmsite.synthetic.load import NotEmpty, make_site
from filmsite.synthetic.sizes import Sizes
from reviews.models import Case, Review, Revision, Vote
from reviews.services.recounting import find_differences
from tests.factories import make_title

SIZES = Sizes.scaled(0.002)
TODAY = date(2026, 3, 1)
CASTS = re.compile(r"::(text|character varying)(\[\])?|[()]")


@contextmanager
def silently(words: str) -> Iterator[Callable[[int], None]]:
    yield lambda rows: None


def make(seed: int = 1, *, sizes: Sizes = SIZES, replace: bool = False, step: Any = silently) -> None:
    make_site(sizes=sizes, seed=seed, today=TODAY, replace=replace, step=step)


class TestTheMadeUpSite(TestCase):
    """A class, because making it takes seconds: Django keeps its rows for all of these tests."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.schema_before = schema()
        make()

    def test_it_has_as_much_of_everything_as_was_asked_for(self) -> None:
        kinds = dict(Title.objects.values_list("kind").annotate(Count("pk")))
        assert kinds == {"film": SIZES.films, "show": SIZES.shows, "season": SIZES.seasons}
        assert Person.objects.count() == SIZES.people
        assert Member.objects.count() == SIZES.members
        assert Vote.objects.count() == SIZES.votes
        assert Review.objects.count() == SIZES.reviews
        assert Case.objects.count() == SIZES.cases
        assert Credit.objects.count() == pytest.approx(2_500_000 * 0.002, rel=0.15)
        assert AlternativeTitle.objects.count() == pytest.approx(225_000 * 0.002, rel=0.25)

    def test_every_total_equals_its_recount(self) -> None:
        assert find_differences() == []

    def test_the_tables_have_every_index_constraint_and_trigger_back(self) -> None:
        assert schema() == self.schema_before

    def test_a_vote_counts_at_once_as_on_any_site(self) -> None:
        title, member = (
            Title.objects.filter(kind=TitleKind.FILM).first(),
            Member.objects.create_user("late", None),
        )
        before = title.totals.vote_count
        Vote.objects.create(
            member=member, title=title, value=8, cast_at="2026-03-01T00:00Z", changed_at="2026-03-01T00:00Z"
        )
        title.totals.refresh_from_db()
        assert title.totals.vote_count == before + 1

    def test_few_titles_have_many_votes_and_few_members_cast_many(self) -> None:
        best = TitleListing.objects.order_by("-vote_count").values_list("vote_count", flat=True)
        assert best[0] > 5 * best[len(best) // 2] > 0
        totals = MemberTotals.objects.order_by("-vote_count").values_list("vote_count", flat=True)
        assert totals[0] > 5 * totals[len(totals) // 2]

    def test_votes_spread_around_a_believable_mean(self) -> None:
        assert Vote.objects.aggregate(mean=Avg("value"))["mean"] / 2 == pytest.approx(3.2, abs=0.15)
        assert set(Vote.objects.values_list("value", flat=True)) == set(range(1, 11))

    def test_nobody_votes_before_joining_or_later_than_today(self) -> None:
        assert not Vote.objects.filter(cast_at__lt=F("member__date_joined__date")).exists()
        assert Vote.objects.aggregate(last=Max("cast_at"))["last"].date() <= TODAY

    def test_votes_of_the_suspended_are_kept_and_count_for_nothing(self) -> None:
        assert Vote.objects.filter(counted=False).exists()
        assert not Vote.objects.filter(counted=True, member__suspended_at__isnull=False).exists()
        assert not Vote.objects.filter(counted=False, member__suspended_at__isnull=True).exists()

    def test_a_review_is_rendered_as_the_site_would_render_it(self) -> None:
        for review in Review.objects.order_by("pk")[:200]:
            assert review.html == render_review(review.body, headings=review.is_opinion)

    def test_a_review_has_its_newest_revision_and_an_opinion_its_headline(self) -> None:
        newest = Revision.objects.filter(review=F("review__pk"), number=F("review__revision_number"))
        assert newest.filter(body=F("review__body")).count() == SIZES.reviews
        assert not Review.objects.filter(is_opinion=True, headline="").exists()

    def test_replies_answer_something_earlier_under_the_same_title(self) -> None:
        replies = Review.objects.filter(parent__isnull=False)
        assert replies.count() > SIZES.reviews / 5
        assert not replies.exclude(title=F("parent__title")).exists()
        assert not replies.exclude(title=F("root__title")).exists()
        assert not replies.filter(created_at__lt=F("parent__created_at")).exists()

    def test_usernames_are_allowed_and_told_apart(self) -> None:
        for member in Member.objects.all():
            try:
                validate_username(member.username)
            except ValidationError as error:
                pytest.fail(f"{member.username}: {error}")
            assert member.username_skeleton == skeleton(member.username)

    def test_titles_and_people_have_names_in_several_scripts(self) -> None:
        written = "".join(AlternativeTitle.objects.values_list("name", flat=True)[:2000])
        written += "".join(PersonName.objects.values_list("name", flat=True)[:2000])
        for letter in "é", "и", "ا", "子", "α":
            assert letter in written, letter

    def test_the_best_known_film_is_found_by_its_name_and_stands_in_the_lists(self) -> None:
        film = known_titles(TitleKind.FILM, 1)[0]
        assert film.pk in [hit.item.pk for hit in search(film.name, kinds=["title"])]
        assert SearchName.objects.filter(person=busiest_person()).exists()
        assert TitleListing.objects.count() == SIZES.titles

    def test_the_pages_that_are_measured_are_there(self) -> None:
        for address in every_kind_of_page():
            if address.reader == "":
                assert self.client.get(address.path).status_code in (200, 302), address.path

    def test_another_one_is_refused_while_this_one_is_there(self) -> None:
        with pytest.raises(NotEmpty), transaction.atomic():
            make()
        assert Vote.objects.count() == SIZES.votes

    def test_the_same_seed_makes_the_same_site_and_another_another(self) -> None:
        first = fingerprint()
        make(replace=True)
        assert fingerprint() == first
        make(seed=2, replace=True)
        assert fingerprint() != first


class TestTheCommand:
    @pytest.mark.django_db(transaction=True)
    @override_settings(FILMSITE_DEMO=True)
    def test_it_makes_a_site_whose_demo_accounts_can_sign_in(self) -> None:
        out = StringIO()
        call_command("generate_catalogue", scale=0.0005, accounts=True, stdout=out)
        assert "Votes:" in out.getvalue()
        for _, username, password in DEMO_ACCOUNTS:
            assert Client().login(username=username, password=password)

    def test_it_refuses_a_site_in_production(self) -> None:
        with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="production"):
            call_command("generate_catalogue", force=True)

    def test_it_gives_known_passwords_in_demo_mode_only(self) -> None:
        with override_settings(FILMSITE_DEMO=False), pytest.raises(CommandError, match="FILMSITE_DEMO"):
            call_command("generate_catalogue", accounts=True)

    @pytest.mark.parametrize("scale", [0, -1, 4.1, float("nan"), float("inf")])
    def test_it_refuses_a_scale_that_makes_no_site(self, scale: float) -> None:
        with pytest.raises(CommandError, match="scale"):
            call_command("generate_catalogue", scale=scale)

    @pytest.mark.django_db
    def test_it_refuses_a_site_that_is_not_empty(self) -> None:
        make_title()
        with pytest.raises(CommandError, match="--force"):
            call_command("generate_catalogue", scale=0.001)


@pytest.mark.django_db(transaction=True)
def test_a_site_whose_making_is_broken_off_is_empty_and_whole() -> None:
    before = schema()

    @contextmanager
    def broken_off(words: str) -> Iterator[Callable[[int], None]]:
        if words == "Watchlists and cases":
            raise KeyboardInterrupt
        yield lambda rows: None

    with pytest.raises(KeyboardInterrupt):
        make(sizes=Sizes.scaled(0.0005), step=broken_off)
    assert schema() == before
    assert not Title.objects.exists()
    assert not Vote.objects.exists()


def schema() -> list[tuple[Any, ...]]:
    """Every index, constraint and trigger, as PostgreSQL would write it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'index', indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL
            SELECT 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
            UNION ALL
            SELECT 'trigger', tgrelid::regclass || ' ' || tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
            ORDER BY 1, 2, 3
            """
        )
        # The casts in a condition on a list of words are written otherwise once PostgreSQL has read them back.
        return [(*row, CASTS.sub("", definition)) for *row, definition in cursor.fetchall()]


def fingerprint() -> list[Any]:
    """One number for the rows of each table that is drawn."""
    tables = {
        "films_title": "id, name, original_name, year, released_on, plot",
        "films_person": "id, name, born",
        "films_credit": "title_id, person_id, role, position, character",
        "accounts_member": "id, username, date_joined",
        "reviews_vote": "member_id, title_id, value, cast_at",
        "reviews_review": "id, title_id, author_id, parent_id, source_hash, created_at",
    }
    with connection.cursor() as cursor:
        found = []
        for table, columns in tables.items():
            cursor.execute(
                f"SELECT sum(hashtext(t::text)::bigint) FROM (SELECT {columns} FROM {table}) AS t"  # noqa: S608 (ours)
            )
            found.append(cursor.fetchone())
        return found
