"""What a decision does to each kind of content; it lives with that kind, in a module of its own."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from reviews.models import Case, Matter
from reviews.services.matters.about import HeldAbout
from reviews.services.matters.base import HeldMatter
from reviews.services.matters.biography import HeldBiography
from reviews.services.matters.conduct import HeldConduct
from reviews.services.matters.list import HeldList
from reviews.services.matters.name import HeldName
from reviews.services.matters.picture import HeldPicture
from reviews.services.matters.plot import HeldPlot
from reviews.services.matters.review import HeldReview
from reviews.services.matters.translation import HeldTranslation
from reviews.services.matters.trivia import HeldTrivia
from reviews.services.matters.votes import HeldVotes

# Given the case and the members whose part in it is decided about (of votes).
_HELD: Final[Mapping[str, Callable[[Case, Collection[int]], HeldMatter]]] = {
    Matter.REVIEW: HeldReview,
    Matter.PLOT: HeldPlot,
    Matter.TRIVIA: HeldTrivia,
    Matter.BIOGRAPHY: HeldBiography,
    Matter.TRANSLATION: HeldTranslation,
    Matter.LIST: HeldList,
    Matter.ABOUT: HeldAbout,
    Matter.PICTURE: HeldPicture,
    Matter.NAME: HeldName,
    Matter.CONDUCT: HeldConduct,
    Matter.VOTES: HeldVotes,
}


def held(case: Case, members: Collection[int] = ()) -> HeldMatter:
    """What the case is about, locked until the transaction ends. Take it before the case itself.

    `members` says whose votes are decided about. Raises StaleCase("text") where nothing is left of it.
    """
    return _HELD[case.matter](case, members)
