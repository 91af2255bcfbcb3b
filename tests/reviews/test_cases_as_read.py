"""What cases are called on the pages of moderators, and how their words are shown there: as somebody reads them."""

import re

import pytest
from django.test import Client

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Statement
from reviews.moderation.evidence import compare
from reviews.moderation.queue import excerpt_of, with_names
from reviews.services.appealing import file_appeal
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_report, make_review, make_title
from tests.reviews.casework import decide, make_copied_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def desk(client: Client, mona: Member) -> Client:
    client.force_login(mona)
    return client


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def reported(author: Member, title: Title, body: str = "Cheap sneakers, buy them here.") -> Case:
    return make_report(make_review(title, author, body), kind="advertising")


def test_what_could_become_one_with_a_case_says_what_it_is_about(desk: Client, alice: Member) -> None:
    case = reported(alice, make_title("Jaws"))
    other = reported(alice, make_title("The Matrix"), "## Look\n\nBuy *these* sneakers.")
    page = page_of(desk, case.get_absolute_url())
    label = re.search(rf'name="others" value="{other.pk}"[^>]*>(.*?)</label>', page, re.DOTALL)
    assert label is not None
    said = " ".join(label[1].split())
    assert said == f"Case {other.pk}: alice about The Matrix (advertising): “Look Buy these sneakers.”"
    assert "advertising open" not in page


def test_offering_many_cases_to_be_merged_asks_no_more_than_offering_one(desk: Client, alice: Member) -> None:
    case = reported(alice, make_title("Jaws"))
    reported(alice, make_title())
    assert_flat_queries(desk, lambda: reported(alice, make_title()), case.get_absolute_url())


def test_the_cases_of_a_member_say_what_each_is_about(desk: Client, alice: Member) -> None:
    reported(alice, make_title("The Matrix"))
    page = page_of(desk, "/moderation/members/alice/")
    assert "alice about The Matrix</a>" in page
    assert_flat_queries(desk, lambda: reported(alice, make_title()), "/moderation/members/alice/")


def test_a_case_whose_decision_was_appealed_leads_who_may_see_it_to_the_answer(
    desk: Client, alice: Member, sofie: Member, mona: Member
) -> None:
    case = reported(alice, make_title())
    decide(case, sofie, "remove")
    appeal = file_appeal(statement=Statement.objects.get(), text="It is no advertising.")
    page = page_of(desk, case.get_absolute_url())
    assert (
        f'in a case of its own. <a href="/moderation/cases/{appeal.case_id}/">Case {appeal.case_id}</a>'
        in page
    )
    Case.objects.filter(pk=appeal.case_id).update(section="shows")
    Member.objects.filter(pk=mona.pk).update(sections=["films"])
    assert f"/moderation/cases/{appeal.case_id}/" not in page_of(desk, case.get_absolute_url())


def test_a_case_begins_in_the_queue_without_marks(desk: Client, alice: Member) -> None:
    body = "## A film about footwear\n\nThis is \\*Children of Heaven\\*, and [it](https://example.org/) is **good**."
    reported(alice, make_title(), body)
    assert "A film about footwear This is *Children of Heaven*, and it is good." in page_of(
        desk, "/moderation/"
    )


def test_the_beginning_of_a_long_text_is_cut_between_words(alice: Member) -> None:
    reported(alice, make_title(), "Sneakers and sandals. " * 90)
    (case,) = with_names(Case.objects.all())
    assert excerpt_of(case).endswith(("Sneakers…", "and…", "sandals…"))
    assert 150 < len(excerpt_of(case)) <= 180


def test_evidence_is_shown_without_marks_and_its_passages_where_they_were() -> None:
    case = make_copied_case()
    (item,) = case.evidence.all()
    assert case.snapshot is not None
    passage = case.snapshot.text[item.start : item.end]
    text = (
        f"## Mine, *and* good\n\nAn \\*own\\* word, snake_case, 5 * 3 * 2, **{passage[:40]}**{passage[40:]}"
    )
    item.start, item.end = text.index(passage[:40]), len(text)
    pieces = compare(text, [item], matter="review").pieces
    assert "".join(piece.text for piece in pieces if piece.number) == passage
    own = "".join(piece.text for piece in pieces if not piece.number)
    assert own == "Mine, and good\n\nAn *own* word, snake_case, 5 * 3 * 2, "


def test_what_a_quotation_a_spoiler_or_a_link_is_stays_visible_to_moderators() -> None:
    text = "> Quoted\n\n||He dies.|| [here](https://spam.example/a_b_c)"
    assert [piece.text for piece in compare(text, [], matter="review").pieces] == [text]


def as_shown(text: str, matter: str = "review") -> str:
    return "".join(piece.text for piece in compare(text, [], matter=matter).pieces)


@pytest.mark.parametrize(
    "line",
    [
        "Buy *it* at https://spam.example/_x_/buy now",
        "Write `**bold**` for it",
        "[Here](/films/_x_/), says @_bob_ of [[*batteries not included]]",
        "# 1 fan",
    ],
)
def test_a_line_with_an_address_a_name_or_code_is_shown_as_it_was_written(line: str) -> None:
    assert as_shown(f"{line}\n\nGood *and* \\*short\\*.") == f"{line}\n\nGood and *short*."


@pytest.mark.parametrize("matter", ["plot", "biography", "trivia", "list", "about"])
def test_what_is_no_message_is_shown_to_moderators_with_every_mark(matter: str) -> None:
    assert as_shown("## No *heading*, \\*really\\*", matter) == "## No *heading*, \\*really\\*"


def test_the_words_of_a_source_keep_their_marks_unless_it_is_a_message() -> None:
    (item,) = make_copied_case().evidence.all()
    item.source_excerpt, item.excerpt_start, item.excerpt_end = "A *plain* plot", 2, 9
    (passage,) = compare("", [item], matter="review").passages
    assert "".join(piece.text for piece in passage.pieces) == "A *plain* plot"
    item.source_review = make_review(make_title(), make_member())
    (passage,) = compare("", [item], matter="plot").passages
    assert "".join(piece.text for piece in passage.pieces) == "A plain plot"


def test_marks_that_are_never_closed_stay_and_the_others_go_in_pairs() -> None:
    hostile = "**a _b " * 5_000
    assert as_shown(hostile) == hostile
    assert as_shown("**a **b** and *c _d* e_, f *g **h** i*") == "**a b and c _d e_, f g h i"


def test_the_history_says_once_who_it_was(desk: Client, alice: Member, mona: Member) -> None:
    by_member, by_site = reported(alice, make_title()), make_copied_case(make_member())
    history = r'<p class="step-head"><b>opened</b>: ([^<]*?)\s*<small>\s*<time'
    assert re.findall(history, page_of(desk, by_member.get_absolute_url())) == ["reported by a member"]
    assert re.findall(history, page_of(desk, by_site.get_absolute_url())) == ["noticed by the site"]


def test_the_number_beside_a_case_says_what_it_is(desk: Client) -> None:
    make_copied_case(severity=80)
    assert re.search(r"80 <small>Severity</small></span>", page_of(desk, "/moderation/"))
