from reviews.models.lists import WatchlistEntry
from reviews.models.mention import Mention
from reviews.models.merging import MovedReview, MovedVote
from reviews.models.moderation import (
    Appeal,
    Case,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    LogEntry,
    Statement,
    Verdict,
)
from reviews.models.review import Draft, Review, ReviewState, Revision
from reviews.models.translation import EngineState, Segment, Translation, TranslationStatus
from reviews.models.vote import Vote

__all__ = [
    "Appeal",
    "Case",
    "CaseKind",
    "CaseState",
    "Decision",
    "Draft",
    "EngineState",
    "Evidence",
    "LogEntry",
    "Mention",
    "MovedReview",
    "MovedVote",
    "Review",
    "ReviewState",
    "Revision",
    "Segment",
    "Statement",
    "Translation",
    "TranslationStatus",
    "Verdict",
    "Vote",
    "WatchlistEntry",
]
