"""The members of the demo and what they vote."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress

from accounts.models import Member
from films.models import Title, TitleGenre
from filmsite.demo import DEMO_ACCOUNTS
from filmsite.demo.files import read
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST

# The same community every time; only the dates move with the day of loading.
SEED: Final = "the demo community"
FEWEST_VOTES, MOST_VOTES = 15, 90
VOTES_REACH_BACK: Final = timedelta(days=730)
# In half stars: what a title without any known opinion is worth, how much tastes differ, and what a favourite
# genre adds.
MIDDLING, SPREAD, LIKING = 7.2, 1.3, 0.7
# Nothing pleases everybody: no title is worth more than this by itself, and some dislike what others love.
BEST, DISSENTING, DISSENT = 8.8, 0.1, (1.5, 4)


@dataclass(frozen=True)
class Persona:
    """A member with what their votes are made from; `temperament` is in half stars."""

    member: Member
    temperament: float
    genres: frozenset[str]
    fixed: dict[str, int]


def load_members(*, now: datetime, passwords: bool) -> dict[str, Persona]:
    """Store the members, by username. With `passwords` the three of DEMO_ACCOUNTS get theirs; else nobody has one."""
    known = {username: password for _, username, password in DEMO_ACCOUNTS} if passwords else {}
    personas = {}
    for fact in read("members"):
        name = fact["username"]
        member = Member.objects.create_user(
            name,
            f"{name.lower()}@members.example",
            known.get(name),
            about=fact["about"],
            interface_language=fact["interface_language"],
            reads=fact["reads_languages"],
            sections=[fact["moderates"]] if fact["moderates"] else [],
            is_staff=fact["demo_role"] == "staff",
            is_superuser=fact["demo_role"] == "staff",
            date_joined=now - timedelta(days=fact["joined_days_ago"]),
        )
        personas[name] = Persona(
            member=member,
            temperament=fact["temperament"] * 2,
            genres=frozenset(genre.casefold() for genre in fact["genres"]),
            fixed={**fact["favourites"], **fact["dislikes"]},
        )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=persona.member, email=persona.member.email, verified=True, primary=True)
        for persona in personas.values()
    )
    return personas


def load_votes(
    *,
    personas: dict[str, Persona],
    titles: dict[str, Title],
    with_text: dict[str, dict[str, int]],
    now: datetime,
) -> int:
    """Give every member their fixed votes and believable others, in bulk; give the number stored.

    `with_text` has, by username, the votes that are cast together with a review: they shape a title's worth here but
    are left to that moment.
    """
    chance = random.Random(SEED)  # noqa: S311  (it has to be believable, not unpredictable)
    opinions: dict[str, list[int]] = {name: [] for name in titles}
    for username, persona in personas.items():
        for name, value in {**persona.fixed, **with_text.get(username, {})}.items():
            opinions[name].append(value)
    # A few known opinions move a title away from the middle, many decide it.
    worth = {
        name: min((sum(known) + 5 * (MIDDLING + chance.gauss(0, 0.8))) / (len(known) + 5), BEST)
        for name, known in opinions.items()
    }
    # Later seasons are seen by those who stay.
    fame = {
        name: 0.8 if (titles[name].season_number or 1) > 1 else 4 + 1.5 * len(known) + 5 * chance.random()
        for name, known in opinions.items()
    }
    genres = _genres_of(titles)
    votes = []
    for username, persona in personas.items():
        written = with_text.get(username, {})
        likes = {name: len(genres[name] & persona.genres) for name in titles}
        weights = {name: fame[name] * (1 + 0.6 * likes[name]) for name in titles}
        certain = {**persona.fixed, **written}
        wanted = FEWEST_VOTES + int((MOST_VOTES - FEWEST_VOTES) * chance.betavariate(1.4, 2.2))
        others = [name for name in _draw(weights, chance) if name not in certain]
        for name in [*certain, *others[: max(wanted - len(certain), 0)]]:
            if name in written:
                continue
            feeling = worth[name] + persona.temperament + chance.gauss(LIKING if likes[name] else 0, SPREAD)
            if chance.random() < DISSENTING:
                feeling -= chance.uniform(*DISSENT)
            value = persona.fixed.get(name) or min(max(round(feeling), LOWEST), HIGHEST)
            votes.append(_vote(persona.member, titles[name], value, chance, now))
    Vote.objects.bulk_create(votes)
    return len(votes)


def _draw(weights: dict[str, float], chance: random.Random) -> list[str]:
    """Every name once, in an order drawn without putting back: the heavier, the sooner."""
    return sorted(weights, key=lambda name: chance.expovariate(weights[name]))


def _vote(member: Member, title: Title, value: int, chance: random.Random, now: datetime) -> Vote:
    """A vote on some day since the member joined and the title was first shown."""
    first = max(member.date_joined, now - VOTES_REACH_BACK)
    if title.released_on is not None:
        first = max(first, now - timedelta(days=(now.date() - title.released_on).days))
    first = min(first, now)
    cast_at = first + (now - first) * chance.random()
    counted = title.released_on is None or title.released_on <= now.date()
    return Vote(member=member, title=title, value=value, counted=counted, cast_at=cast_at, changed_at=cast_at)


def _genres_of(titles: dict[str, Title]) -> dict[str, set[str]]:
    """The genres of each title by its name in the texts, without regard to case."""
    found: dict[int, set[str]] = {}
    rows: Iterable[tuple[int, str]] = TitleGenre.objects.values_list("title_id", "genre__name")
    for key, genre in rows:
        found.setdefault(key, set()).add(genre.casefold())
    return {name: found.get(title.pk, set()) for name, title in titles.items()}


def votes_with_text(texts: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """By username and title, the vote that its author casts when writing."""
    votes: dict[str, dict[str, int]] = {}
    for text in texts:
        if text["vote"] is not None:
            votes.setdefault(text["author"], {})[text["title"]] = text["vote"]
    return votes
