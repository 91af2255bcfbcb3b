from reviews.models.lists import ListEntry, TitleList, Viewing, WatchlistEntry
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
from reviews.models.social import (
    Channel,
    MemberMention,
    Notification,
    NotificationKind,
    NotificationSetting,
    SubjectFollow,
)
from reviews.models.transfer import (
    ExportState,
    ImportFile,
    ImportRow,
    ImportSource,
    ImportState,
    MemberExport,
    MemberImport,
)
from reviews.models.translation import EngineState, Segment, Translation, TranslationStatus
from reviews.models.vote import PastVote, SetAsideVote, Vote

__all__ = [
    "Appeal",
    "Case",
    "CaseKind",
    "CaseState",
    "Channel",
    "Decision",
    "Draft",
    "EngineState",
    "Evidence",
    "ExportState",
    "ImportFile",
    "ImportRow",
    "ImportSource",
    "ImportState",
    "ListEntry",
    "LogEntry",
    "MemberExport",
    "MemberImport",
    "MemberMention",
    "Mention",
    "MovedReview",
    "MovedVote",
    "Notification",
    "NotificationKind",
    "NotificationSetting",
    "PastVote",
    "Review",
    "ReviewState",
    "Revision",
    "Segment",
    "SetAsideVote",
    "Statement",
    "SubjectFollow",
    "TitleList",
    "Translation",
    "TranslationStatus",
    "Verdict",
    "Viewing",
    "Vote",
    "WatchlistEntry",
]
