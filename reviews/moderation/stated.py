"""What a member is told of a decision, in words: what it was about, what was done, what that means and what they can do now.

The page, the list and the mail say it alike. Pure words over rows fetched with `Statement.objects.for_page()`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import (
    Appeal,
    Case,
    CaseFlag,
    CaseState,
    Decision,
    FoundBy,
    Matter,
    Measure,
    MeasureKind,
    NoticeItem,
    Statement,
    Verdict,
)
from reviews.moderation import rules
from reviews.moderation.naming import without_emails
from reviews.moderation.rules import Rule

# Of a work the first line is told, which mostly says what it is called.
_LONGEST_CLAIM: Final = 200


@dataclass(frozen=True, slots=True)
class Way:
    """Something that the member can do about it now."""

    words: str
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rights-holder says is theirs, as far as it is told to whom it was taken from: never a person's name or address."""

    work: str
    work_url: str
    holder: str


def headline_of(statement: Statement) -> str:
    """One line: what was decided about what."""
    decision, measure = statement.decision, statement.measure
    words = {"what": capfirst(what_of(decision.case)), "outcome": outcome_of(statement)}
    # Where the verdict is to keep it, the measure is the outcome.
    if measure and measure.kind == MeasureKind.SUSPENSION and decision.verdict != Verdict.KEEP:
        words["measure"] = measure_words(measure)
        return _("%(what)s: %(outcome)s; your account %(measure)s") % words
    return _("%(what)s: %(outcome)s") % words


def what_of(case: Case) -> str:
    """What a case is about, said to whose it is."""
    match Matter(case.matter):
        case Matter.REVIEW if case.review:
            return _("your message about %(about)s") % {"about": case.review.subject.display_name}
        case Matter.PLOT if case.title:
            return _("your plot of %(about)s") % {"about": case.title.display_name}
        case Matter.TRIVIA if case.trivia:
            return _("what you told about %(about)s") % {"about": case.trivia.title.display_name}
        case Matter.BIOGRAPHY if case.person:
            return _("your biography of %(about)s") % {"about": case.person.display_name}
        case Matter.LIST if case.list:
            return _("your list “%(name)s”") % {"name": case.list.display_name}
        case Matter.VOTES if case.title:
            return _("your vote on %(about)s") % {"about": case.title.display_name}
        case Matter.TRANSLATION:
            return _("your words in a translation")
        case Matter.ABOUT:
            return _("what you say about yourself")
        case Matter.PICTURE:
            return _("your picture")
        case Matter.NAME:
            return _("your name")
        case Matter.CONDUCT:
            return _("your account")
    return _("something of yours that is gone")


def outcome_of(statement: Statement) -> str:
    """What was done, in a few words."""
    decision, measure = statement.decision, statement.measure
    match Verdict(decision.verdict):
        case Verdict.KEEP if measure:
            return measure_words(measure)
        case Verdict.KEEP:
            return _("fine as it is, and shown")
        case Verdict.RESTORE if decision.case.matter == Matter.VOTES:
            return _("counts again")
        case Verdict.RESTORE:
            return _("back as it was")
        case Verdict.UPHOLD:
            return _("the first decision stands")
        case Verdict.EXCLUDE:
            return _("does not count")
        case Verdict.HIDE:
            return _("hidden until you answer")
    return str(Verdict(decision.verdict).label)


def measure_words(measure: Measure) -> str:
    """A measure and until when, in a few words."""
    match MeasureKind(measure.kind), measure.ends_at:
        case MeasureKind.WARNING, _none:
            return _("a warning")
        case MeasureKind.SLOW, ends_at if ends_at:
            return _("slowed down until %(when)s") % {"when": _day(ends_at)}
        case MeasureKind.SUSPENSION, ends_at if ends_at:
            return _("suspended until %(when)s") % {"when": _day(ends_at)}
    return _("suspended until that is lifted")


def meaning_of(statement: Statement, *, holds: bool = True) -> list[str]:
    """What the decision changes for the member, a sentence each; where another one took its place (not `holds`), what the
    measure that came with it does.
    """
    said = [_meaning_of_verdict(statement) if holds else ""]
    if statement.measure is not None:
        said.append(_meaning_of_measure(statement.measure))
    return [sentence for sentence in said if sentence]


def found_words(statement: Statement) -> str:
    """How it came to a moderator, and that a person decided. Who reported it is never said."""
    match FoundBy(statement.found_by):
        case FoundBy.MACHINE:
            return _("The site noticed it by itself. It decides nothing: a person looked at it and did.")
        case FoundBy.RULE:
            return _(
                "An automatic rule of the site, written by its staff, found it by its words. It decides nothing: a person "
                "looked at it and did."
            )
        case FoundBy.REPORT:
            return _("Somebody reported it. A person looked at it and decided.")
        case FoundBy.NOTICE:
            return _("A rights-holder says that it is theirs. A person looked at it and decided.")
        case FoundBy.MODERATOR:
            return _("A moderator came across it and decided.")


def decided_by(decision: Decision) -> str:
    """In which role somebody decided; their name stays out."""
    section = decision.get_section_display() if decision.section else decision.case.get_section_display()
    return _("a moderator of %(section)s") % {"section": section}


def ways_out(statement: Statement) -> list[Way]:
    """What the member can do at once, without asking anybody."""
    decision, case = statement.decision, statement.decision.case
    if decision.verdict in (Verdict.TRIM, Verdict.QUOTE) and case.review:
        edit = reverse("reviews:review-edit", args=[case.review.pk])
        return [Way(_("What stands now is yours to change, in your own words."), edit, _("Change the text"))]
    if decision.verdict != Verdict.REMOVE:
        return []
    match Matter(case.matter):
        case Matter.REVIEW if case.review:
            about = case.review.subject
            where = "review-write" if case.review.title_id else "person-write"
            return [
                Way(
                    _("You are welcome to say it anew: without what was in the way it can stay."),
                    reverse(f"reviews:{where}", args=[about.pk]),
                    _("Write a new message"),
                )
            ]
        case Matter.PICTURE:
            return [
                Way(
                    _("Another picture is welcome."),
                    reverse("accounts:settings-picture"),
                    _("Choose a picture"),
                )
            ]
        case Matter.ABOUT:
            return [
                Way(_("Other words are welcome."), reverse("accounts:settings"), _("Write something else"))
            ]
    return []


def claims_in(items: Iterable[NoticeItem]) -> list[Claim]:
    """What the notices behind these addresses claim, each once; nothing of one whose words were erased."""
    notices = {item.notice_id: item.notice for item in items}
    return [
        Claim(
            work=without_emails(Truncator(notice.work.strip().partition("\n")[0]).chars(_LONGEST_CLAIM)),
            work_url=notice.work_url,
            holder=without_emails(notice.on_behalf_of),
        )
        for notice in notices.values()
        if notice.erased_at is None
    ]


def rule_of(decision: Decision) -> Rule | None:
    return rules.BY_SLUG.get(decision.rule)


def is_late(appeal: Appeal) -> bool:
    """Whether nobody has answered the appeal within the time that the rules promise."""
    if appeal.case.state != CaseState.OPEN:
        return False
    days = settings.FILMSITE_APPEAL_LATE_DAYS
    is_over = days > 0 and appeal.filed_at < timezone.now() - timedelta(days=days)
    return is_over or CaseFlag.LATE in appeal.case.flags


def is_shown_meanwhile(appeal: Appeal) -> bool:
    """Whether what was taken is shown again for as long as nobody answers the appeal."""
    return appeal.case.state == CaseState.OPEN and CaseFlag.SHOWN in appeal.case.flags


def _meaning_of_verdict(statement: Statement) -> str:
    decision = statement.decision
    is_message = decision.case.matter == Matter.REVIEW
    match Verdict(decision.verdict):
        case Verdict.REMOVE if is_message:
            return _(
                "Nobody but you and the moderators can read the message. Replies to it stay, your vote counts as before."
            )
        case Verdict.REMOVE if statement.measure:
            return _("Nobody but you and the moderators can see it.")
        case Verdict.REMOVE:
            return _("Nobody but you and the moderators can see it. Nothing else of yours was touched.")
        case Verdict.HIDE:
            return _(
                "Nobody but you and the moderators can see it until a moderator has read your answer. If none comes in "
                "time, a moderator decides without it."
            )
        case Verdict.TRIM | Verdict.QUOTE:
            return _(
                "Your own words stand as they were. The whole text as you wrote it is below, for you to keep."
            )
        case Verdict.EXCLUDE:
            return _(
                "The vote stays yours and stands where it stood; it counts in no number. Other votes do."
            )
        case Verdict.RESTORE:
            return _(
                "Everything is where it was, with its date. Whatever came with the first decision is lifted."
            )
        case Verdict.UPHOLD if CaseFlag.SHOWN in decision.case.flags:
            return _(
                "Somebody else has looked at it and agrees. What was shown while nobody answered is taken away again; on "
                "this site that is the last word."
            )
        case Verdict.UPHOLD:
            return _("Somebody else has looked at it and agrees. On this site that is the last word.")
    return ""


def _meaning_of_measure(measure: Measure) -> str:
    if measure.lifted_at is not None:
        when = {"when": _day(measure.lifted_at)}
        if measure.kind == MeasureKind.WARNING:
            return _("The warning was taken back on %(when)s.") % when
        return _("What limited your account was lifted on %(when)s.") % when
    match MeasureKind(measure.kind):
        case MeasureKind.WARNING:
            return _(
                "A warning takes nothing from you. For two years it counts: what follows next stands in the rules."
            )
        case MeasureKind.SLOW:
            number = settings.FILMSITE_SLOW_MESSAGES_A_DAY
            return ngettext(
                "Until then you can write %(number)d message a day. Everything else you can do as before.",
                "Until then you can write %(number)d messages a day. Everything else you can do as before.",
                number,
            ) % {"number": number}
        case MeasureKind.SUSPENSION:
            return _(
                "While it lasts you cannot vote, write or report, and your votes do not count. You can sign in, read, "
                "answer, appeal, take back your own words, take your data with you and close your account."
            )


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")
