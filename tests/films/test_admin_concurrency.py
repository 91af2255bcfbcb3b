"""Real connections and real commits: what happens to a title while a form of it is being saved is not undone by it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import Member
from films.admin.recording import RecordedAdmin
from films.models import Change, Title, TitleKind
from films.services.editing import write_facts
from films.services.merging import merge_titles
from filmsite.lib.kept import mark_of
from tests.factories import make_credit, make_person, make_season, make_title
from tests.films.test_admin_forms import address, save

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(client: Client, sofie: Member, settings) -> Client:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    return client


def _merge(title: Title, by: Member) -> None:
    merge_titles(kept=make_title(), duplicate=title, by=by, reason="The same film twice")


def _import(title: Title, by: Member) -> None:
    write_facts(title, {"minutes": 89}, actor=None, origin=Change.Origin.IMPORT, source="wikidata")


@pytest.mark.parametrize("act", [_merge, _import])
def test_what_meets_the_saving_of_a_form_is_not_undone_by_it(
    staff: Client, sofie: Member, monkeypatch: pytest.MonkeyPatch, act: Callable[[Title, Member], None]
) -> None:
    title, under_way = make_title("Heat"), list[Future[None]]()
    storing = RecordedAdmin.save_model

    def run() -> None:
        try:
            act(title, sofie)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def interrupted(self: RecordedAdmin, *args: object, **kwargs: object) -> None:
            # The form has read the title by now.
            under_way.append(pool.submit(run))
            wait_for(under_way, timeout=1)
            storing(self, *args, **kwargs)  # type: ignore[arg-type]  # as they came

        monkeypatch.setattr(RecordedAdmin, "save_model", interrupted)
        save(staff, title, tagline="A Los Angeles crime saga")
        under_way[0].result(timeout=30)
    title.refresh_from_db()
    assert title.tagline == "A Los Angeles crime saga"
    if act is _merge:
        assert title.merged_into_id is not None
    else:
        assert (title.minutes, title.provenance) == (89, {"tagline": "person", "minutes": "wikidata"})


def test_a_deletion_is_told_on_every_page_that_named_it(staff: Client) -> None:
    show, person = make_title(kind=TitleKind.SHOW), make_person()
    season = make_season(show)
    make_credit(season, person)
    pages = [f"/shows/{show.pk}-", f"/people/{person.pk}-"]
    before = [cache.get(mark_of(page)) for page in pages]
    assert staff.post(address(season, "delete"), {"post": "yes"}).status_code == 302
    after = [cache.get(mark_of(page)) for page in pages]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert staff.post(address(person, "delete"), {"post": "yes"}).status_code == 302
    assert cache.get(mark_of(pages[1])) != after[1]
