"""How many of everything a made-up site has."""

from dataclasses import asdict, dataclass
from typing import Final, Self

# Beyond this the keys of `community.draw_votes` would not fit in 64 bits.
LARGEST_SCALE: Final = 4.0


@dataclass(frozen=True)
class Sizes:
    """The defaults are the full size: twenty years of a national film community."""

    films: int = 163_727
    shows: int = 10_475
    seasons: int = 30_463
    people: int = 618_882
    companies: int = 12_000
    members: int = 190_000
    votes: int = 9_041_560
    reviews: int = 2_000_000
    watchlist: int = 600_000
    cases: int = 400
    log_lines: int = 20_000

    @classmethod
    def scaled(cls, scale: float) -> Self:
        """Every number multiplied; at least one of each."""
        return cls(**{name: max(1, round(number * scale)) for name, number in asdict(cls()).items()})

    @property
    def titles(self) -> int:
        return self.films + self.shows + self.seasons
