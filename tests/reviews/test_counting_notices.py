from datetime import datetime

import pytest
from django.utils import timezone

from reviews.models import PasteNoticeDay
from reviews.services.counting_notices import Step, count_notice

pytestmark = pytest.mark.django_db

SOURCE, QUESTION = PasteNoticeDay.Kind.SOURCE, PasteNoticeDay.Kind.QUESTION


def test_notices_of_one_day_section_and_kind_add_up() -> None:
    for step in (Step.SHOWN, Step.SHOWN, Step.DECLARED, Step.POSTED):
        count_notice(section="films", kind=SOURCE, step=step)
    day = PasteNoticeDay.objects.get()
    assert (day.shown, day.changed, day.declared, day.posted) == (2, 0, 1, 1)


def test_sections_kinds_and_days_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    count_notice(section="films", kind=SOURCE, step=Step.SHOWN)
    count_notice(section="shows", kind=SOURCE, step=Step.SHOWN)
    count_notice(section="films", kind=QUESTION, step=Step.SHOWN)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat("2030-01-02T00:30:00+00:00"))
    count_notice(section="films", kind=SOURCE, step=Step.CHANGED)
    assert sorted(PasteNoticeDay.objects.values_list("section", "kind", "shown", "changed")) == [
        ("films", "question", 1, 0),
        ("films", "source", 0, 1),
        ("films", "source", 1, 0),
        ("shows", "source", 1, 0),
    ]
