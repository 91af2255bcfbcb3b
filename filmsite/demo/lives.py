"""What the demo's members do besides voting and writing: whom they follow, what they saw when, lists, the watchlist."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F

from accounts.models import Member
from accounts.services.relating import accept, follow
from films.models import Title
from filmsite.demo.clock import clock_at
from filmsite.demo.community import Persona
from reviews.models import ListEntry, Notification, PastVote, TitleList, Viewing, Vote, WatchlistEntry
from reviews.services.following import follow_subject
from reviews.services.making_lists import begin_top_ten, make_list

SEED: Final = "the lives of the demo"
# Of every so many members one does the thing; what was noted of the votes of somebody who keeps a diary.
DIARISTS, WATCHERS, TOPS, CHANGED, NOTED = 3, 2, 3, 25, 0.7
# Somebody who saw a title again did so within this time; a diary reaches back this far.
DIARY_REACHES_BACK: Final = timedelta(days=400)
# What happened longer ago than this has been read by now.
UNREAD_FOR: Final = timedelta(days=6)


class Lives:
    """The acts of the file, and believable others for those whom it says nothing about; the same every time."""

    def __init__(self, *, personas: dict[str, Persona], titles: dict[str, Title], now: datetime) -> None:
        self.members = {name: persona.member for name, persona in personas.items()}
        self.titles = titles
        self.now = now
        self.chance = random.Random(SEED)  # noqa: S311  (it has to be believable, not unpredictable)

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def choose_privacy(self, choices: dict[str, dict[str, Any]]) -> None:
        for name, chosen in choices.items():
            member = self.members[name]
            for column, value in chosen.items():
                setattr(member, column, value)
            member.save(update_fields=list(chosen))

    def follow(self, follows: dict[str, list[str]], asks: dict[str, list[str]]) -> int:
        """Members follow others, each since some day on which both were here; give how many do.

        Where somebody wants to be asked, they agreed, but for those who only ask.
        """
        pairs = [(one, other, True) for one, others in follows.items() for other in others]
        pairs += [(one, other, False) for one, others in asks.items() for other in others]
        for one, other, agreed in pairs:
            follower, followed = self.members[one], self.members[other]
            since = max(follower.date_joined, followed.date_joined)
            moment = since + (self.now - since) * self.chance.uniform(0.1, 0.7) if agreed else self.ago(2)
            with clock_at(moment):
                made = follow(follower=follower, followed=followed)
                if agreed and made.accepted_at is None:
                    accept(member=followed, follower=follower)
        return len(pairs)

    def follow_threads(self, threads: dict[str, list[str]]) -> None:
        for name, keys in threads.items():
            for key in keys:
                with clock_at(self.ago(300)):
                    follow_subject(member=self.members[name], subject=self.titles[key])

    def change_votes(self) -> int:
        """Let some votes be the second that their members gave; give how many."""
        second, first = [], []
        for vote in Vote.objects.filter(cast_at__lt=self.ago(60)).order_by("member__username", "title_id"):
            if self.chance.randrange(CHANGED):
                continue
            before = vote.value + (
                self.chance.choice((1, 2)) if vote.value < 6 else -self.chance.choice((1, 2))
            )
            vote.changed_at = vote.cast_at + (self.now - vote.cast_at) * self.chance.uniform(0.2, 0.9)
            second.append(vote)
            # As the trigger keeps it, had they been cast one after the other.
            first.append(
                PastVote(
                    member_id=vote.member_id,
                    title_id=vote.title_id,
                    value=before,
                    given_at=vote.cast_at,
                    ended_at=vote.changed_at,
                )
            )
        Vote.objects.bulk_update(second, ["changed_at"])
        PastVote.objects.bulk_create(first)
        return len(second)

    def keep_diaries(self, noted: dict[str, list[dict[str, Any]]]) -> int:
        """Give the diarists of the file their lines, and every third member what they voted on; give how many lines."""
        lines = [
            Viewing(
                member=self.members[name],
                title=self.titles[line["title"]],
                seen_on=self.ago(line["days_ago"]).date(),
                is_rewatch=line["again"],
                value=line["value"],
                place=line["place"],
                tags=line["tags"],
                note=line["note"],
                logged_at=self.ago(line["days_ago"] - 0.1),
            )
            for name, written in noted.items()
            for line in written
        ]
        known = {(line.member_id, line.title_id) for line in lines}
        diarists = {member.pk for member in self._every(DIARISTS)} | {self.members[name].pk for name in noted}
        votes = Vote.objects.filter(member__in=diarists, cast_at__gte=self.now - DIARY_REACHES_BACK)
        for vote in votes.order_by("member__username", "cast_at", "title_id"):
            if (vote.member_id, vote.title_id) in known or self.chance.random() > NOTED:
                continue
            # Mostly seen on the evening before they voted.
            seen_at = vote.cast_at - timedelta(days=self.chance.choice((0, 0, 1, 1, 2)))
            lines.append(
                Viewing(
                    member_id=vote.member_id,
                    title_id=vote.title_id,
                    seen_on=seen_at.date(),
                    is_rewatch=self.chance.random() < 0.15,
                    value=vote.value,
                    logged_at=vote.cast_at,
                )
            )
        Viewing.objects.bulk_create(lines)
        return len(lines)

    def make_lists(self, lists: list[dict[str, Any]]) -> int:
        """Make the lists of the file, each over the two weeks that its owner worked at it; give how many."""
        entries = []
        for fact in lists:
            with clock_at(self.ago(fact["days_ago"])):
                new = make_list(
                    owner=self.members[fact["owner"]],
                    name=fact["name"],
                    description=fact["description"],
                    tags=fact["tags"],
                    is_ranked=fact["is_ranked"],
                    audience=fact["audience"],
                )
            keys = [(self.titles[key], note) for key, note in fact["titles"]]
            entries += self._entries(new, keys, since=fact["days_ago"])
        ListEntry.objects.bulk_create(entries)
        return len(lists)

    def make_top_tens(self) -> int:
        """Let the writers of the file and every third member have a top ten of what they voted highest; give how many."""
        favourites: dict[int, list[Title]] = defaultdict(list)
        owners = {member.pk: member for member in self._every(TOPS)}
        owners |= {self.members[name].pk: self.members[name] for name in ("alice", "mona", "sofie")}
        votes = Vote.objects.filter(member__in=owners, value__gte=8).select_related("title")
        for vote in votes.order_by("member__username", "-value", "cast_at"):
            favourites[vote.member_id].append(vote.title)
        entries = []
        for pk, chosen in favourites.items():
            days_ago = self.chance.uniform(20, 200)
            with clock_at(self.ago(days_ago)):
                top = begin_top_ten(owner=owners[pk])
            entries += self._entries(
                top, [(title, "") for title in chosen[: top.most_titles]], since=days_ago
            )
        ListEntry.objects.bulk_create(entries)
        return len(favourites)

    def keep_watchlists(self) -> int:
        """Let every other member keep some titles for later that they have not voted on; give how many entries."""
        voted = set(Vote.objects.values_list("member_id", "title_id"))
        films = [title for title in self.titles.values() if title.takes_votes]
        entries = []
        for member in {*self._every(WATCHERS), self.members["alice"], self.members["mona"]}:
            for title in self.chance.sample(films, self.chance.randint(6, 18)):
                if (member.pk, title.pk) in voted:
                    continue
                since = max(member.date_joined, self.ago(300))
                added = since + (self.now - since) * self.chance.random()
                entries.append(WatchlistEntry(member=member, title=title, added_at=added))
        WatchlistEntry.objects.bulk_create(entries)
        return len(entries)

    def _every(self, number: int) -> list[Member]:
        return [self.members[name] for name in sorted(self.members)[::number]]

    def _entries(self, of: TitleList, titles: list[tuple[Title, str]], *, since: float) -> list[ListEntry]:
        step = min(since, 14) / max(len(titles), 1)
        return [
            ListEntry(
                list=of, title=title, note=note, position=place, added_at=self.ago(since - step * place)
            )
            for place, (title, note) in enumerate(titles, 1)
        ]


def order_news() -> None:
    """Number the news anew by time, which is how the site reads them: acts of a kind are played one after the other."""
    news = list(Notification.objects.order_by("made_at", "pk"))
    Notification.objects.all().delete()
    for row in news:
        row.pk = None
    Notification.objects.bulk_create(news)


def read_old_news(*, now: datetime) -> None:
    """Members have read what they were told long ago, and got the mails about it."""
    old = Notification.objects.filter(made_at__lt=now - UNREAD_FOR)
    old.update(read_at=F("made_at") + timedelta(hours=9), mailed_at=F("made_at") + timedelta(hours=1))
