"""The desk of the staff for automatic flags: made with care, tried before they are switched on, never deleted."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Member
from accounts.services.closing import close_account, erase_account
from reviews.models import Evidence, FlagRule
from reviews.moderation.flagging import Sought
from reviews.moderation.trying_rules import try_rule
from tests.asserts import assert_flat_queries
from tests.factories import give_second_factor, make_member, make_report, make_review, make_title

pytestmark = pytest.mark.django_db

LIST = "admin:reviews_flagrule_changelist"
ADD = "admin:reviews_flagrule_add"


@pytest.fixture
def staff(client: Client, sofie: Member, settings) -> Client:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    return client


def said(**fields: object) -> dict[str, object]:
    return {
        "looks_for": "words",
        "sought": "gratis casino",
        "section": "",
        "kind": "advertising",
        "note": "The twenty sites of May.",
        **fields,
    }


def refused(staff: Client, **fields: object) -> dict[str, list[str]]:
    """What the form says against this rule, in which nothing is stored."""
    page = staff.post(reverse(ADD), said(**fields))
    assert page.status_code == 200
    assert not FlagRule.objects.exists()
    errors: dict[str, list[str]] = page.context["adminform"].form.errors
    return errors


def test_staff_make_a_rule_switch_it_on_and_the_admin_keeps_who_did(staff: Client, sofie: Member) -> None:
    assert staff.post(reverse(ADD), said()).status_code == 302
    rule = FlagRule.objects.get()
    assert (rule.sought, rule.made_by, rule.is_active) == ("gratis casino", sofie, False)
    change = reverse("admin:reviews_flagrule_change", args=[rule.pk])
    assert staff.post(change, said(is_active="on", note="Other.")).status_code == 302
    rule.refresh_from_db()
    assert (rule.is_active, rule.note, rule.made_by) == (True, "Other.", sofie)
    kept = LogEntry.objects.filter(content_type__model="flagrule").order_by("pk")
    assert [(entry.user_id, entry.action_flag) for entry in kept] == [(sofie.pk, 1), (sofie.pk, 2)]


def test_a_domain_is_kept_as_it_is_compared(staff: Client) -> None:
    staff.post(reverse(ADD), said(looks_for="domain", sought="https://www.Bücher.example/shop?x=1"))
    assert FlagRule.objects.get().sought == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sought": ""}, "sought"),
        ({"sought": "ab"}, "sought"),
        ({"sought": "-- … --"}, "sought"),
        ({"sought": "\u200b\u200b\u200b\u200b"}, "sought"),
        ({"sought": "word " * 13}, "sought"),
        ({"sought": "x" * 101}, "sought"),
        ({"sought": "casino", "looks_for": "domain"}, "sought"),
        ({"sought": "*.example", "looks_for": "domain"}, "sought"),
        ({"sought": "http://[::1", "looks_for": "domain"}, "sought"),
        ({"sought": "com", "looks_for": "domain"}, "sought"),
        ({"kind": "copied-text"}, "kind"),
        ({"kind": "votes"}, "kind"),
        ({"section": "everywhere"}, "section"),
        ({"note": "  "}, "note"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_beside_its_field(
    staff: Client, fields: dict[str, str], field: str
) -> None:
    assert list(refused(staff, **fields)) == [field]


def test_our_own_site_and_what_it_is_below_are_refused(staff: Client, settings) -> None:
    settings.FILMSITE_URL = "https://films.house.example"
    for domain in ("films.house.example", "house.example"):
        assert "own site" in str(refused(staff, looks_for="domain", sought=domain))


def test_the_same_rule_is_made_once(staff: Client) -> None:
    staff.post(reverse(ADD), said())
    page = staff.post(reverse(ADD), said())
    assert "There is such a rule already." in page.content.decode()
    assert FlagRule.objects.count() == 1


def test_what_a_quarter_of_all_messages_meet_is_not_switched_on(staff: Client, alice: Member) -> None:
    title = make_title()
    for number in range(40):
        make_review(title, alice, f"A casino, number {number}." if number % 2 else f"No {number}.")
    assert "20 of the newest 40 messages" in str(refused(staff, sought="casino", is_active="on"))
    assert staff.post(reverse(ADD), said(sought="casino")).status_code == 302, "only to try it"


def test_a_rule_is_tried_on_the_newest_messages_before_it_is_switched_on(
    staff: Client, alice: Member
) -> None:
    title, show = make_title("Ran"), make_title("Dark", kind="show")
    found = make_review(title, alice, "Win at GRATIS casino.")
    other = make_review(show, alice, "gratis casino")
    make_review(title, alice, "Gratis casino", state="withdrawn")
    make_review(title, alice, "Nothing.", headline="gratis casino")
    rule = FlagRule.objects.create(sought="gratis casino", section="films", note="Why.")
    with patch("reviews.admin.flags.try_rule", wraps=try_rule) as tried:
        page = staff.get(reverse("admin:reviews_flagrule_change", args=[rule.pk])).content.decode()
    assert tried.call_count == 1
    assert "2 of the newest 2 messages" in page
    assert found.get_absolute_url() in page
    assert other.get_absolute_url() not in page


def test_a_trial_looks_at_new_members_alone_where_the_rule_does_and_ends_in_time(alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=90))
    make_review(author=alice, body="gratis casino")
    make_review(author=make_member(), body="gratis casino")
    sought = Sought(1, False, "gratis casino")
    assert (try_rule(sought).met, try_rule(sought, newcomers_for=timedelta(days=30)).met) == (2, 1)
    assert try_rule(sought, seconds=-1).looked_at == 0


def test_a_rule_of_which_cases_came_keeps_what_it_looks_for_and_nobody_deletes_one(
    staff: Client, alice: Member
) -> None:
    rule = FlagRule.objects.create(sought="gratis casino", note="Why.", is_active=True)
    Evidence.objects.create(case=make_report(make_review(author=alice)), kind="rule", rule=rule)
    change = reverse("admin:reviews_flagrule_change", args=[rule.pk])
    assert staff.post(change, said(sought="something else", note="New.")).status_code == 302
    rule.refresh_from_db()
    assert (rule.sought, rule.note, rule.is_active) == ("gratis casino", "New.", False)
    assert staff.post(reverse("admin:reviews_flagrule_delete", args=[rule.pk])).status_code == 403


def test_a_rule_of_which_cases_came_does_not_become_one_that_there_is(staff: Client, alice: Member) -> None:
    FlagRule.objects.create(sought="gratis casino", section="films", note="Why.")
    rule = FlagRule.objects.create(sought="gratis casino", note="Why.")
    Evidence.objects.create(case=make_report(make_review(author=alice)), kind="rule", rule=rule)
    change = reverse("admin:reviews_flagrule_change", args=[rule.pk])
    page = staff.post(change, said(section="films"))
    assert page.context["adminform"].form.non_field_errors() == ["There is such a rule already."]
    assert staff.post(change, said(section="shows")).status_code == 302


def test_a_rule_of_which_cases_came_is_not_switched_on_when_a_quarter_meets_it(
    staff: Client, alice: Member
) -> None:
    rule = FlagRule.objects.create(sought="casino", note="Why.")
    Evidence.objects.create(case=make_report(make_review(author=alice)), kind="rule", rule=rule)
    title = make_title()
    for number in range(40):
        make_review(title, alice, f"A casino, number {number}.")
    change = reverse("admin:reviews_flagrule_change", args=[rule.pk])
    page = staff.post(change, said(is_active="on"))
    assert "it says too little" in str(page.context["adminform"].form.non_field_errors())
    assert staff.post(change, said(note="Only tried.")).status_code == 302


def test_a_rule_stays_without_its_maker_when_they_leave(settings: Settings) -> None:
    clerk = make_member("clerk", is_staff=True)
    rule = FlagRule.objects.create(sought="gratis casino", note="Why.", is_active=True, made_by=clerk)
    settings.FILMSITE_CLOSING_DAYS = 0
    close_account(member=clerk, keeps_texts=False)
    erase_account(member_pk=clerk.pk)
    rule.refresh_from_db()
    assert (rule.made_by, rule.is_active) == (None, True)


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        ("visitor", {"list": 302, "add": 302}),
        ("member", {"list": 404, "add": 404}),
        ("moderator", {"list": 404, "add": 404}),
        ("staff", {"list": 403, "add": 403}),
        ("auditor", {"list": 200, "add": 403}),
        ("admin", {"list": 200, "add": 302}),
    ],
)
def test_only_staff_with_the_right_come_in(client: Client, who: str, answers: dict[str, int]) -> None:
    fields = {
        "moderator": {"sections": ["films", "shows", "members"]},
        "staff": {"is_staff": True},
        "auditor": {"is_staff": True},
        "admin": {"is_staff": True, "is_superuser": True},
    }
    if who != "visitor":
        member = give_second_factor(make_member(who, **fields.get(who, {})))
        client.force_login(member)
        if who == "auditor":
            member.user_permissions.set(Permission.objects.filter(codename="view_flagrule"))
    assert client.get(reverse(LIST)).status_code == answers["list"]
    assert client.post(reverse(ADD), said()).status_code == answers["add"]
    assert FlagRule.objects.exists() == (who == "admin")


def test_the_list_is_found_filtered_and_asks_as_much_however_long_it_is(
    staff: Client, sofie: Member, alice: Member
) -> None:
    def make_rule() -> None:
        number = FlagRule.objects.count()
        rule = FlagRule.objects.create(
            sought=f"casino {number}", note="Why.", made_by=sofie, is_active=bool(number % 2)
        )
        Evidence.objects.create(case=make_report(make_review(author=alice)), kind="rule", rule=rule)

    assert_flat_queries(staff, make_rule, reverse(LIST))
    for asked, number in ({"q": "casino 3"}, 1), ({"is_active__exact": 1}, 3), ({"kind__exact": "other"}, 0):
        assert len(staff.get(reverse(LIST), asked).context["cl"].result_list) == number, asked


def test_the_list_counts_for_the_rules_that_it_shows_in_one_query(staff: Client, alice: Member) -> None:
    met, unmet = (FlagRule.objects.create(sought=sought, note="Why.") for sought in ("casino", "roulette"))
    for _number in range(2):
        Evidence.objects.create(case=make_report(make_review(author=alice)), kind="rule", rule=met)
    with CaptureQueriesContext(connection) as captured:
        page = staff.get(reverse(LIST)).content.decode()
    (query,) = (query["sql"] for query in captured if 'FROM "reviews_evidence"' in query["sql"])
    assert query.count('FROM "reviews_evidence"') == 1
    assert re.findall(r'field-hits">(\d+)<', page) == ["0", "2"]
    for rule, number in (met, 2), (unmet, 0):
        page = staff.get(reverse("admin:reviews_flagrule_change", args=[rule.pk])).content.decode()
        assert re.search(rf'field-hits">.*?readonly">{number}<', page, re.DOTALL), rule
