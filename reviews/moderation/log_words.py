"""The stored names of acts in the public log, put into words, and gathered into the few kinds that readers ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Section

Words = str | Promise

# Every name that was ever written stays here: the log is never rewritten.
SAID: Final[Mapping[str, Words]] = {
    "reviews.case.kept": _("Looked at: it may stay"),
    "reviews.review.trimmed": _("A text was shortened to a first paragraph and a link"),
    "reviews.review.quoted": _("Copied words in a text were made a quotation"),
    "reviews.review.hidden": _("A text was hidden until its author answers"),
    "reviews.review.removed": _("A text was removed"),
    "reviews.review.restored": _("A text was put back"),
    "reviews.review.shown": _("A text is shown again: nobody answered its author's appeal in time"),
    "reviews.review.language_corrected": _("The language of a text was corrected"),
    "reviews.plot.hidden": _("A plot was hidden"),
    "reviews.plot.removed": _("A plot was removed"),
    "reviews.plot.restored": _("A plot was put back"),
    "reviews.plot.shown": _("A plot is shown again: nobody answered its author's appeal in time"),
    "reviews.trivia.hidden": _("A piece of trivia was hidden"),
    "reviews.trivia.removed": _("A piece of trivia was removed"),
    "reviews.trivia.restored": _("A piece of trivia was put back"),
    "reviews.trivia.shown": _(
        "A piece of trivia is shown again: nobody answered its author's appeal in time"
    ),
    "reviews.biography.hidden": _("A biography was hidden"),
    "reviews.biography.removed": _("A biography was removed"),
    "reviews.biography.restored": _("A biography was put back"),
    "reviews.biography.shown": _("A biography is shown again: nobody answered its author's appeal in time"),
    "reviews.translation.kept": _("A translation that readers doubted was looked at: it can stand"),
    "reviews.translation.hidden": _("Words for a translation were hidden"),
    "reviews.translation.removed": _("Words for a translation were removed"),
    "reviews.translation.restored": _("Words for a translation were put back"),
    "reviews.list.hidden": _("A list was hidden until its author answers"),
    "reviews.list.removed": _("A list was removed"),
    "reviews.list.restored": _("A list was put back"),
    "reviews.list.shown": _("A list is shown again: nobody answered its author's appeal in time"),
    "reviews.about.hidden": _("What a member says about themselves was hidden"),
    "reviews.about.removed": _("What a member says about themselves was removed"),
    "reviews.about.restored": _("What a member says about themselves was put back"),
    "reviews.picture.hidden": _("A member's picture was hidden"),
    "reviews.picture.removed": _("A member's picture was removed"),
    "reviews.picture.restored": _("A member's picture was put back"),
    "reviews.member.picture_removed": _("A member's picture was removed"),
    "reviews.name.hidden": _("A member's name was hidden"),
    "reviews.name.removed": _("A member's name was taken away"),
    "reviews.name.restored": _("A member got their name back"),
    "reviews.votes.set_aside": _("Votes were set aside"),
    "reviews.votes.restored": _("Votes that had been set aside count again"),
    "reviews.votes.kept": _("Unusual votes were looked at: they count"),
    "reviews.member.warned": _("A member was warned"),
    "reviews.member.slowed": _("A member was slowed down"),
    "reviews.member.suspended": _("A member was suspended"),
    "reviews.member.warning_withdrawn": _("A warning was taken back"),
    "reviews.member.pace_freed": _("A member who was slowed down goes at the usual pace again"),
    "reviews.member.lifted": _("A suspension was lifted"),
    "reviews.appeal.upheld": _("An appeal was looked at; the decision stands"),
    "reviews.appeal.granted": _("An appeal was granted"),
    "reviews.decision.undone": _("A decision was taken back by whoever made it"),
    "reviews.correction.made": _("A moderator found better words for a translation"),
    "reviews.correction.accepted": _("Better words for a translation were accepted"),
    "reviews.correction.declined": _("Words for a translation were declined"),
    "reviews.correction.undone": _("A decision about words for a translation was taken back"),
}


@dataclass(frozen=True)
class Act:
    """A kind of act: which of the stored names belong to it."""

    words: Words
    verbs: frozenset[str]


def _ending(*endings: str) -> frozenset[str]:
    return frozenset(verb for verb in SAID if verb.endswith(endings))


_OF_TRANSLATIONS: Final = frozenset(
    {verb for verb in SAID if verb.startswith("reviews.correction.")}
    | {"reviews.review.language_corrected", "reviews.translation.kept"}
)
_OF_VOTES: Final = frozenset(verb for verb in SAID if verb.startswith("reviews.votes."))
# By the slug in the address.
ACTS: Final[Mapping[str, Act]] = {
    "removed": Act(_("removed"), _ending(".removed", "_removed")),
    "hidden": Act(_("hidden"), _ending(".hidden")),
    "shortened": Act(_("shortened or made a quotation"), _ending(".trimmed", ".quoted")),
    "restored": Act(_("put back"), _ending(".restored", ".shown") - _OF_VOTES),
    "kept": Act(_("may stay"), _ending("case.kept")),
    "appeals": Act(_("answers to appeals"), _ending("appeal.upheld", "appeal.granted")),
    "members": Act(
        _("warnings, slower paces, suspensions"),
        _ending(".warned", ".slowed", ".suspended", ".warning_withdrawn", ".pace_freed", ".lifted"),
    ),
    "votes": Act(_("unusual votes"), _OF_VOTES),
    "translations": Act(_("translations"), _OF_TRANSLATIONS),
    "undone": Act(_("taken back"), _ending("decision.undone")),
}

# As whom somebody acted.
ROLES: Final[Mapping[str, Words]] = {
    Section.FILMS: _("a moderator of films"),
    Section.SHOWS: _("a moderator of shows"),
    Section.MEMBERS: _("a moderator of members"),
}
_SITE: Final = _("the site itself")


def said(verb: str) -> Words:
    """An act in words."""
    return SAID.get(verb, _("A moderator decided"))


def role_of(section: str, *, is_person: bool) -> Words:
    """Who acted: no name, but the section as whose moderator; the site itself where nobody did."""
    return ROLES.get(section, section) if is_person else _SITE
