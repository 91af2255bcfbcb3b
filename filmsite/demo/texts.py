"""What the demo's members wrote, and what was done about some of it: every step through the site's own services."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.utils import timezone

from accounts.models import Member
from films.models import Title
from filmsite.demo.clock import clock_at
from reviews.backlog import public_texts
from reviews.copydetect.paste_signal import signal_from
from reviews.models import (
    TEXT_KINDS,
    Case,
    CaseKind,
    CaseState,
    Correction,
    Matter,
    Priority,
    Review,
    Statement,
    Verdict,
)
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case
from reviews.services.indexing import index_portion
from reviews.services.publishing import publish_review, withdraw_review
from reviews.services.reporting import report as send_report
from reviews.services.steps import answer_case
from reviews.services.translating import store_orders, targets_of
from reviews.services.voting import cast_vote
from reviews.sources import source_of

Text = dict[str, Any]
Act = Callable[[], object]

# "{plot:The Matrix (1999)}" is a title's plot, "{words:r080:10:42}" these words of a text; of a plot too with numbers.
_BORROWED: Final = re.compile(r"\{(plot|words):([^{}]+?)(?::(\d+):(\d+))?\}")


class Writing:
    """The texts of the file and the acts that follow from them, played in the order in which they happened."""

    def __init__(self, *, members: dict[str, Member], titles: dict[str, Title], now: datetime) -> None:
        self.members = members
        # Nobody signs in to play a demo: its moderators act as those who have proved who they are.
        for member in members.values():
            member.has_second_factor = True
        self.titles = titles
        self.now = now
        self.reviews: dict[str, Review] = {}

    def play(self, texts: Iterable[Text]) -> Iterator[Review | None]:
        """Let everything happen, oldest first; after each act give the text that was published, if it was that."""
        acts: list[tuple[float, int, Act]] = []
        for text in texts:
            for days_ago, act in self._acts_of(text):
                acts.append((days_ago, len(acts), act))
        for days_ago, _, act in sorted(acts, key=lambda one: (-one[0], one[1])):
            with clock_at(self.now - timedelta(days=days_ago)):
                result = act()
            yield result if isinstance(result, Review) else None

    def _acts_of(self, text: Text) -> Iterator[tuple[float, Act]]:
        """What happens because of one text, each with the days since then."""
        yield text["days_ago"], partial(self.publish, text)
        for correction in text.get("corrections", []):
            yield correction["days_ago"], partial(self.correct, text, correction)
        if text["removed_by_author"]:
            yield text["removed_by_author"]["days_ago"], partial(self.withdraw, text)
        if case := text["moderation"]:
            if case["report"]:
                # Reported halfway between being written and being removed.
                yield (
                    (text["days_ago"] + case["days_ago"]) / 2,
                    partial(self.report, text, {"kind": case["opened_because"], **case["report"]}),
                )
            yield case["days_ago"], partial(self.remove, text)
            if case["appeal"]:
                yield case["appeal"]["days_ago"], partial(self.appeal, text)
            if case["outcome"]:
                yield case["outcome"]["days_ago"], partial(self.answer_appeal, text)
        for said in text.get("reports", []):
            yield _days_after(text, said), partial(self.report, text, said)
        if decision := text.get("decision"):
            yield _days_after(text, decision), partial(self.decide, text, decision)
        if answer := text.get("answer"):
            yield _days_after(text, answer), partial(self.answer, text, answer)

    def publish(self, text: Text) -> Review:
        author, title = self.members[text["author"]], self.titles[text["title"]]
        if text["vote"] is not None:
            cast_vote(member=author, title=title, value=text["vote"])
        headline, body = split_headline(text["body"]) if text["opinion"] else ("", text["body"])
        self.reviews[text["id"]] = publish_review(
            author=author,
            subject=title,
            body=self._with_borrowed_words(body),
            headline=headline,
            language=text["language"],
            is_opinion=text["opinion"],
            verdict=text["verdict"],
            is_spoiler=text["spoiler"],
            parent=self.reviews[text["reply_to"]] if text["reply_to"] else None,
            paste=signal_from(text["paste_signal"]),
        )
        return self.reviews[text["id"]]

    def correct(self, text: Text, correction: dict[str, Any]) -> None:
        """Better words for a sentence, accepted before a worker has made the translation in which they will stand."""
        now = timezone.now()
        Correction.objects.create(
            review=self.reviews[text["id"]],
            source_language=text["language"],
            target=correction["target"],
            sentence=correction["sentence"],
            text=correction["text"],
            by=self.members[correction["by"]],
            state=Correction.State.ACCEPTED,
            decided_by=self.members[correction["decided_by"]],
            made_at=now,
            decided_at=now,
        )

    def withdraw(self, text: Text) -> None:
        withdraw_review(review=self.reviews[text["id"]], author=self.members[text["author"]])

    def report(self, text: Text, said: dict[str, Any]) -> None:
        send_report(
            target=target_of(Matter.REVIEW, self.reviews[text["id"]]),
            reporter=self.members[said["by"]],
            kind=said["kind"],
            text=said["text"],
        )

    def decide(self, text: Text, decision: dict[str, Any]) -> None:
        decide_case(
            case=Case.objects.get(review=self.reviews[text["id"]], state=CaseState.OPEN),
            moderator=self.members[decision["by"]],
            verdict=decision["verdict"],
            rule=decision.get("rule", ""),
            reason=decision["reason"],
            measure=decision.get("measure", ""),
        )

    def answer(self, text: Text, said: dict[str, Any]) -> None:
        review = self.reviews[text["id"]]
        case = Case.objects.get(review=review, state=CaseState.WAITING)
        answer_case(case=case, author=review.author, text=said["text"])

    def remove(self, text: Text) -> None:
        decision = text["moderation"]
        decide_case(
            case=self._open_case(text, CaseKind(decision["opened_because"])),
            moderator=self.members[decision["decided_by"]],
            verdict=Verdict.REMOVE,
            rule=decision["rule"],
            reason=decision["reason"],
        )

    def appeal(self, text: Text) -> None:
        statement = Statement.objects.get(decision__case__review=self.reviews[text["id"]])
        file_appeal(statement=statement, text=text["moderation"]["appeal"]["text"])

    def answer_appeal(self, text: Text) -> None:
        outcome = text["moderation"]["outcome"]
        decide_case(
            case=self._open_case(text, CaseKind.APPEAL),
            moderator=self.members[outcome["decided_by"]],
            verdict=Verdict.RESTORE if outcome["restored"] else Verdict.UPHOLD,
            reason=outcome["reason"],
        )

    def _with_borrowed_words(self, body: str) -> str:
        """The text with what it takes from elsewhere, which the index then has to know."""
        if not _BORROWED.search(body):
            return body
        while index_portion():
            pass
        return _BORROWED.sub(self._borrowed, body)

    def _borrowed(self, found: "re.Match[str]") -> str:
        kind, name, first, last = found.groups()
        text = self.titles[name].plot if kind == "plot" else self.reviews[name].body
        return " ".join(text.split()[int(first) : int(last)]) if first else text

    def _open_case(self, text: Text, kind: CaseKind) -> Case:
        return Case.objects.get(review=self.reviews[text["id"]], kind=kind, state=CaseState.OPEN)


def order_other_texts() -> int:
    """Order translations of plots, facts, lives, lists and all else that is no message, behind the messages; give how many.

    On another site the first member who meets such a text orders it: visitors of a demo would wait for one.
    """
    texts = [text for kind in TEXT_KINDS if kind != "review" for text in public_texts(kind)]
    sources = [source for source in map(source_of, texts) if source]
    return store_orders([(source, targets_of(source)) for source in sources], priority=Priority.BACKFILL)


def _days_after(text: Text, fact: dict[str, Any]) -> float:
    """How many days ago something happened that the file dates in hours since the text."""
    return float(text["days_ago"] - fact["after_hours"] / 24)


def split_headline(body: str) -> tuple[str, str]:
    """An opinion's first heading is its headline; the rest is the text. Without one the headline is empty."""
    first, _, rest = body.partition("\n")
    return (first.removeprefix("## "), rest.strip()) if first.startswith("## ") else ("", body)
