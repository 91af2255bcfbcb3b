"""Staff find members by what is indexed: a key, the beginning of a name, a whole address."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def test_a_member_is_found_by_key_name_or_address_without_reading_every_row(
    client: Client, sofie: Member, settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    member, _other = make_member("Cinephile", email="cinephile@example.org"), make_member("paul")
    for typed in (str(member.pk), "cinE", " CINEPHILE ", "Cinephile@Example.org"):
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/admin/accounts/member/", {"q": typed})
        assert list(page.context["cl"].result_list) == [member], typed
        assert not [query["sql"] for query in captured if "UPPER" in query["sql"]], typed
