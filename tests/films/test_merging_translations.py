"""Translations of a title's own words, and what members corrected in them, follow the words through a merge."""

import pytest
from django.utils import timezone

from accounts.models import Member
from films.models import Merge, Title, Trivia
from films.services.merging import merge_titles, undo_merge
from reviews.models import Correction, Translation, TranslationStatus
from tests.factories import make_title

pytestmark = pytest.mark.django_db

PLOT = "Twee kinderen delen een paar schoenen."


def translated(**of: object) -> Translation:
    return Translation.objects.create(
        source_hash="a" * 64,
        source_language="nl",
        target="en",
        status=TranslationStatus.DONE,
        next_attempt_at=timezone.now(),
        **of,
    )


def corrected(**of: object) -> Correction:
    return Correction.objects.create(
        source_language="nl",
        target="en",
        sentence="Twee kinderen.",
        text="Two children.",
        state=Correction.State.ACCEPTED,
        made_at=timezone.now(),
        **of,
    )


def merged(kept: Title, duplicate: Title, by: Member) -> Merge:
    return merge_titles(kept=kept, duplicate=duplicate, by=by, reason="The same film twice")


def test_they_go_along_with_a_plot_that_is_taken_over_and_come_back_with_it(sofie: Member) -> None:
    kept = make_title("Children of Heaven")
    double = make_title("Bacheha-ye Aseman", plot=PLOT, plot_language="nl")
    rows = [translated(title=double), corrected(title=double)]

    def titles() -> list[int | None]:
        for row in rows:
            row.refresh_from_db()
        return [row.title_id for row in rows]

    merge = merged(kept, double, sofie)
    assert titles() == [kept.pk, kept.pk]
    undo_merge(merge=merge, by=sofie)
    assert titles() == [double.pk, double.pk]


def test_they_stay_out_of_sight_with_a_plot_that_is_not_taken_over(sofie: Member) -> None:
    kept = make_title("Children of Heaven", plot="A plot of its own.", plot_language="en")
    double = make_title("Bacheha-ye Aseman", plot=PLOT, plot_language="nl")
    rows = [translated(title=double), corrected(title=double)]
    merged(kept, double, sofie)
    for row in rows:
        row.refresh_from_db()
        assert row.title_id == double.pk


def test_they_go_along_with_trivia_and_come_back_before_those_are_taken_away(sofie: Member) -> None:
    kept, double = make_title("Children of Heaven"), make_title("Bacheha-ye Aseman")
    fact = Trivia.objects.create(title=double, text="Geen acteurs.", language="nl", source="The credits")
    both = [
        Trivia.objects.create(title=title, text="Echt gebeurd.", language="nl", source="The credits")
        for title in (kept, double)
    ]
    rows = [translated(trivia=fact), corrected(trivia=fact)]
    own = translated(trivia=both[0])
    merge = merged(kept, double, sofie)
    assert {Translation.objects.get(pk=rows[0].pk).trivia.title_id} == {kept.pk}
    assert {Correction.objects.get(pk=rows[1].pk).trivia.title_id} == {kept.pk}
    undo_merge(merge=merge, by=sofie)
    for row in rows:
        row.refresh_from_db()
        assert row.trivia == fact
    own.refresh_from_db()
    assert own.trivia == both[0], "what the kept title had of its own stays with it"
