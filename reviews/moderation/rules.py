"""The rules of the house that a decision can name. The page /rules/ shows them; a statement quotes them."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Section


@dataclass(frozen=True)
class Rule:
    slug: str
    name: str | Promise
    text: str | Promise
    # What a moderator starts from when a decision names this rule; always edited to fit.
    reason: str | Promise


RULES: tuple[Rule, ...] = (
    Rule(
        "copied-text",
        _("No copied texts"),
        _(
            "Write in your own words. Texts from other sites do not belong here, not even with the source named: "
            "a link with a few words of your own says more. Quoting a line or two is fine, and so is the first "
            "paragraph of a text when you link to the rest."
        ),
        _(
            "Most of this text stands word for word elsewhere. You are welcome to write it again in your own words, "
            "or to keep the first paragraph and link to the rest."
        ),
    ),
    Rule(
        "personal-attack",
        _("Speak about films, not against people"),
        _("Disagree as sharply as you like with what somebody wrote; leave the person out of it."),
        _("This goes after another member instead of what they wrote."),
    ),
    Rule(
        "spoilers",
        _("Cover what gives a film away"),
        _(
            "Whoever has not seen the film should be able to read on. Put what gives it away behind a spoiler."
        ),
        _("This gives the film away in the open. Put it behind a spoiler and it can stay."),
    ),
    Rule(
        "advertising",
        _("No advertising"),
        _("No shops, no downloads, no texts written to sell something."),
        _("This advertises something instead of speaking about the film."),
    ),
    Rule(
        "off-topic",
        _("Stay with the film"),
        _("A thread is about its film, show, season or person. Everything else has a better place."),
        _("This is not about the title or person under which it stands."),
    ),
    Rule(
        "unlawful",
        _("Nothing unlawful"),
        _("No threats, no hatred against groups of people, nothing that the law forbids."),
        _("This is against the law or calls for something that is."),
    ),
)


@dataclass(frozen=True, slots=True)
class CopiedNumbers:
    """From how many copied words the site says something, in one section or in all that are not named ("")."""

    section: str
    warn_words: int
    case_words: int
    case_percent: int


def copied_numbers() -> list[CopiedNumbers]:
    """What counts as copied, by the settings: first for all sections, then for those that differ."""
    warn, case = settings.FILMSITE_COPY_WARN_WORDS, settings.FILMSITE_COPY_CASE_WORDS
    share = settings.FILMSITE_COPY_CASE_SHARE
    named = sorted(({*warn, *case, *share}) & set(Section.values))
    return [
        CopiedNumbers(
            "" if section == "default" else str(Section(section).label),
            warn.get(section, warn["default"]),
            case.get(section, case["default"]),
            round(100 * share.get(section, share["default"])),
        )
        for section in ("default", *named)
    ]


BY_SLUG = {rule.slug: rule for rule in RULES}
CHOICES = [(rule.slug, rule.name) for rule in RULES]
