"""What notifications say and where they lead, on the site and in mails alike."""

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from filmsite.lib.languages import language_name
from reviews.models import Channel, Notification, NotificationKind, Verdict
from reviews.subjects import Subject

_BY_MAIL: Final = {
    NotificationKind.REPLY,
    NotificationKind.MENTION,
    NotificationKind.TRANSFER,
    NotificationKind.ACCOUNT,
}

# The member waits for these, or must know: they go out as they come whatever the rhythm of the others.
AT_ONCE_KINDS: Final = {NotificationKind.TRANSFER, NotificationKind.ACCOUNT}
# What a suspended member hears still: questions of the moderators, what became of their reports, their own data.
KINDS_WHILE_SUSPENDED: Final = AT_ONCE_KINDS | {NotificationKind.REPORT}


def default_channel(kind: NotificationKind) -> Channel:
    """Where a member is told who said nothing about this kind."""
    return Channel.MAIL if kind in _BY_MAIL else Channel.SITE


def subject_of(notification: Notification) -> Subject | None:
    """The title or person that it, or the message it is about, is about, if it is about one."""
    named = notification.title or notification.person
    return notification.review.subject if named is None and notification.review else named


def is_gone(notification: Notification) -> bool:
    """Whether it is about a text that nobody may read any more."""
    return notification.review is not None and not notification.review.is_published


def is_moot(notification: Notification) -> bool:
    """Whether it is no news any more. What a moderator asked or decided is, though nobody may read the text now."""
    return is_gone(notification) and notification.kind not in (
        NotificationKind.ACCOUNT,
        NotificationKind.REPORT,
    )


def words_of(notification: Notification) -> str:
    """The news in one sentence without marks. Needs actor, title and person loaded."""
    subject = subject_of(notification)
    said = {
        "name": notification.actor.shown_name if notification.actor else "",
        "about": subject.display_name if subject else "",
        "language": language_name(str(notification.detail.get("language", ""))),
        "given": str(notification.detail.get("name", "")),
    }
    match NotificationKind(notification.kind):
        case NotificationKind.REPLY:
            return _("%(name)s answered you about %(about)s") % said
        case NotificationKind.MENTION:
            return _("%(name)s named you in a message about %(about)s") % said
        case NotificationKind.FOLLOW:
            asks = notification.detail.get("asks")
            return (_("%(name)s asks to follow you") if asks else _("%(name)s follows you")) % said
        case NotificationKind.ACCEPTED:
            return _("%(name)s lets you follow them") % said
        case NotificationKind.THREAD:
            return _("New messages about %(about)s") % said
        case NotificationKind.OPINION:
            return _("%(name)s wrote an opinion about %(about)s") % said
        case NotificationKind.TRANSFER:
            return _words_of_transfer(notification)
        case NotificationKind.ACCOUNT:
            return _words_of_account(notification) % said
        case NotificationKind.WORDING:
            return _words_of_wording(notification) % said
        case NotificationKind.REPORT:
            return _words_of_report(notification) % said


def _words_of_transfer(notification: Notification) -> str:
    match notification.detail:
        case {"export": int()}:
            return _("Your data is ready for you to take along")
        case {"import": int(), "state": "preview"}:
            return _("Your import was read: look at it before anything is written")
        case {"import": int(), "state": "failed"}:
            return _("Your import could not be finished")
        case _:
            return _("Your import is done")


def _words_of_account(notification: Notification) -> str:
    is_about = subject_of(notification) is not None
    match notification.detail.get("news"):
        case "votes_set_aside":
            return _("A moderator decided that your vote on %(about)s does not count")
        case "votes_restored":
            return _("Your vote on %(about)s counts again")
        case "suspended":
            return _("Your account is suspended: you cannot vote or write, and your votes do not count")
        case "picture_removed":
            return _("A moderator removed your picture")
        case "name_taken":
            return _("A moderator took your name away: you sign in as %(given)s from now on")
        case "name_given_back":
            return _("Your name is %(given)s again: sign in by it from now on")
        case "suspension_lifted":
            return _(
                "Your account is no longer suspended: you can vote and write, and your votes count again"
            )
        case "warning_withdrawn":
            return _("A warning was taken back: it counts no more")
        case "pace_freed":
            return _("You are no longer slowed down: you can write as much as before")
        case "case_message" if is_about:
            return _("A moderator asks you something about what you wrote about %(about)s")
        case "case_message":
            return _("A moderator asks you something about what you made")
        case "decided" if notification.detail.get("verdict") == Verdict.UPHOLD:
            return _("Your appeal was answered: the first decision stands")
        case "decided" if notification.review and (verdict := _words_of_verdict(notification)):
            return verdict
        case "decided" if is_about:
            return _("A moderator decided something that concerns you about %(about)s")
        case "decided":
            return _("A moderator decided something that concerns you")
        case "shown_meanwhile" if is_about:
            return _(
                "Nobody has answered your appeal in time, and that is our fault: what you wrote about %(about)s is shown "
                "again until somebody does"
            )
        case "shown_meanwhile":
            return _(
                "Nobody has answered your appeal in time, and that is our fault: your list is shown again until somebody does"
            )
        case "answer_undone" if is_about and notification.detail.get("is_taken"):
            return _(
                "The answer to your appeal was taken back: it waits for another one, and until then nobody else can read what "
                "you wrote about %(about)s"
            )
        case "answer_undone":
            return _("The answer to your appeal was taken back: it waits for another one")
        case "decision_undone" if is_about:
            return _("A decision about what you wrote about %(about)s was taken back: it does not hold")
        case "decision_undone":
            return _("A decision about what you made was taken back: it does not hold")
        case _:
            return _("Something about your account changed")


def _words_of_verdict(notification: Notification) -> str:
    """What became of a message of the reader's; nothing of what needs more words than one sentence."""
    match notification.detail.get("verdict"):
        case Verdict.REMOVE:
            return _("A moderator removed what you wrote about %(about)s")
        case Verdict.HIDE:
            return _("A moderator hid what you wrote about %(about)s until you have answered")
        case Verdict.TRIM | Verdict.QUOTE:
            return _("A moderator shortened what you wrote about %(about)s")
        case Verdict.RESTORE:
            return _("What you wrote about %(about)s is back")
    return ""


def _words_of_wording(notification: Notification) -> str:
    match notification.detail:
        case {"news": "language_corrected", "language": "und"}:
            return _("A moderator corrected the language of your text about %(about)s")
        case {"news": "language_corrected"}:
            return _("A moderator noted that your text about %(about)s is in %(language)s")
    is_about = subject_of(notification) is not None
    match notification.detail.get("news"):
        case "proposed" if is_about:
            return _("Better words are suggested for a translation of what you wrote about %(about)s")
        case "proposed":
            return _("Better words are suggested for a translation of what you wrote")
        case "changed" if is_about:
            return _("%(name)s bettered a translation of what you wrote about %(about)s")
        case "changed":
            return _("%(name)s bettered a translation of what you wrote")
        case "accepted" if is_about:
            return _("Your words stand in the translation of a text about %(about)s")
        case "accepted":
            return _("Your words stand in a translation")
        case "declined" if is_about:
            return _("Your words for the translation of a text about %(about)s were not taken")
        case "declined":
            return _("Your words for a translation were not taken")
        case _:
            return _("Something about a translation changed")


def _words_of_report(notification: Notification) -> str:
    """What became of a report; who decided, and what exactly, is between the moderators and whose it is."""
    is_about = subject_of(notification) is not None
    match notification.detail.get("outcome"):
        case "right" if is_about:
            return _("Thank you: what you reported about %(about)s led to a decision")
        case "right":
            return _("Thank you: what you reported led to a decision")
        case "wrong" if is_about:
            return _("A moderator looked at what you reported about %(about)s and found nothing wrong")
        case "wrong":
            return _("A moderator looked at what you reported and found nothing wrong")
        case _ if is_about:
            return _("What you reported about %(about)s is settled: there is nothing left to decide")
        case _:
            return _("What you reported is settled: there is nothing left to decide")


def reason_of(notification: Notification) -> str:
    """What was written to the member about a decision, by a moderator or by who declined their words."""
    return str(notification.detail.get("reason", ""))


def target_of(notification: Notification) -> str:
    """The path of the page on which the news is to be seen. Needs actor, review, title and person loaded."""
    if notification.kind == NotificationKind.THREAD and (subject := subject_of(notification)):
        return f"{subject.get_absolute_url()}#reviews"
    match notification.detail:
        case {"correction": int() as pk}:
            return reverse("reviews:correction", args=[pk])
        case {"news": "proposed" | "changed"}:
            return reverse("reviews:my-corrections")
        case {"news": "case_message", "case": int() as pk}:
            return reverse("moderation:question", args=[pk])
        case {"news": "decided" | "shown_meanwhile", "statement": int() as pk}:
            return reverse("moderation:statement", args=[pk])
        case {"news": "warning_withdrawn" | "pace_freed" | "suspension_lifted"}:
            return reverse("moderation:mine") + "#measures"
        case {"news": "decided" | "report" | "decision_undone" | "answer_undone"}:
            return reverse("moderation:mine")
    if notification.review is not None:
        return notification.review.get_absolute_url()
    match notification.detail:
        case {"asks": True}:
            return reverse("accounts:member-follows", args=[notification.recipient.username]) + "#requests"
        case {"export": int()}:
            return reverse("reviews:exports")
        case {"import": int() as pk}:
            return reverse("reviews:import", args=[pk])
    page = subject_of(notification) or notification.actor
    return page.get_absolute_url() if page else reverse("accounts:settings")
