"""Into which languages a text is translated, and in which a member may choose to read."""

from typing import Final

from django.conf import settings
from django.core.cache import cache

from accounts.models import Member
from filmsite.lib.languages import WRITING_LANGUAGES, primary, same_language
from reviews.services import routing
from reviews.sources import Source

CHOSEN_LANGUAGES_KEPT_SECONDS: Final = 600
_CHOSEN_LANGUAGES: Final = "chosen-languages"


def targets_of(source: Source) -> list[str]:
    """The languages a text should be read in: none where its language is unknown or somebody said no."""
    if not source.wants_translation:
        return []
    return [target for target in _all_targets() if not same_language(target, source.language)]


def target_for(language: str) -> str:
    """A reader's language as translations are stored in it: the form of the settings, where one is the same language."""
    targets = settings.FILMSITE_TRANSLATION_TARGETS
    return next((target for target in targets if same_language(target, language)), language)


def is_routed(source: Source, target: str) -> bool:
    """Whether an engine that may have this text translates it into that language. Asks no engine."""
    return routing.router().supports(source.language, target, external=source.may_leave)


def reading_languages() -> dict[str, bool]:
    """The languages that a member may choose to read in, and whether an engine of this site translates into each."""
    offered = {primary(target) for _source, target in routing.router().matrix()}
    wished = {primary(target) for target in settings.FILMSITE_TRANSLATION_TARGETS}
    return {code: code in offered for code in WRITING_LANGUAGES if code in offered | wished}


def _all_targets() -> list[str]:
    """The languages of the settings and those that members read the site in. Asks for these at most every ten minutes.

    A language picked since is missing from a new text for that long, and `order_for_reader` makes up for it.
    """
    chosen = cache.get(_CHOSEN_LANGUAGES)
    if chosen is None:
        rows = (
            Member.objects.active().order_by().values_list("translate_into", "interface_language").distinct()
        )
        chosen = sorted({primary(into or site) for into, site in rows} - {""})
        cache.set(_CHOSEN_LANGUAGES, chosen, CHOSEN_LANGUAGES_KEPT_SECONDS)
    targets = list(settings.FILMSITE_TRANSLATION_TARGETS)
    return targets + [code for code in chosen if not any(same_language(code, target) for target in targets)]
