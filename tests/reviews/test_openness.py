"""The public log and the figures of each year."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    CaseKind,
    Decision,
    FoundBy,
    LogEntry,
    Matter,
    Measure,
    MeasureKind,
    Notice,
    NoticeItem,
    PasteNoticeDay,
    Statement,
    Verdict,
)
from reviews.moderation import log_words
from reviews.moderation.figure_tables import spoken
from reviews.moderation.figures import Pasted, count_figures
from tests.asserts import count_queries
from tests.factories import make_member, make_person, make_review, make_title

pytestmark = pytest.mark.django_db

NOW = timezone.now()
YEAR = NOW.year
LOG, FIGURES = "/moderation/log/", "/moderation/statistics/"


def write(verb: str = "reviews.review.removed", **said: object) -> LogEntry:
    return LogEntry.objects.create(verb=verb, **{"section": "films", "reason": f"Because of {verb}.", **said})


def words_of(client: Client, query: str = "") -> list[str]:
    """What the lines on a page of the log say was done."""
    page = client.get(f"{LOG}?{query}")
    assert page.status_code == 200
    return [str(line.words) for line in page.context["lines"]]


# --- The log --------------------------------------------------------------------------------------------


def verbs_in_the_code() -> Iterable[str]:
    """Every stored name that a service writes."""
    for path in Path(settings.BASE_DIR, "reviews/services").rglob("*.py"):
        source = path.read_text()
        yield from re.findall(
            r'"(reviews\.(?:case|review|member|votes|appeal|decision|correction|translation)\.\w+)"', source
        )
    for matter in set(Matter) - {Matter.REVIEW, Matter.VOTES, Matter.CONDUCT}:
        for act in ("hidden", "removed", "restored"):
            yield f"reviews.{matter}.{act}"


def test_every_act_has_words_and_can_be_asked_for() -> None:
    verbs = set(verbs_in_the_code())
    assert len(verbs) > 30
    assert verbs <= log_words.SAID.keys()
    assert set().union(*(act.verbs for act in log_words.ACTS.values())) == log_words.SAID.keys()


def test_a_line_says_what_where_by_which_role_under_which_rule_and_why(client: Client, mona: Member) -> None:
    write(
        rule="copied-text", kind="copied-text", matter="review", found_by="notice",
        case_number=12, moderator_number=mona.pk, review_number=3,
    )  # fmt: skip
    write("reviews.member.lifted", section="members", measure="suspension")
    page = client.get(LOG).text
    for words in (
        "A text was removed", "by a moderator of films", "No copied texts", "Because of reviews.review.removed.",
        "notice by a rights-holder", "case 12", "A suspension was lifted", "by the site itself",
    ):  # fmt: skip
        assert words in page, words
    assert "mona" not in page
    assert "/reviews/3/" not in page


def test_a_line_leads_to_the_title_or_person_and_survives_their_end(client: Client) -> None:
    film, person = make_title("Heat"), make_person("Agnès Varda")
    write(title_number=film.pk)
    write(person_number=person.pk)
    page = client.get(LOG).text
    assert film.get_absolute_url() in page
    assert person.get_absolute_url() in page
    film.delete()
    assert len(words_of(client)) == 2


def test_what_gives_a_film_away_is_folded_and_in_no_feed(client: Client) -> None:
    write(rule="spoilers", reason="The butler did it.")
    page, feed = client.get(LOG).text, client.get(f"{LOG}feed/").text
    assert re.search(r"<details>.*The butler did it\..*</details>", page, re.DOTALL)
    assert "The butler" not in feed
    assert "A text was removed" in feed


def test_it_can_be_narrowed_by_section_act_rule_and_year(client: Client) -> None:
    write(rule="copied-text")
    write("reviews.list.removed", section="members")
    write("reviews.votes.set_aside", section="shows")
    assert words_of(client, "section=members") == ["A list was removed"]
    assert words_of(client, "action=removed") == ["A list was removed", "A text was removed"]
    assert words_of(client, "action=votes&section=shows") == ["Votes were set aside"]
    assert words_of(client, "rule=copied-text") == ["A text was removed"]
    assert len(words_of(client, f"year={YEAR}")) == 3
    assert words_of(client, "section=members&action=votes") == []
    assert len(words_of(client, "section=nowhere&action=flown&year=1066&rule=none")) == 3


def test_years_reach_back_to_the_first_line(client: Client) -> None:
    write()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_logentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE reviews_logentry SET at = %s", [datetime(YEAR - 2, 5, 1, tzinfo=UTC)])
        cursor.execute("ALTER TABLE reviews_logentry ENABLE TRIGGER USER")
    write("reviews.case.kept")
    assert words_of(client, f"year={YEAR - 2}") == ["A text was removed"]
    assert words_of(client, f"year={YEAR - 1}") == []
    assert client.get(f"{FIGURES}?year={YEAR - 2}").status_code == 200
    assert client.get(f"{FIGURES}?year={YEAR - 3}").status_code == 404


def test_pages_go_on_where_the_last_one_ended(client: Client) -> None:
    for number in range(60):
        write(reason=f"No. {number}")
    first = client.get(LOG).context["page"]
    second = client.get(LOG + first.next_url).context["page"]
    numbers = [entry.pk for entry in (*first.rows, *second.rows)]
    assert numbers == sorted(LogEntry.objects.values_list("pk", flat=True), reverse=True)
    assert client.get(f"{LOG}?after=nonsense")["Location"] == LOG


def test_the_line_that_was_appealed_says_how_it_ended(client: Client, alice: Member, mona: Member) -> None:
    review = make_review(make_title(), alice, "Words")
    outcomes = [(Verdict.RESTORE, "appealed: overturned"), (Verdict.UPHOLD, "appealed: the decision stands"), (None, "appealed: not answered yet")]  # fmt: skip
    for answer, _words in outcomes:
        case = Case.objects.create(kind=CaseKind.COPIED, section="films", review=review, state="closed")
        decision = Decision.objects.create(case=case, moderator=mona, verdict="remove", reason="Copied.")
        statement = Statement.objects.create(decision=decision, recipient=alice, found_by="machine")
        second = Case.objects.create(kind=CaseKind.APPEAL, section="films", review=review)
        Appeal.objects.create(statement=statement, decision=decision, case=second, author=alice, text="Mine!")
        write(case_number=case.pk)
        write("reviews.member.warned", case_number=case.pk, measure="warning")
        if answer:
            Decision.objects.create(case=second, moderator=mona, verdict=answer, reason="So it is.")
    page = client.get(LOG)
    said = [str(line.appeal) for line in page.context["lines"] if line.entry.verb == "reviews.review.removed"]
    assert said == [words for _answer, words in reversed(outcomes)]
    assert not any(line.appeal for line in page.context["lines"] if line.entry.measure)
    assert "Mine!" not in page.text


def test_the_log_asks_as_much_for_fifty_lines_as_for_one(client: Client) -> None:
    def add() -> None:
        film, person = make_title(), make_person()
        write(title_number=film.pk, case_number=film.pk)
        write(person_number=person.pk)

    add()
    client.get(LOG)
    few = count_queries(client, LOG)
    for _ in range(12):
        add()
    assert len(count_queries(client, LOG)) == len(few) <= 6


# --- The figures ----------------------------------------------------------------------------------------


def decided(
    verdict: str = "remove",
    *,
    section: str = "films",
    hours: float = 2,
    kind: str = CaseKind.COPIED,
    found_by: str = "machine",
) -> Decision:
    """A case that was opened so many hours before it was decided, now."""
    review = make_review(make_title(), make_member(), "Words")
    case = Case.objects.create(kind=kind, section=section, review=review, state="decided")
    CaseEvent.objects.create(case=case, kind="opened", detail={"found_by": found_by})
    decision = Decision.objects.create(case=case, verdict=verdict, reason="So.", section=section)
    Case.objects.filter(pk=case.pk).update(opened_at=decision.decided_at - timedelta(hours=hours))
    return decision


def appealed(decision: Decision, answer: str | None) -> None:
    author = decision.case.review.author
    statement = Statement.objects.create(decision=decision, recipient=author, found_by="machine")
    second = Case.objects.create(kind=CaseKind.APPEAL, section="films", review=decision.case.review)
    Appeal.objects.create(statement=statement, decision=decision, case=second, author=author, text="Mine")
    if answer:
        Decision.objects.create(case=second, verdict=answer, reason="So.")


@pytest.fixture
def _mid_year() -> None:
    """Hours before now are in this year whenever the tests run."""
    if (NOW - timedelta(days=5)).year != YEAR:
        pytest.skip("the first days of a year")


@pytest.mark.usefixtures("_mid_year")
def test_cases_count_by_kind_by_how_they_were_found_and_by_section() -> None:
    decided()
    decided(section="shows", found_by="report")
    decided(kind=CaseKind.SPOILERS, found_by="report")
    figures = count_figures(YEAR)
    assert figures.opened() == 3
    assert figures.opened(kind=CaseKind.COPIED, found_by=FoundBy.MACHINE) == 1
    assert figures.opened(found_by=FoundBy.REPORT) == 2
    assert figures.opened(section="shows") == 1
    assert figures.opened(month=figures.months[0]) in (0, 3)
    assert count_figures(YEAR - 1).opened() == 0


@pytest.mark.usefixtures("_mid_year")
def test_half_of_the_cases_waited_no_longer_than_the_median() -> None:
    for hours in (1, 2, 3, 4, 100):
        decided(hours=hours)
    Decision.objects.create(case=Decision.objects.last().case, verdict="restore", reason="Late.")
    wait = count_figures(YEAR).waits[False, None, None]
    assert (wait.number, round(wait.median / timedelta(hours=1), 2)) == (5, 3)
    assert timedelta(hours=60) < wait.p95 < timedelta(hours=100)


@pytest.mark.usefixtures("_mid_year")
def test_precision_goes_by_what_stands_in_the_end() -> None:
    for _ in range(4):
        decided()
    assert count_figures(YEAR).precision() is None, "of four nothing is said"
    decided("keep")
    overturned = decided()
    appealed(overturned, Verdict.RESTORE)
    twice = decided("hide")
    Decision.objects.create(case=twice.case, verdict="remove", reason="No answer.")
    undone = decided()
    Decision.objects.filter(pk=undone.pk).update(undone_at=NOW)
    figures = count_figures(YEAR)
    assert (figures.against(), figures.precision()) == (5, 5 / 7)
    assert (figures.decided(), figures.restored()) == (8, 1)
    assert figures.verdicts == {"remove": 6, "keep": 1, "hide": 1}


@pytest.mark.usefixtures("_mid_year")
def test_few_appeals_measures_and_notices_are_not_told_apart(client: Client, alice: Member) -> None:
    for answer in (Verdict.RESTORE, Verdict.UPHOLD, None):
        appealed(decided(), answer)
    Measure.objects.create(member=alice, kind=MeasureKind.WARNING, reason="So.")
    Measure.objects.create(member=alice, kind=MeasureKind.SLOW, reason="So.", is_annulled=True)
    notice = Notice.objects.create(token="t", email="rita@holder.example", confirmed_at=NOW)
    for decision in Decision.objects.filter(case__kind=CaseKind.COPIED)[:3]:
        NoticeItem.objects.create(notice=notice, url=f"/{decision.pk}/", case=decision.case)
    page, sheet = client.get(FIGURES).text, client.get(f"{FIGURES}figures.csv").text
    # Warnings, appeals, notices, addresses, those decided against, those that joined a case; and once what that means.
    assert page.count("fewer than 5") == 7
    assert f"{YEAR},,measures,warning,<5\r\n" in sheet
    assert f"{YEAR},,measures,slow,0\r\n" in sheet
    assert f"{YEAR},,appeals,filed,<5\r\n" in sheet
    assert "overturned" not in sheet
    assert ",appeals," not in sheet.partition("measures")[0], "how long the few waited"
    assert "half of them answered within</span><b>–</b>" in page
    figures = count_figures(YEAR)
    assert figures.waits[True, None, None].number == 2
    assert (figures.appeals_filed, figures.appeals_answered, figures.overturned_share) == (3, 2, None)
    assert (figures.notices, figures.addresses, figures.addresses_against) == (1, 3, 3)


@pytest.mark.usefixtures("_mid_year")
def test_a_notice_about_what_was_reported_already_is_counted_as_one_that_joined(client: Client) -> None:
    notice = Notice.objects.create(token="t", email="rita@holder.example", confirmed_at=NOW)
    for found_by in ("report", "machine", "notice"):
        case = decided(found_by=found_by).case
        NoticeItem.objects.create(notice=notice, url=f"/{case.pk}/", case=case)
    NoticeItem.objects.create(notice=notice, url="/gone/")
    figures = count_figures(YEAR)
    assert (figures.addresses, figures.addresses_joined) == (4, 2)
    assert (
        f"{YEAR},,rights-holders,addresses in cases that were open,<5\r\n"
        in client.get(f"{FIGURES}figures.csv").text
    )


@pytest.mark.usefixtures("_mid_year")
def test_no_share_stands_without_the_numbers_that_it_is_of(client: Client) -> None:
    for _ in range(3):
        decided()
    decided("keep")
    page = " ".join(client.get(FIGURES).text.split())
    assert "<dt>decided against</dt><dd>3 of 4</dd>" in page.replace(" </dd>", "</dd>")
    assert "75 %" not in page
    cache.clear()
    decided("keep")
    assert "3 of 5 <small>60 %</small>" in client.get(FIGURES).text


@pytest.mark.usefixtures("_mid_year")
def test_of_enough_appeals_the_share_that_was_overturned_is_told(client: Client) -> None:
    for answer in (Verdict.RESTORE, *[Verdict.UPHOLD] * 4):
        appealed(decided(), answer)
    assert count_figures(YEAR).overturned_share == 0.2
    assert "20 %" in client.get(FIGURES).text
    assert f"{YEAR},,shares,overturned,0.200\r\n" in client.get(f"{FIGURES}figures.csv").text


def test_what_was_asked_while_writing_adds_up() -> None:
    today = NOW.date()
    for kind, numbers in (("source", (8, 3, 2, 1)), ("question", (4, 1, 1, 2))):
        PasteNoticeDay.objects.create(
            day=today, section="films", kind=kind,
            **dict(zip(("shown", "changed", "declared", "posted"), numbers, strict=True)),
        )  # fmt: skip
    assert count_figures(YEAR).pasted_in_all == Pasted(12, 4, 3, 3)
    assert count_figures(YEAR - 1).pasted_in_all == Pasted()


def test_the_oldest_case_of_each_section_that_waits_is_told(client: Client) -> None:
    old = decided(hours=72).case
    Case.objects.filter(pk=old.pk).update(state="open")
    Case.objects.create(
        kind=CaseKind.OTHER, section="films", review=make_review(make_title(), make_member(), "x")
    )
    old.refresh_from_db()
    assert count_figures(YEAR).waiting == {"films": (2, old.opened_at)}
    films = next(row for row in client.get(FIGURES).context["sections"] if row.waiting)
    assert films.oldest == old.opened_at


def test_the_figures_ask_as_much_for_many_as_for_none_and_nothing_for_minutes(client: Client) -> None:
    client.get(FIGURES)
    none = count_queries(client, FIGURES)
    for verdict in ("remove", "keep", "trim"):
        for section in ("films", "shows"):
            appealed(decided(verdict, section=section), Verdict.RESTORE)
    assert len(count_queries(client, FIGURES)) == len(none) <= 11
    with CaptureQueriesContext(connection) as again:
        client.get(FIGURES)
    assert len(again) <= 2


@pytest.mark.parametrize("year", ["1066", "0", "x", "99999999999", "-1"])
def test_a_year_of_which_there_is_nothing(client: Client, year: str) -> None:
    status = client.get(f"{FIGURES}?year={year}").status_code
    assert status == (200 if year in ("0", "x", "-1") else 404)


def test_waits_are_told_in_one_unit() -> None:
    lengths = [
        timedelta(seconds=3),
        timedelta(minutes=20),
        timedelta(minutes=61),
        timedelta(hours=47),
        timedelta(days=3),
    ]
    assert [spoken(length) for length in lengths] == [
        "1 minute",
        "20 minutes",
        "1 hour",
        "47 hours",
        "3 days",
    ]
