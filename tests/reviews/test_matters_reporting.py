"""Reporting: for whom the links and forms are, what they ask, and what a report comes to."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Change, Trivia
from films.services.editing import write_facts
from reviews.models import Case, Matter, Report, Translation
from reviews.moderation.targets import load_target, target_at
from reviews.services.deciding import decide_case
from tests.factories import (
    make_correction,
    make_follow,
    make_list,
    make_member,
    make_person,
    make_review,
    make_season,
    make_title,
    make_translation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _powers_without_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


def form_of(matter: str, pk: int) -> str:
    return reverse("reviews:report-matter", args=[matter, pk])


@pytest.fixture
def translated(alice: Member) -> Translation:
    """A translation of which Alice wrote a sentence."""
    row = make_translation(make_review(body="Um filme muito bonito. Chorei no final.", language="pt"))
    make_correction(row, alice, state="accepted")
    Translation.objects.filter(pk=row.pk).update(corrected_by=alice)
    return row


def test_each_page_leads_a_reader_to_the_forms_for_what_stands_on_it(
    client: Client, alice: Member, bob: Member, translated: Translation
) -> None:
    title = make_title(plot="A plot.", plot_language="en", plot_author=alice)
    piece = Trivia.objects.create(title=title, text="A fact.", source="a book", author=alice)
    person = make_person(biography="A life.", biography_language="en")
    made = make_list(alice, title)
    Member.objects.filter(pk=alice.pk).update(about="I watch.", avatar="members/x-256.webp")
    pages = {
        title.get_absolute_url(): [("plot", title.pk), ("trivia", piece.pk)],
        person.get_absolute_url(): [("biography", person.pk)],
        made.get_absolute_url(): [("list", made.pk)],
        alice.get_absolute_url(): [("name", alice.pk), ("picture", alice.pk), ("about", alice.pk)],
        f"/translations/{translated.pk}/": [("translation", translated.pk)],
    }
    for page, targets in pages.items():
        links = [f'href="{form_of(*target)}"' for target in targets]
        client.force_login(bob)
        seen = client.get(page).text
        assert [link in seen for link in links] == [True] * len(links), page
        assert [client.get(form_of(*target)).status_code for target in targets] == [200] * len(targets)
        assert not any(link in Client().get(page).text for link in links), f"a visitor on {page}"


def test_nobody_is_asked_to_report_what_is_their_own(
    client: Client, alice: Member, translated: Translation
) -> None:
    title = make_title()
    said = {"text": "Mine.", "language": "en", "source": "a book"}
    write_facts(title, {"plot": {**said, "author": alice.pk}}, actor=alice, origin=Change.Origin.PROPOSAL)
    piece = Trivia.objects.create(title=title, text="A fact.", source="a book", author=alice)
    person = make_person()
    write_facts(person, {"biography": said}, actor=alice, origin=Change.Origin.PROPOSAL)
    made = make_list(alice, title)
    Member.objects.filter(pk=alice.pk).update(about="I watch.", avatar="members/x-256.webp")
    client.force_login(alice)
    own = {
        title.get_absolute_url(): [("plot", title.pk), ("trivia", piece.pk)],
        person.get_absolute_url(): [("biography", person.pk)],
        made.get_absolute_url(): [("list", made.pk)],
        alice.get_absolute_url(): [("name", alice.pk), ("picture", alice.pk), ("about", alice.pk)],
        f"/translations/{translated.pk}/": [("translation", translated.pk)],
    }
    for page, targets in own.items():
        seen = client.get(page).text
        for target in targets:
            assert f'href="{form_of(*target)}"' not in seen, page
            assert client.get(form_of(*target)).status_code == 404, target


@pytest.mark.parametrize("audience", ["me", "followers"])
def test_a_list_that_is_not_for_the_reader_is_to_them_as_if_it_were_not_there(
    client: Client, alice: Member, bob: Member, audience: str
) -> None:
    made = make_list(alice, make_title(), audience=audience)
    client.force_login(bob)
    assert client.get(form_of("list", made.pk)).status_code == 404
    make_follow(bob, alice)
    expected = 200 if audience == "followers" else 404
    assert client.get(form_of("list", made.pk)).status_code == expected


@pytest.mark.parametrize(
    "hidden", [{"is_active": False}, {"suspended_at": timezone.now()}, {"closing_at": timezone.now()}]
)
def test_a_member_who_is_hidden_cannot_be_reported(
    client: Client, bob: Member, hidden: dict[str, object]
) -> None:
    gone = make_member("gone", about="I was here.", **hidden)
    client.force_login(bob)
    for matter in ("name", "about"):
        assert client.get(form_of(matter, gone.pk)).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/reports/plot/999999/",
        "/reports/nonsense/1/",
        "/reports/votes/1/",
        "/reports/plot/99999999999999999999/",
    ],
)
def test_what_does_not_exist_cannot_be_reported(client: Client, bob: Member, address: str) -> None:
    client.force_login(bob)
    assert client.get(address).status_code in (400, 404)


def test_a_report_tells_why_and_where_the_words_stand_and_keeps_them(
    client: Client, alice: Member, bob: Member
) -> None:
    made = make_list(alice, make_title("Heat"), name="Alien words", description="Copied words.")
    client.force_login(bob)
    typed = {"kind": "copied-text", "text": "Look there.", "source_url": "https://example.org/list"}
    answer = client.post(form_of("list", made.pk), typed)
    report = Report.objects.get()
    assert answer.url == reverse("reviews:report-sent", args=[report.pk])
    assert (report.case.kind, report.case.section, report.case.author) == ("copied-text", "members", alice)
    assert (report.text, report.source_url) == ("Look there.", "https://example.org/list")
    made.name, made.description = "Other words", ""
    made.save()
    snapshot = Report.objects.get().snapshot
    assert (snapshot.headline, snapshot.text) == ("Alien words", "Copied words.")
    page = client.get(answer.url).text
    assert "Thank you" in page
    assert "reports alone remove nothing" in page
    client.force_login(alice)
    assert client.get(answer.url).status_code == 404


def test_two_reasons_are_two_cases_and_the_same_reason_is_one(
    client: Client, alice: Member, bob: Member
) -> None:
    made = make_list(alice, make_title())
    for reporter, kind in [(bob, "advertising"), (make_member(), "advertising"), (make_member(), "unlawful")]:
        client.force_login(reporter)
        client.post(form_of("list", made.pk), {"kind": kind})
    assert {case.kind: case.reports.count() for case in Case.objects.all()} == {
        "advertising": 2,
        "unlawful": 1,
    }


def test_something_else_needs_words_and_nothing_typed_is_lost(
    client: Client, alice: Member, bob: Member
) -> None:
    made = make_list(alice, make_title())
    client.force_login(bob)
    answer = client.post(form_of("list", made.pk), {"kind": "other", "source_url": "My old book, page 5"})
    assert answer.status_code == 422
    assert "My old book, page 5" in answer.text
    assert client.post(form_of("list", made.pk), {"text": "Words without a reason"}).status_code == 422
    assert not Case.objects.exists()


def test_what_is_copied_needs_a_source_or_a_word(client: Client, alice: Member, bob: Member) -> None:
    made = make_list(alice, make_title())
    client.force_login(bob)
    answer = client.post(form_of("list", made.pk), {"kind": "copied-text"})
    assert answer.status_code == 422
    assert "Say where else it stands" in answer.text
    assert not Case.objects.exists()
    assert (
        client.post(form_of("list", made.pk), {"kind": "copied-text", "text": "A press sheet."}).status_code
        == 302
    )


def test_who_reported_it_before_reads_when_why_and_how_it_stands(
    client: Client, alice: Member, bob: Member
) -> None:
    made = make_list(alice, make_title())
    client.force_login(bob)
    assert "You reported this" not in client.get(form_of("list", made.pk)).text
    client.post(form_of("list", made.pk), {"kind": "advertising"})
    page = client.get(form_of("list", made.pk)).text
    assert "You reported this on" in page
    assert "“It advertises something”: not decided yet." in page
    assert reverse("reviews:report-sent", args=[Report.objects.get().pk]) in page
    assert "Report it for another reason" in page
    warden = make_member("warden", sections=["members"])
    decide_case(case=Case.objects.get(), moderator=warden, verdict="keep", reason="It praises a film.")
    assert "“It advertises something”: nothing was wrong." in client.get(form_of("list", made.pk)).text
    client.force_login(warden)
    assert "You reported this" not in client.get(form_of("list", made.pk)).text


def test_words_that_were_judged_before_lead_to_that_decision(
    client: Client, alice: Member, bob: Member
) -> None:
    made = make_list(alice, make_title())
    client.force_login(bob)
    client.post(form_of("list", made.pk), {"kind": "advertising"})
    warden = make_member("warden", sections=["members"])
    decide_case(
        case=Case.objects.get(), moderator=warden, verdict="keep", reason="It praises a film, no more."
    )
    client.force_login(make_member())
    page = client.post(form_of("list", made.pk), {"kind": "advertising"}).text
    assert "This was decided already" in page
    assert "It praises a film, no more." in page
    made.description = "Now it sells something."
    made.save()
    assert client.post(form_of("list", made.pk), {"kind": "advertising"}).status_code == 302


def test_who_is_suspended_reports_nothing(client: Client, alice: Member, sam: Member) -> None:
    made = make_list(alice, make_title())
    client.force_login(sam)
    assert client.get(form_of("list", made.pk)).status_code == 403
    assert form_of("list", made.pk) not in client.get(made.get_absolute_url()).text


def test_reports_are_limited(client: Client, alice: Member, bob: Member, settings: Settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "report": "2/hour"}
    client.force_login(bob)
    answers = [
        client.post(form_of("list", make_list(alice, make_title()).pk), {"kind": "advertising"}).status_code
        for _ in range(3)
    ]
    assert answers == [302, 302, 429]


def test_an_engines_translation_is_bad_or_good_but_no_case(client: Client, bob: Member) -> None:
    row = make_translation(make_review(body="Um filme muito bonito.", language="pt"))
    client.force_login(bob)
    assert client.get(form_of("translation", row.pk)).status_code == 404


def test_the_form_offers_the_reasons_that_fit(client: Client, alice: Member, bob: Member) -> None:
    client.force_login(bob)
    of_name = client.get(form_of("name", alice.pk)).text
    assert 'value="personal-attack"' in of_name
    assert 'value="spoilers"' not in of_name
    assert "source_url" not in of_name


def test_a_moderator_acts_on_what_they_come_across_with_a_rule_and_a_reason(
    client: Client, alice: Member, mona: Member
) -> None:
    made = make_list(alice, make_title(), name="Buy here")
    act = reverse("moderation:act", args=["list", made.pk])
    client.force_login(mona)
    assert client.get(act).status_code == 404, "Mona moderates films"
    client.force_login(make_member("warden", sections=["members"]))
    assert act in client.get(form_of("list", made.pk)).text
    assert client.post(act, {"verdict": "remove", "reason": "It sells."}).status_code == 422
    answer = client.post(act, {"verdict": "remove", "rule": "advertising", "reason": "It sells."})
    case = Case.objects.get()
    assert answer.url == case.get_absolute_url()
    made.refresh_from_db()
    assert (made.is_removed, case.kind, case.state) == (True, "advertising", "decided")
    assert alice.statements.get().decision.reason == "It sells."


def test_an_address_of_this_site_says_what_stands_there(alice: Member, settings: Settings) -> None:
    settings.FILMSITE_URL = "https://films.example"
    title, show = make_title("Heat", plot="A plot."), make_title("Fargo", kind="show")
    season = make_season(show, 2)
    piece = Trivia.objects.create(title=title, text="A fact.", source="a book")
    review, person, made = make_review(title), make_person(), make_list(alice, title)
    expected = {
        title.get_absolute_url(): (Matter.PLOT, title.pk),
        f"{title.get_absolute_url()}credits/": (Matter.PLOT, title.pk),
        season.get_absolute_url(): (Matter.PLOT, season.pk),
        f"{title.get_absolute_url()}#review-{review.pk}": (Matter.REVIEW, review.pk),
        f"{title.get_absolute_url()}#trivia-{piece.pk}": (Matter.TRIVIA, piece.pk),
        review.get_absolute_url(): (Matter.REVIEW, review.pk),
        f"https://films.example{review.get_absolute_url()}?page=2": (Matter.REVIEW, review.pk),
        person.get_absolute_url(): (Matter.BIOGRAPHY, person.pk),
        made.get_absolute_url(): (Matter.LIST, made.pk),
        alice.get_absolute_url(): (Matter.ABOUT, alice.pk),
        f"{alice.get_absolute_url()}#picture": (Matter.PICTURE, alice.pk),
    }
    found = {address: target_at(address) for address in expected}
    assert {address: (at.matter, at.row.pk) for address, at in found.items() if at} == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/films/",
        "https://elsewhere.example/films/1-x/",
        "http://[",
        "/films/99999999999999999999-x/",
        "/members/nobody/",
        "/reviews/1/x",
        "#review-99999999999999999999999",
        "javascript:alert(1)",
        "/films/0-x/",
    ],
)
def test_other_addresses_say_nothing(address: str) -> None:
    assert target_at(address) is None


def test_what_is_left_of_a_thing_can_be_loaded_after_its_removal(alice: Member) -> None:
    title = make_title(plot="")
    target = load_target("plot", title.pk)
    assert target is not None
    assert (target.stands, target.name, target.section) == (False, f"The plot of {title.name}", "films")
