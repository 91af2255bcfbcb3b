"""The demo community as a whole: it is loaded once and looked at from several sides."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import Count, Exists, F, OuterRef, Q
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import Audience, Follow, Member
from accounts.pictures import files_of
from accounts.usernames import validate_username
from films.models import Credit, Person, Relation, SearchName, SiteCounter, Title, TitleListing
from filmsite.demo import DEMO_ACCOUNTS
from filmsite.demo.community import load_members
from filmsite.demo.files import read
from filmsite.demo.texts import split_headline
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    Correction,
    Evidence,
    ListEntry,
    LogEntry,
    Notification,
    PastVote,
    Priority,
    Review,
    Revision,
    TitleList,
    Translation,
    TranslationStatus,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.models.review import ReviewState
from reviews.services.recounting import find_differences
from reviews.translation.composing import compose
from tests.factories import make_member, make_title


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@override_settings(FILMSITE_DEMO=True)
class TestTheDemoCommunity(TestCase):
    """A class, because loading takes seconds: Django keeps its rows for all of these tests."""

    @classmethod
    def setUpTestData(cls) -> None:
        with override_settings(FILMSITE_DEMO=True):
            load()

    def test_it_has_a_catalogue_of_films_and_shows_with_seasons(self) -> None:
        kinds = dict(Title.objects.order_by().values_list("kind").annotate(Count("pk")))
        assert kinds["film"] >= 120
        assert kinds["show"] >= 10
        assert not Title.objects.filter(kind="show", seasons=None).exists()
        assert Title.objects.filter(kind="season", title_genres=None).count() == 0

    def test_children_of_heaven_has_all_its_facts_and_its_remake(self) -> None:
        film = Title.objects.get(external_ids__value="tt0118849")
        assert (film.name, film.year, film.minutes) == ("Children of Heaven", 1997, 89)
        assert [(other.name, other.language) for other in film.alternative_titles.all()] == [
            ("The Children of Heaven", "en"),
            ("De Schoenen van Zahra", "nl"),
            ("بچه‌های آسمان", "fa"),
            ("Bacheha-ye Aseman", "fa"),
            ("Les Enfants du ciel", "fr"),
            ("Kinder des Himmels", "de"),
            ("I bambini del cielo", "it"),
            ("Filhos do Paraíso", "pt"),
        ]
        assert (film.budget, film.gross, film.gross_currency) == (180_000, 1_628_579, "USD")
        assert [(str(release.country_id), release.date) for release in film.releases.all()] == [
            ("CA", "1997"),
            ("IR", "1997-02"),
            ("IR", "1997-08-01"),
            ("US", "1999-01-22"),
        ]
        cast = Credit.objects.filter(title=film, role="actor").select_related("person")
        assert [credit.person.name for credit in cast] == [
            "Amir Farrokh Hashemian",
            "Bahare Seddiqi",
            "Reza Naji",
            "Fereshte Sarabandi",
        ]
        assert Relation.objects.filter(title__name="Homerun", kind="remake", other=film).exists()

    def test_forty_members_vote_believably(self) -> None:
        members = Member.objects.annotate(given=Count("votes"))
        assert len(members) == 40
        assert all(15 <= member.given <= 100 for member in members)
        means = {member.username: member.totals.mean for member in members.select_related("totals")}
        assert means["dona_lurdes"] > means["alice"] > means["tomwhelan"]
        assert set(Vote.objects.values_list("value", flat=True)) == set(range(1, 11))

    def test_no_title_pleases_everybody_alike(self) -> None:
        by_title: dict[str, list[int]] = {}
        for name, value in Vote.objects.values_list("title__name", "value"):
            by_title.setdefault(name, []).append(value)
        much_voted = {name: values for name, values in by_title.items() if len(values) > 5}
        assert len(much_voted) > 100
        assert [name for name, values in much_voted.items() if len(set(values)) < 3] == []

    def test_nothing_happens_before_its_time(self) -> None:
        now = timezone.now()
        assert not Vote.objects.filter(cast_at__gt=now).exists()
        assert not Vote.objects.filter(cast_at__lt=F("member__date_joined")).exists()
        assert not Vote.objects.filter(counted=False).exists()
        assert not Review.objects.filter(created_at__lt=F("author__date_joined")).exists()
        assert not Review.objects.filter(created_at__lt=F("parent__created_at")).exists()
        assert Review.objects.filter(created_at__gt=now - timedelta(hours=1)).exists()

    def test_many_reviews_stand_in_five_languages(self) -> None:
        published = Review.objects.filter(state=ReviewState.PUBLISHED)
        assert published.count() >= 150
        assert set(published.values_list("language", flat=True)) == {"en", "nl", "pt", "es", "fa"}
        assert published.filter(parent__isnull=False).count() >= 30
        assert published.filter(Q(is_spoiler=True) | Q(html__contains='class="spoiler"')).count() >= 5
        opinions = published.filter(is_opinion=True)
        assert opinions.count() >= 5
        assert not opinions.filter(Q(headline="") | Q(verdict=None)).exists()
        assert Revision.objects.count() == Review.objects.count()

    def test_every_text_calls_for_its_translations(self) -> None:
        assert Translation.objects.filter(source_language="pt", target="en").exists()
        assert Translation.objects.filter(source_language="en", target="pt").exists()
        assert not Translation.objects.filter(target=F("source_language")).exists()

    def test_what_is_no_message_is_ordered_behind_the_messages(self) -> None:
        ordered = Translation.objects.filter(review=None, priority=Priority.BACKFILL)
        assert Translation.objects.filter(review=None).count() == ordered.count() < 5_000
        plots = Title.objects.filter(merged_into=None, plot_language="en").exclude(plot="")
        assert ordered.filter(title__in=plots, target="pt").count() == plots.count() > 0
        for kind in ("trivia", "list", "member"):
            assert ordered.filter(**{f"{kind}__isnull": False}).exists(), kind
        private = Q(list__audience__in=[Audience.ME, Audience.FOLLOWERS])
        assert not ordered.filter(private).exists()

    def test_no_translation_is_late_on_the_first_day(self) -> None:
        oldest = Translation.objects.filter(status="queued").earliest("queued_at").queued_at
        assert oldest is not None
        assert timezone.now() - oldest < timedelta(hours=1)

    def test_one_thread_is_a_conversation_in_many_languages(self) -> None:
        thread = Review.objects.filter(title__name="Children of Heaven", state=ReviewState.PUBLISHED)
        assert set(thread.values_list("language", flat=True)) == {"en", "nl", "pt", "es", "fa"}
        assert thread.filter(parent__isnull=False).exclude(language=F("parent__language")).count() >= 3
        opinion = thread.get(language="pt", is_opinion=True)
        for mark in ('class="spoiler"', "<strong>", "<em>", 'class="title-link"', 'href="https://'):
            assert mark in opinion.html
        # Dutch and Persian stay as they are, and readers are told why.
        for language in ("nl", "fa"):
            rows = Translation.objects.filter(review__in=thread, source_language=language, target="en")
            assert set(rows.values_list("status", flat=True)) == {TranslationStatus.UNSUPPORTED}

    def test_a_sentence_that_a_member_bettered_is_one_of_its_text(self) -> None:
        correction = Correction.objects.get(state=Correction.State.ACCEPTED)
        known = {correction.sentence: (correction.text, "person")}
        composed = compose(correction.review.body, known, dst=correction.target)
        assert [pair.text for pair in composed.pairs if pair.by == "person"] == [correction.text]

    def test_cases_of_every_sort_wait_in_the_queue(self) -> None:
        waiting = Case.objects.filter(state=CaseState.OPEN)
        assert Counter(waiting.values_list("kind", flat=True)) == {
            CaseKind.COPIED: 7,
            CaseKind.SPOILERS: 1,
            CaseKind.ATTACK: 1,
            CaseKind.ADVERTISING: 1,
            CaseKind.APPEAL: 1,
        }
        assert set(waiting.values_list("matter", flat=True)) == {"review", "list", "picture", "plot"}
        flags = {flag for flags in waiting.values_list("flags", flat=True) for flag in flags}
        assert flags >= {CaseFlag.FLOOD, CaseFlag.NOTICE, CaseFlag.ANSWERED, CaseFlag.REPEAT}
        overlaps = Evidence.objects.filter(case__in=waiting, kind=Evidence.Kind.OVERLAP)
        sources = overlaps.values_list("source__kind", flat=True)
        assert set(sources) == {"review", "plot", "registered"}
        assert (
            waiting.filter(evidence__source__isnull=False)
            .annotate(sources=Count("evidence__source", distinct=True))
            .filter(sources=3)
            .exists()
        )
        appeal = Appeal.objects.get(case__in=waiting)
        assert appeal.decision.moderator.username == "mona"

    def test_an_answered_text_is_hidden_until_somebody_decides(self) -> None:
        case = Case.objects.get(flags__contains=[CaseFlag.ANSWERED])
        assert case.text.state == ReviewState.HIDDEN
        assert "mulberries" in case.events.get(kind=CaseEvent.Kind.ANSWER).text

    def test_a_mistake_was_put_right_and_the_log_tells_it_in_order(self) -> None:
        log = list(LogEntry.objects.order_by("id"))
        assert [line.verb for line in log].count("reviews.review.removed") >= 2
        restored = next(line for line in log if line.verb == "reviews.review.restored")
        assert Review.objects.get(pk=restored.review_number).state == ReviewState.PUBLISHED
        assert all(first.at <= second.at for first, second in pairwise(log))

    def test_a_text_that_its_author_took_back_keeps_its_replies(self) -> None:
        withdrawn = Review.objects.filter(state=ReviewState.WITHDRAWN)
        assert withdrawn.filter(replies__state=ReviewState.PUBLISHED).exists()

    def test_totals_equal_a_recount_and_browse_and_search_know_everything(self) -> None:
        assert list(find_differences()) == []
        assert TitleListing.objects.count() == Title.objects.count()
        assert SearchName.objects.filter(norm="de schoenen van zahra").exists()
        people = SiteCounter.objects.filter(name="people").values_list("value", flat=True)
        assert sum(people) == Person.objects.count()

    def test_the_three_accounts_can_sign_in_and_nobody_else(self) -> None:
        for _role, username, password in DEMO_ACCOUNTS:
            assert self.client.login(username=username, password=password)
        usernames = [username for _, username, _ in DEMO_ACCOUNTS]
        others = Member.objects.exclude(username__in=usernames)
        assert not any(member.has_usable_password() for member in others)
        staff = Member.objects.get(is_superuser=True)
        assert (staff.username, staff.is_staff) == ("sofie", True)
        assert Member.objects.get(username="mona").sections == ["films"]

    def test_members_follow_each_other_and_some_ask_first(self) -> None:
        assert Follow.objects.filter(accepted_at__isnull=False).count() >= 60
        assert (
            Follow.objects.filter(follower__username="kestrel77", followed__username="mona").get().accepted_at
            is None
        )
        assert not Follow.objects.filter(asked_at__lt=F("follower__date_joined")).exists()
        assert not Follow.objects.filter(asked_at__lt=F("followed__date_joined")).exists()

    def test_diaries_go_back_over_a_year_with_films_seen_again(self) -> None:
        now = timezone.now()
        lines = Viewing.objects.all()
        assert lines.count() >= 200
        assert not lines.filter(seen_on__gt=now.date()).exists()
        assert not lines.filter(logged_at__lt=F("member__date_joined")).exists()
        heaven = lines.filter(member__username="alice", title__external_ids__value="tt0118849")
        assert [line.is_rewatch for line in heaven.order_by("seen_on")] == [False, True, True]
        assert {member for member, tags in lines.values_list("member__username", "tags") if tags} >= {
            "alice",
            "claraboia",
        }

    def test_there_are_lists_in_three_languages_and_top_tens(self) -> None:
        lists = TitleList.objects.filter(kind="list")
        assert lists.filter(is_ranked=True).exists()
        assert set(lists.values_list("audience", flat=True)) == set(Audience.values)
        for one in TitleList.objects.annotate(length=Count("entries")):
            places = list(one.entries.order_by("position").values_list("position", flat=True))
            assert places == list(range(1, one.length + 1))
            assert places
        assert TitleList.objects.filter(kind="top", owner__username="alice").exists()
        assert not ListEntry.objects.filter(added_at__gt=timezone.now()).exists()

    def test_some_votes_were_not_the_first_and_some_titles_wait_to_be_seen(self) -> None:
        assert PastVote.objects.count() >= 30
        assert not PastVote.objects.filter(given_at__gte=F("ended_at")).exists()
        voted = Vote.objects.filter(member=OuterRef("member"), title=OuterRef("title"))
        for past in PastVote.objects.select_related("member"):
            assert Vote.objects.get(member=past.member, title=past.title_id).value != past.value
        assert WatchlistEntry.objects.count() >= 100
        assert not WatchlistEntry.objects.filter(Exists(voted)).exists()

    def test_news_wait_for_alice_and_old_ones_were_read(self) -> None:
        news = Notification.objects.filter(recipient__username="alice")
        moments = list(news.order_by("pk").values_list("made_at", flat=True))
        assert moments == sorted(moments)
        assert news.filter(read_at=None).exists()
        assert news.filter(read_at__isnull=False).exists()
        assert not Notification.objects.filter(
            made_at__lt=timezone.now() - timedelta(days=7), read_at=None
        ).exists()

    def test_what_is_private_differs_and_some_have_a_picture_of_our_own(self) -> None:
        hidden = Member.objects.get(username="greta_hollis")
        assert hidden.diary_for == Audience.ME
        assert Member.objects.filter(approves_followers=True).count() >= 2
        for name in Member.objects.exclude(avatar="").values_list("avatar", flat=True):
            for file in files_of(name):
                with default_storage.open(file) as stored:
                    assert stored.read(4) == b"RIFF"

    def test_loading_it_again_changes_nothing(self) -> None:
        before = [model.objects.count() for model in (Title, Member, Vote, Review, LogEntry)]
        assert "nothing to do" in load()
        assert before == [model.objects.count() for model in (Title, Member, Vote, Review, LogEntry)]


@pytest.mark.django_db
def test_it_is_refused_outside_demo_mode(settings) -> None:
    settings.FILMSITE_DEMO = False
    with pytest.raises(CommandError, match="demo mode"):
        load()
    assert not Title.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("make_other", [make_title, lambda: make_member("alice")])
def test_it_goes_only_into_an_empty_site(settings, make_other) -> None:
    settings.FILMSITE_DEMO = True
    make_other()
    with pytest.raises(CommandError, match="only goes into an empty"):
        load()


@pytest.mark.django_db
def test_without_demo_mode_no_account_has_a_password() -> None:
    personas = load_members(now=timezone.now(), passwords=False)
    assert not any(persona.member.has_usable_password() for persona in personas.values())


def test_every_demo_username_is_one_that_a_member_may_choose() -> None:
    names = [fact["username"] for fact in read("members")]
    assert names
    for name in names:
        validate_username(name)  # raises for a name that the rules refuse


def test_a_review_begins_with_its_headline_or_has_none() -> None:
    assert split_headline("## A nice day\n\nJerry sits.\n\n## Later") == (
        "A nice day",
        "Jerry sits.\n\n## Later",
    )
    assert split_headline("No headline.\n\n## Later") == ("", "No headline.\n\n## Later")
