"""What engines did, counted by day: for the page of the staff, and for budgets."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from reviews.models import EngineDay
from reviews.translation.pipeline import TranslationOutcome
from reviews.translation.router import Route

# Two workers that count at once add up: the row is held for the length of the statement.
_ADD = """
    INSERT INTO reviews_engineday AS today
        (day, engine, source, target, calls, sentences, remembered, words, characters, milliseconds, failures)
    VALUES (%(day)s, %(engine)s, %(source)s, %(target)s, %(calls)s, %(sentences)s, %(remembered)s, %(words)s,
        %(characters)s, %(milliseconds)s, %(failures)s)
    ON CONFLICT (day, engine, source, target) DO UPDATE SET
        calls = today.calls + excluded.calls,
        sentences = today.sentences + excluded.sentences,
        remembered = today.remembered + excluded.remembered,
        words = today.words + excluded.words,
        characters = today.characters + excluded.characters,
        milliseconds = today.milliseconds + excluded.milliseconds,
        failures = COALESCE((
            SELECT jsonb_object_agg(kind, total) FROM (
                SELECT kind, sum(number::int) AS total
                FROM (SELECT * FROM jsonb_each_text(today.failures)
                    UNION ALL SELECT * FROM jsonb_each_text(excluded.failures)) AS both_of(kind, number)
                GROUP BY kind
            ) AS totals
        ), '{}')
"""


@dataclass(slots=True)
class Work:
    """What a batch asked of an engine."""

    calls: int = 0
    sentences: int = 0
    remembered: int = 0
    words: int = 0
    characters: int = 0
    milliseconds: float = 0
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: TranslationOutcome) -> None:
        self.calls += outcome.calls
        self.sentences += outcome.sentences
        self.remembered += outcome.remembered
        self.words += outcome.engine_words
        self.characters += outcome.characters
        self.milliseconds += outcome.milliseconds
        self.failures.update(outcome.faults)


def count_work(route: Route, work: Work) -> None:
    """Add to the day (UTC) of each engine on the way; of a pivot both did all of it."""
    if not work.sentences and not work.calls:
        return
    with connection.cursor() as cursor:
        for engine, source, target in sorted(route.states):
            cursor.execute(
                _ADD,
                {
                    "day": timezone.now().date(),
                    "engine": engine,
                    "source": source,
                    "target": target,
                    "calls": work.calls,
                    "sentences": work.sentences,
                    "remembered": work.remembered,
                    "words": work.words,
                    "characters": work.characters,
                    "milliseconds": round(work.milliseconds),
                    "failures": json.dumps(work.failures),
                },
            )


def characters_left(engines: Collection[str]) -> Mapping[str, int]:
    """How many characters each of these engines may still be sent today, of those that have a budget. At most one query.

    Workers that ask at the same moment may together exceed it, by a batch each.
    """
    budgets = {
        engine: budget
        for engine, budget in settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY.items()
        if engine in engines
    }
    if not budgets:
        return {}
    days = EngineDay.objects.filter(engine__in=budgets, day=timezone.now().date())
    spent = dict(days.values("engine").annotate(total=Sum("characters")).values_list("engine", "total"))
    return {engine: max(budget - spent.get(engine, 0), 0) for engine, budget in budgets.items()}


def next_day() -> datetime:
    """When budgets begin anew: the next midnight, UTC."""
    tomorrow = timezone.now() + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
