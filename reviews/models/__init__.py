from reviews.models.canary import CanaryAlarm, CanaryTrial
from reviews.models.case_kinds import MATTER_COLUMNS, CaseFlag, CaseKind, CaseState, Matter
from reviews.models.cases import Case, CaseEvent, Evidence, Snapshot
from reviews.models.correcting import BadTranslation, Correction
from reviews.models.decisions import (
    Appeal,
    Decision,
    FoundBy,
    LogEntry,
    Measure,
    MeasureKind,
    Statement,
    Verdict,
)
from reviews.models.delayed_screening import DelayedScreening
from reviews.models.engines import EVERY_PAIR, EngineAct, EngineDay, EngineOffer, EngineState, GlossaryTerm
from reviews.models.flags import FLAGGED_KINDS, DelayedFlagging, FlagRule
from reviews.models.known_texts import KnownKind, KnownText, Licence, OwnWords
from reviews.models.lists import ListEntry, TitleList, Viewing, WatchlistEntry
from reviews.models.memory import UsedSentences
from reviews.models.mention import Mention
from reviews.models.merging import MovedReview, MovedVote
from reviews.models.notices import Notice, NoticeItem
from reviews.models.pasting import PasteNoticeDay
from reviews.models.reports import Report
from reviews.models.review import Draft, Review, ReviewState, Revision
from reviews.models.social import (
    Announcement,
    Channel,
    MemberMention,
    Notification,
    NotificationKind,
    NotificationSetting,
    SubjectFollow,
)
from reviews.models.transfer import (
    Conflicts,
    ExportState,
    ImportFile,
    ImportRow,
    ImportSource,
    ImportState,
    MemberExport,
    MemberImport,
)
from reviews.models.translation import TEXT_KINDS, OfText, Priority, Segment, Translation, TranslationStatus
from reviews.models.vote import PastVote, SetAsideVote, Vote

__all__ = [
    "EVERY_PAIR",
    "FLAGGED_KINDS",
    "MATTER_COLUMNS",
    "TEXT_KINDS",
    "Announcement",
    "Appeal",
    "BadTranslation",
    "CanaryAlarm",
    "CanaryTrial",
    "Case",
    "CaseEvent",
    "CaseFlag",
    "CaseKind",
    "CaseState",
    "Channel",
    "Conflicts",
    "Correction",
    "Decision",
    "DelayedFlagging",
    "DelayedScreening",
    "Draft",
    "EngineAct",
    "EngineDay",
    "EngineOffer",
    "EngineState",
    "Evidence",
    "ExportState",
    "FlagRule",
    "FoundBy",
    "GlossaryTerm",
    "ImportFile",
    "ImportRow",
    "ImportSource",
    "ImportState",
    "KnownKind",
    "KnownText",
    "Licence",
    "ListEntry",
    "LogEntry",
    "Matter",
    "Measure",
    "MeasureKind",
    "MemberExport",
    "MemberImport",
    "MemberMention",
    "Mention",
    "MovedReview",
    "MovedVote",
    "Notice",
    "NoticeItem",
    "Notification",
    "NotificationKind",
    "NotificationSetting",
    "OfText",
    "OwnWords",
    "PastVote",
    "PasteNoticeDay",
    "Priority",
    "Report",
    "Review",
    "ReviewState",
    "Revision",
    "Segment",
    "SetAsideVote",
    "Snapshot",
    "Statement",
    "SubjectFollow",
    "TitleList",
    "Translation",
    "TranslationStatus",
    "UsedSentences",
    "Verdict",
    "Viewing",
    "Vote",
    "WatchlistEntry",
]
