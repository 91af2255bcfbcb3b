"""Whom the staff keeps from joining: by domain, mail address or network, what they read then, and who is not concerned."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.barring import digest_of, masked, network_of, values_barring
from accounts.models import BarKind, Member, SignUpBar
from accounts.services.barring import KEPT_FOR, end_bars, forget_ended_bars
from accounts.services.closing import close_account, erase_account
from accounts.tasks import forget_ended_bars as forget_ended_bars_task
from tests.asserts import assert_flat_queries
from tests.factories import give_second_factor, make_member

pytestmark = pytest.mark.django_db

PASSWORD = "two-pairs-of-shoes-97"
GOOD = {
    "email": "zahra@mail.example.org",
    "username": "zahra.k",
    "password1": PASSWORD,
    "password2": PASSWORD,
}
SIGN_UP = "/accounts/signup/"
LIST = "/admin/accounts/signupbar/"
ADD = f"{LIST}add/"
OF_ADDRESS = "We take no new members with this address."
OF_NETWORK = "From the network that you use nobody can join"


def bar(value: str, kind: BarKind = BarKind.DOMAIN, **fields: object) -> SignUpBar:
    """A bar as the form stores it; an address by its digest."""
    hint = masked(value) if kind == BarKind.ADDRESS else ""
    kept = digest_of(value) if kind == BarKind.ADDRESS else value
    return SignUpBar.objects.create(**{"kind": kind, "value": kept, "hint": hint, "reason": "Spam", **fields})


def sign_up(client: Client, email: str = GOOD["email"], ip: str = "198.51.100.7", **headers: str) -> str:
    """What somebody reads who signs up; nothing when a code is on its way to them."""
    answer = client.post(SIGN_UP, {**GOOD, "email": email}, REMOTE_ADDR=ip, headers=headers)
    assert answer.status_code in (200, 302)
    return answer.content.decode()


@pytest.fixture
def staff(client: Client, sofie: Member) -> Client:
    Member.objects.filter(pk=sofie.pk).update(email="sofie@films.example")
    client.force_login(give_second_factor(sofie))
    return client


@pytest.fixture
def clerk() -> Member:
    """One of the staff without any rights so far."""
    return make_member("clerk", email="clerk@films.example", is_staff=True)


def add(client: Client, kind: str, value: str, **fields: str) -> dict[str, list[str]]:
    """Add a bar in the admin; answers what the form has against it."""
    answer = client.post(ADD, {"kind": kind, "value": value, "days": "", "reason": "Spam", **fields})
    return {} if answer.status_code == 302 else answer.context["adminform"].form.errors


# --- Mail ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("barred", "email"),
    [
        ("example.org", "zahra@example.org"),
        ("example.org", "zahra@mail.example.org"),
        ("example.org", "Zahra@Deep.Below.EXAMPLE.org"),
        ("xn--mnchen-3ya.example", "zahra@münchen.example"),
        ("xn--mnchen-3ya.example", "zahra@post.MÜNCHEN.example"),
        ("example.org", "zahra@ｅxample.org"),
        ("example.org", "zahra@exam\u00adple.org"),
    ],
)
def test_nobody_joins_with_mail_of_a_barred_domain_however_it_is_written(
    client: Client, barred: str, email: str
) -> None:
    bar(barred)
    assert OF_ADDRESS in sign_up(client, email)
    assert not Member.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize(
    "email",
    ["zahra@example.com", "zahra@myexample.org", "zahra@example.org.example.com", "example.org@a.example"],
)
def test_mail_of_a_domain_that_only_looks_like_a_barred_one_is_taken(client: Client, email: str) -> None:
    bar("example.org")
    assert not sign_up(client, email)
    assert Member.objects.get().email == email


@pytest.mark.parametrize("email", ["ringer@example.org", "Ringer@EXAMPLE.org", "ringer+again@example.org"])
def test_one_barred_mailbox_is_barred_in_every_spelling(client: Client, email: str) -> None:
    bar("ringer+1@example.org", BarKind.ADDRESS)
    assert OF_ADDRESS in sign_up(client, email)
    assert not sign_up(client, "another@example.org")


def test_of_a_barred_address_nothing_is_kept_from_which_it_could_be_read(staff: Client) -> None:
    assert not add(staff, "address", "Ringer+spam@example.org")
    kept = SignUpBar.objects.get()
    assert kept.label == f"r… ({kept.pk})"
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(b)::text FROM accounts_signupbar b")
        row = cursor.fetchone()[0].lower()
    page = staff.get(LIST).content.decode().lower()
    for telling in ("ringer", "example.org"):
        assert telling not in row
        assert telling not in page
    assert LogEntry.objects.get().object_repr == kept.label


def test_the_digest_of_an_address_needs_the_key_of_the_site(settings: Settings) -> None:
    one = digest_of("ringer@example.org")
    settings.SECRET_KEY = "another key of the site"
    assert digest_of("ringer@example.org") != one


def test_who_is_turned_away_keeps_what_they_typed_and_reads_what_to_do(
    client: Client, settings: Settings
) -> None:
    settings.FILMSITE_OBJECTIONS_ADDRESS = "people@films.example"
    bar("example.org")
    answer = client.post(SIGN_UP, GOOD)
    form = answer.context["form"]
    assert (form["email"].value(), form["username"].value()) == (GOOD["email"], GOOD["username"])
    assert list(form.errors) == ["email"]
    page = answer.content.decode()
    assert "Please give another one." in page
    assert "Write to people@films.example: a person reads it." in page
    settings.FILMSITE_OBJECTIONS_ADDRESS = ""
    page = client.post(SIGN_UP, GOOD).content.decode()
    assert "Please give another one." in page
    assert "Write to" not in page


def test_the_page_does_not_tell_whether_somebody_has_the_address(client: Client) -> None:
    make_member("ringer", email="ringer@example.org")
    bar("example.org")

    def page(email: str) -> str:
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", sign_up(client, email)).replace(
            email, "–"
        )

    assert page("ringer@example.org") == page("nobody@example.org")
    assert not mail.outbox


def test_who_joins_with_a_passkey_meets_the_same_bars(client: Client) -> None:
    bar("example.org")
    bar("203.0.113.0/24", BarKind.NETWORK)
    fields = {"email": GOOD["email"], "username": GOOD["username"]}
    page = client.post(
        reverse("account_signup_by_passkey"), fields, REMOTE_ADDR="203.0.113.9"
    ).content.decode()
    assert OF_ADDRESS in page
    assert OF_NETWORK in page
    assert not Member.objects.exists()
    SignUpBar.objects.all().delete()
    assert client.post(reverse("account_signup_by_passkey"), fields).status_code == 302


# --- Networks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("barred", "inside", "outside"),
    [
        ("203.0.113.7/32", "203.0.113.7", "203.0.113.8"),
        ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
        ("203.0.0.0/8", "203.255.255.255", "204.0.0.0"),
        ("203.0.113.0/24", "::ffff:203.0.113.9", "::ffff:203.0.114.9"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("2001:d00::/24", "2001:dff::1", "2001:e00::1"),
        ("2001:db8::1/128", "2001:DB8:0::1", "2001:db8::2"),
    ],
)
def test_nobody_joins_from_a_barred_network(client: Client, barred: str, inside: str, outside: str) -> None:
    bar(barred, BarKind.NETWORK)
    page = sign_up(client, ip=inside)
    assert OF_NETWORK in page
    assert OF_ADDRESS not in page
    assert 'value="zahra.k"' in page
    assert not Member.objects.exists()
    assert not sign_up(client, ip=outside)
    assert Member.objects.exists()


def test_behind_a_proxy_the_visitor_counts_and_not_what_they_claim(
    client: Client, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    bar("203.0.113.0/24", BarKind.NETWORK)
    forwarded = {"ip": "10.0.0.1", "X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    assert OF_NETWORK in sign_up(client, **forwarded)
    forwarded["X-Forwarded-For"] = "203.0.113.9, 198.51.100.7"
    assert not sign_up(client, **forwarded)


def test_a_broken_mail_address_does_not_hide_that_the_network_is_barred(client: Client) -> None:
    bar("203.0.113.0/24", BarKind.NETWORK)
    assert OF_NETWORK in sign_up(client, "no address", ip="203.0.113.9")


# --- In force, and counted ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [(BarKind.DOMAIN, "example.org"), (BarKind.ADDRESS, GOOD["email"]), (BarKind.NETWORK, "198.51.100.7/32")],
)
def test_a_bar_that_is_over_keeps_nobody_out(client: Client, kind: BarKind, value: str) -> None:
    now = timezone.now()
    made = bar(value, kind, since=now - timedelta(days=9), until=now + timedelta(minutes=5))
    assert sign_up(client)
    SignUpBar.objects.filter(pk=made.pk).update(until=now)
    assert not sign_up(client)


def test_a_bar_counts_whom_it_turned_away_and_keeps_nothing_of_them(client: Client) -> None:
    met, other = bar("example.org"), bar("example.com")
    sign_up(client)
    sign_up(Client(), ip="198.51.100.8")
    met.refresh_from_db()
    other.refresh_from_db()
    assert (met.met_count, other.met_count, other.met_at) == (2, 0, None)
    assert met.met_at is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(b)::text FROM accounts_signupbar b")
        kept = cursor.fetchone()[0]
    assert "zahra" not in kept
    assert "198.51" not in kept


def test_signing_up_costs_one_query_more_however_many_bars_there_are(client: Client) -> None:
    for number in range(300):
        bar(f"number{number}.example", until=timezone.now() + timedelta(days=1))
        bar(f"10.{number % 256}.{number // 256}.0/24", BarKind.NETWORK)
    with CaptureQueriesContext(connection) as captured:
        assert not sign_up(client)
    asked = [query["sql"] for query in captured if "accounts_signupbar" in query["sql"]]
    assert len(asked) == 1, asked


@pytest.mark.parametrize("ip", ["203.0.113.7", "2001:db8::1"])
def test_what_is_looked_for_is_bounded_for_the_longest_address(ip: str) -> None:
    longest = "a@" + ".".join(["b"] * 126) + ".org"
    assert len(values_barring(email=longest, ip=ip)) < 250


def test_bars_are_forgotten_a_year_after_they_ended() -> None:
    now = timezone.now()
    long_ago = {"since": now - 2 * KEPT_FOR, "until": now - KEPT_FOR - timedelta(hours=1)}
    bar("gone.example", **long_ago)
    bar("late.example", since=now - 2 * KEPT_FOR, until=now - KEPT_FOR + timedelta(hours=1))
    bar("old.example", since=now - 2 * KEPT_FOR)
    forget_ended_bars_task()
    assert set(SignUpBar.objects.values_list("value", flat=True)) == {"late.example", "old.example"}
    assert forget_ended_bars() == 0


# --- Members --------------------------------------------------------------------------------------------------


@pytest.fixture
def member(client: Client) -> Member:
    """Somebody signed in, by a password, with an address and from a network that were barred since."""
    member = make_member("ringer", email="ringer@example.org")
    member.set_password(PASSWORD)
    member.save()
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    bar("example.org")
    bar("198.51.100.0/24", BarKind.NETWORK)
    return member


def sign_in(client: Client, login: str) -> bool:
    answer = client.post(
        "/accounts/login/", {"login": login, "password": PASSWORD}, REMOTE_ADDR="198.51.100.7", follow=True
    )
    return answer.context["user"].is_authenticated


def test_who_is_a_member_signs_in_and_gets_a_new_password_as_ever(client: Client, member: Member) -> None:
    assert sign_in(client, "ringer")
    assert sign_in(Client(), "ringer@example.org")
    answer = Client().post(
        reverse("account_reset_password"), {"email": member.email}, REMOTE_ADDR="198.51.100.7"
    )
    assert answer.status_code == 302
    assert mail.outbox[0].to == [member.email]
    assert not SignUpBar.objects.filter(met_count__gt=0).exists()


def test_a_member_adds_no_barred_address_and_may_come_from_a_barred_network(
    client: Client, member: Member
) -> None:
    sign_in(client, "ringer")
    fields = {"action_add": "", "email": "second@example.org"}
    answer = client.post(reverse("account_email"), fields, REMOTE_ADDR="198.51.100.7")
    assert OF_ADDRESS in answer.content.decode()
    assert 'value="second@example.org"' in answer.content.decode()
    assert not mail.outbox
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    fields["email"] = "second@example.com"
    assert client.post(reverse("account_email"), fields, REMOTE_ADDR="198.51.100.7").status_code == 302
    assert mail.outbox[0].to == ["second@example.com"]


def test_a_bar_stays_without_its_maker_when_they_leave(settings: Settings, clerk: Member) -> None:
    made = bar("example.org", made_by=clerk)
    settings.FILMSITE_CLOSING_DAYS = 0
    close_account(member=clerk, keeps_texts=False)
    erase_account(member_pk=clerk.pk)
    made.refresh_from_db()
    assert made.made_by is None


# --- The staff's list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("domain", " @Example.ORG ", "example.org"),
        ("domain", "*.münchen.example.", "xn--mnchen-3ya.example"),
        ("network", "203.0.113.7", "203.0.113.7/32"),
        ("network", " 203.0.113.7/24", "203.0.113.0/24"),
        ("network", "2001:0DB8:0::/32", "2001:db8::/32"),
        ("network", "fe80::1%eth0", "fe80::1/128"),
    ],
)
def test_what_staff_type_is_kept_as_it_is_compared(staff: Client, kind: str, typed: str, kept: str) -> None:
    assert not add(staff, kind, typed)
    made = SignUpBar.objects.get()
    assert (made.value, made.reason, made.made_by.username) == (kept, "Spam", "sofie")


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("domain", "org", "no whole ending"),
        ("domain", "zahra@example.org", "Write a domain like"),
        ("domain", "203.0.113.77", "Write a domain like"),
        ("domain", "a_b.example", "Write a domain like"),
        ("domain", "a..org", "Write a domain like"),
        ("domain", "." * 300, "Write a domain like"),
        ("domain", "https://example.org/", "Write a domain like"),
        ("domain", f"{'a' * 64}.org", "Write a domain like"),
        ("domain", f"{'a.' * 140}org", "Write a domain like"),
        ("domain", "example.org\u2028x", "Write a domain like"),
        ("address", "example.org", "valid email"),
        ("address", "<script>@example.org", "valid email"),
        ("address", "zahra@", "valid email"),
        ("network", "example.org", "Write a network like"),
        ("network", "203.0.113.7/33", "Write a network like"),
        ("network", "203.0.113.７", "Write a network like"),
        ("network", "9" * 300, "Write a network like"),
        ("network", "0.0.0.0/0", "widest that can be barred is /8"),
        ("network", "203.0.0.0/7", "widest that can be barred is /8"),
        ("network", "::/0", "widest that can be barred is /24"),
        ("network", "2001:d00::/23", "widest that can be barred is /24"),
        ("network", "::ffff:203.0.113.0/120", "as one of IPv4"),
        ("planet", "mars", "not one of the available choices"),
        ("network", "", "required"),
        ("domain", "x" * 400, "at most 320"),
    ],
)
def test_what_cannot_be_barred_is_refused_with_the_reason_and_stays_in_the_form(
    staff: Client, kind: str, typed: str, why: str
) -> None:
    errors = add(staff, kind, typed)
    assert why in str(errors)
    assert not SignUpBar.objects.exists()
    answer = staff.post(ADD, {"kind": kind, "value": typed, "days": "", "reason": "Spam"})
    assert answer.context["adminform"].form["value"].value() == typed


@pytest.mark.parametrize("value", ["a\x00b.example", "\ud800.example"])
def test_what_no_database_can_keep_is_no_error_of_the_site(staff: Client, value: str) -> None:
    data = {"kind": "domain", "value": value.encode(errors="surrogatepass"), "reason": "Spam"}
    assert staff.post(ADD, data).status_code in (200, 400)
    assert not SignUpBar.objects.exists()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("domain", "films.example"),
        ("domain", "staff.films.example"),
        ("address", "sofie+x@staff.films.example"),
    ],
)
def test_nobody_bars_an_address_of_the_staff(staff: Client, sofie: Member, kind: str, typed: str) -> None:
    Member.objects.filter(pk=sofie.pk).update(email="Sofie@staff.films.example")
    assert "Somebody of the staff" in str(add(staff, kind, typed))
    assert not SignUpBar.objects.exists()
    assert not add(staff, "domain", "other.films.example")


def test_nor_a_further_address_of_the_staff(staff: Client, sofie: Member) -> None:
    EmailAddress.objects.create(user=sofie, email="sofie@home.example", verified=True)
    for kind, typed in [("domain", "home.example"), ("address", "sofie@home.example")]:
        assert "Somebody of the staff" in str(add(staff, kind, typed))


def test_nothing_is_barred_twice_at_a_time(staff: Client) -> None:
    assert not add(staff, "domain", "example.org")
    assert "barred already" in str(add(staff, "domain", "EXAMPLE.org"))
    end_bars(bars=[SignUpBar.objects.get().pk])
    assert not add(staff, "domain", "example.org")


@pytest.mark.parametrize(
    ("kind", "value", "days", "lasts"),
    [
        ("network", "203.0.113.0/24", "", 30),
        ("domain", "example.org", "", None),
        ("address", "ringer@example.org", "", None),
        ("network", "203.0.113.0/24", "7", 7),
        ("network", "203.0.113.0/24", "0", None),
        ("domain", "example.org", "365", 365),
    ],
)
def test_a_network_is_barred_for_a_month_unless_staff_say_otherwise(
    staff: Client, kind: str, value: str, days: str, lasts: int | None
) -> None:
    assert not add(staff, kind, value, days=days)
    made = SignUpBar.objects.get()
    assert (made.until - made.since if made.until else None) == (timedelta(days=lasts) if lasts else None)


@pytest.mark.parametrize(
    ("network", "days", "warned"),
    [
        ("10.0.0.0/8", "", "TRUSTED_PROXY_COUNT"),
        ("127.0.0.1", "", "TRUSTED_PROXY_COUNT"),
        ("fc00::/24", "", "TRUSTED_PROXY_COUNT"),
        ("8.8.8.0/24", "", "You, or a proxy of this site"),
        ("9.9.9.9", "", "You, or a proxy of this site"),
        ("7.7.7.0/24", "", None),
        ("7.7.7.0/24", "0", "without an end"),
    ],
)
def test_staff_are_warned_of_a_network_that_may_be_their_own(
    staff: Client, settings: Settings, network: str, days: str, warned: str | None
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answer = staff.post(
        ADD,
        {"kind": "network", "value": network, "days": days, "reason": "Spam"},
        headers={"X-Forwarded-For": "7.7.7.7, 8.8.8.8"},
        REMOTE_ADDR="9.9.9.9",
    )
    assert answer.status_code == 302
    warnings = [str(said) for said in staff.get(LIST).context["messages"] if said.level_tag == "warning"]
    assert len(warnings) == (1 if warned else 0)
    assert not warned or warned in warnings[0]


def test_bars_are_found_by_what_they_are_by_reason_and_by_whom_they_would_meet(staff: Client) -> None:
    domain, network = bar("example.org"), bar("203.0.113.0/24", BarKind.NETWORK)
    address = bar("ringer@example.com", BarKind.ADDRESS, reason="A wave of May")
    for typed, found in [
        ("EXAMPLE.org", [domain]),
        ("example", [domain]),
        ("zahra@mail.example.org", [domain]),
        ("Ringer+9@example.com", [address]),
        ("203.0.113.77", [network]),
        ("203.0.114.77", []),
        ("of may", [address]),
        (address.value[:6], []),
        ("@", []),
    ]:
        page = staff.get(LIST, {"q": typed})
        assert list(page.context["cl"].result_list) == found, typed


def test_the_list_tells_bars_in_force_from_those_that_are_over(staff: Client) -> None:
    now = timezone.now()
    here = bar("here.example")
    over = bar("over.example", since=now - timedelta(days=2), until=now - timedelta(days=1))
    network = bar("203.0.113.0/24", BarKind.NETWORK, until=now + timedelta(days=1))
    for asked, found in [
        ({}, [network, over, here]),
        ({"in_force": "yes"}, [network, here]),
        ({"in_force": "no"}, [over]),
        ({"kind__exact": "network"}, [network]),
    ]:
        assert list(staff.get(LIST, asked).context["cl"].result_list) == found, asked


def test_staff_end_a_bar_at_once_and_its_row_stays(staff: Client, client: Client) -> None:
    now = timezone.now()
    made = bar("example.org", met_count=3)
    over = bar("example.com", since=now - timedelta(days=2), until=now - timedelta(days=1))
    ended_before = over.until
    data = {"action": "end_now", "_selected_action": [made.pk, over.pk]}
    page = staff.post(LIST, data, follow=True)
    assert "1 bar has ended." in page.content.decode()
    made.refresh_from_db()
    over.refresh_from_db()
    assert not made.is_in_force
    assert (made.met_count, over.until) == (3, ended_before)
    (line,) = LogEntry.objects.all()
    assert (line.object_id, line.user.username) == (str(made.pk), "sofie")
    assert not sign_up(Client())


def test_no_bar_is_edited_or_deleted(staff: Client) -> None:
    made = bar("example.org")
    page = staff.get(f"{LIST}{made.pk}/change/")
    assert page.status_code == 200
    assert "example.org" in page.content.decode()
    assert staff.post(f"{LIST}{made.pk}/change/", {"reason": "Nothing"}).status_code == 403
    assert staff.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(LIST, {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"})
    assert SignUpBar.objects.get().reason == "Spam"


def test_the_list_asks_the_same_for_few_and_for_many(staff: Client, sofie: Member) -> None:
    numbers = iter(range(100))
    assert_flat_queries(staff, lambda: bar(f"n{next(numbers)}.example", made_by=sofie), LIST)


def test_only_staff_who_were_given_bars_and_a_second_factor_come_to_them(
    client: Client, alice: Member, mona: Member, clerk: Member
) -> None:
    made = bar("example.org")
    end = {"action": "end_now", "_selected_action": [made.pk]}

    def answers() -> list[int]:
        new = {"kind": "domain", "value": "new.example", "days": "", "reason": "Spam"}
        asked = [client.get(LIST), client.post(ADD, new), client.post(LIST, end)]
        return [answer.status_code for answer in asked]

    assert answers() == [302, 302, 302]
    for member in (alice, give_second_factor(mona)):
        client.force_login(member)
        assert answers() == [404, 404, 404]
    client.force_login(clerk)
    assert client.get(LIST)["Location"] == reverse("mfa_index")
    give_second_factor(clerk)
    assert answers() == [403, 403, 403]
    clerk.user_permissions.set(Permission.objects.filter(codename="view_signupbar"))
    assert [answer for answer in answers() if answer == 403] == [403]
    assert SignUpBar.objects.get().is_in_force
    clerk.user_permissions.set(Permission.objects.filter(codename__endswith="signupbar"))
    assert answers() == [200, 302, 302]
    assert not SignUpBar.objects.get(pk=made.pk).is_in_force


def test_from_a_suspended_member_a_link_leads_to_a_bar_on_their_address(staff: Client, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now(), email="alice@example.org")
    link = f"{ADD}?member={alice.pk}"
    assert link in staff.get(f"/admin/accounts/member/{alice.pk}/change/").content.decode()
    form = staff.get(link).context["adminform"].form
    assert (form["kind"].value(), form["value"].value()) == ("address", "alice@example.org")
    for other in ("x", "９", "-1", "0"):
        assert staff.get(ADD, {"member": other}).context["adminform"].form["value"].value() is None


def test_who_may_not_see_members_is_shown_no_address_of_one(
    client: Client, clerk: Member, alice: Member
) -> None:
    clerk.user_permissions.set(Permission.objects.filter(codename__endswith="signupbar"))
    client.force_login(give_second_factor(clerk))
    assert alice.email not in client.get(ADD, {"member": alice.pk}).content.decode()


# --- The database ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "domain", "value": "Example.org"},
        {"kind": "domain", "value": "org"},
        {"kind": "address", "value": "ringer@example.org", "hint": "r…"},
        {"kind": "address", "value": "0" * 64},
        {"kind": "network", "value": "203.0.113.7"},
        {"kind": "planet", "value": "example.org"},
        {"kind": "domain", "value": "example.org", "until": timezone.now() - timedelta(days=9)},
    ],
)
def test_the_database_keeps_no_bar_that_could_meet_nobody(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SignUpBar.objects.create(reason="Spam", **fields)


@pytest.mark.parametrize("written", ["203.0.113.7", "203.0.113.99/26", "2001:DB8::7/29", "fe80::1%eth0/64"])
def test_a_network_is_among_the_values_of_each_address_in_it(written: str) -> None:
    network = network_of(written)
    assert str(network) in values_barring(ip=str(network[0]))
    assert str(network) in values_barring(ip=str(network[-1]))
