from accounts.models.barring import BarKind, SignUpBar
from accounts.models.job import Job, JobState
from accounts.models.mail import DemoMail
from accounts.models.member import (
    FormerName,
    MailRhythm,
    Member,
    MemberTotals,
    Section,
    TranslationConsent,
)
from accounts.models.social import Block, Follow, Mute
from accounts.privacy import Audience, Part

__all__ = [
    "Audience",
    "BarKind",
    "Block",
    "DemoMail",
    "Follow",
    "FormerName",
    "Job",
    "JobState",
    "MailRhythm",
    "Member",
    "MemberTotals",
    "Mute",
    "Part",
    "Section",
    "SignUpBar",
    "TranslationConsent",
]
