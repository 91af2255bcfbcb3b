"""Finding one member among a million must go by an index, in whatever case the name or address is typed."""

from collections.abc import Callable

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import Member

pytestmark = pytest.mark.django_db


def plans_of(act: Callable[[], object]) -> list[str]:
    """How the database finds the members that the act asks for by name or address, where reading all costs much."""
    with CaptureQueriesContext(connection) as captured:
        act()
    queries = [query["sql"] for query in captured.captured_queries]
    asked = [
        sql for sql in queries if 'FROM "accounts_member"' in sql and ("UPPER(" in sql or '"email" = ' in sql)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for sql in asked:
            cursor.execute("EXPLAIN " + sql)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def by_index(plan: str) -> bool:
    return "member_username_upper" in plan or "member_email" in plan


@pytest.mark.parametrize("typed", ["alice", "ALICE", "ALICE@example.org"])
def test_signing_in_finds_the_member_by_an_index(alice: Member, rf: RequestFactory, typed: str) -> None:
    request = rf.post("/accounts/login/")
    plans = plans_of(lambda: authenticate(request, username=typed, email=typed, password="wrong"))
    assert len(plans) >= 2
    for plan in plans:
        assert by_index(plan), plan


def test_a_members_page_is_found_by_an_index_in_any_case(client: Client, alice: Member) -> None:
    plans = plans_of(lambda: client.get("/members/ALICE/"))
    assert len(plans) == 1
    assert by_index(plans[0]), plans[0]
    assert client.get("/members/ALICE/").status_code == 200
    assert client.get("/members/A1ICE/").status_code == 404, "it only looks like her"
