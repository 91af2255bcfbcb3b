"""The engines of this site and the ways between languages, as the settings say; and what remote engines offer.

An engine on another machine says over the network which pairs it has. A worker asks it now and then and keeps the
answer in an `EngineOffer`; everybody else reads that row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Final

import structlog
from django.conf import settings
from django.utils import timezone

from reviews.models import EngineOffer
from reviews.translation.base import Engine, EngineSettingError, NotOffered, Pair, RemoteEngine
from reviews.translation.router import Router
from reviews.translation.routes import RouteError, parse_rules
from reviews.translation.specs import make_engine, parse_engine

log = structlog.get_logger("reviews.translation")

OFFERS_KEPT_SECONDS: Final = 60.0
OFFERS_GOOD_FOR: Final = timedelta(hours=48)
ASKING_SECONDS: Final = 20.0
# As wide as the columns that keep a language.
MOST_CODE_CHARACTERS: Final = 8


@dataclass
class _Site:
    """The router of one reading of the settings, with what it was last told of remote engines."""

    router: Router
    remote: tuple[RemoteEngine, ...]
    # On the `monotonic` clock; None until the first time.
    told_at: float | None = field(default=None)


def router() -> Router:
    """The engines of the settings with the ways between them; no network.

    Kept for the life of the process, for an engine holds its loaded models. Where there are engines on other machines it
    asks the database once a minute what they offer.
    """
    site = _site()
    if site.remote and (site.told_at is None or monotonic() - site.told_at >= OFFERS_KEPT_SECONDS):
        _tell(site)
    return site.router


def refresh_offers(*, every: bool = False) -> dict[str, str]:
    """Ask engines on other machines which pairs they have, and keep it; the last good answer stays when one is silent.

    Asks those of which nothing is known, which were silent the last time or which answered long ago; with `every` all.
    Answers what was wrong by engine, nothing where all was well. Speaks over the network: for workers and commands.
    """
    site = _site()
    kept = {offer.engine: offer for offer in EngineOffer.objects.all()}
    oldest = timezone.now() - OFFERS_GOOD_FOR
    said: dict[str, str] = {}
    for engine in site.remote:
        offer = kept.get(engine.key) or EngineOffer(engine=engine.key)
        if every or offer.failed_at or not offer.fetched_at or offer.fetched_at < oldest:
            said[engine.key] = _refresh(engine, offer)
    if said:
        site.told_at = None
    return said


def _refresh(engine: RemoteEngine, offer: EngineOffer) -> str:
    now = timezone.now()
    try:
        pairs = _storable(engine.fetch_pairs(deadline=monotonic() + ASKING_SECONDS))
        error = "" if pairs else "it offers no pair of languages"
    except NotOffered as failure:
        pairs, error = [], str(failure) or failure.failure.kind.value
    if error:
        log.warning("engine does not say what it offers", engine=engine.key, error=error)
        values = {"failed_at": offer.failed_at or now, "error": error[:300]}
    else:
        if pairs != offer.pairs:
            log.info("engine offers other pairs", engine=engine.key, pairs=len(pairs))
        values = {"pairs": pairs, "fetched_at": now, "failed_at": None, "error": ""}
    EngineOffer.objects.update_or_create(engine=engine.key, defaults=values)
    return error


def _storable(pairs: frozenset[Pair]) -> list[list[str]]:
    return [list(pair) for pair in sorted(pairs) if max(map(len, pair)) <= MOST_CODE_CHARACTERS]


def _site() -> _Site:
    return _site_for(
        tuple(settings.FILMSITE_TRANSLATION_ENGINES),
        settings.FILMSITE_TRANSLATION_ROUTES,
        tuple(settings.FILMSITE_TRANSLATION_PIVOTS),
        settings.FILMSITE_TRANSLATION_EXTERNAL,
        settings.FILMSITE_TRANSLATION_MODELS_DIR,
    )


@lru_cache(maxsize=8)
def _site_for(
    specs: tuple[str, ...], routes: str, pivots: tuple[str, ...], external: bool, models_dir: Path
) -> _Site:
    engines = _engines(specs, models_dir)
    if not external:
        engines = [engine for engine in engines if not engine.capabilities().external]
    try:
        rules = parse_rules(routes)
    except RouteError as error:
        # A rule may be there to keep texts from an engine: without its rules none is asked.
        log.error("FILMSITE_TRANSLATION_ROUTES cannot be read: nothing is translated", error=str(error))
        engines, rules = [], ()
    remote = tuple(engine for engine in engines if isinstance(engine, RemoteEngine))
    return _Site(Router(engines, rules=rules, pivots=pivots), remote)


def _engines(specs: Sequence[str], models_dir: Path) -> list[Engine]:
    """The engines that can be made; what is wrong with another is logged, and told by `reviews.checks`."""
    engines: dict[str, Engine] = {}
    for text in specs:
        try:
            engine = make_engine(parse_engine(text), models_dir=models_dir)
        except EngineSettingError as error:
            log.error("an engine of FILMSITE_TRANSLATION_ENGINES cannot be used", error=str(error))
        else:
            engines.setdefault(engine.key, engine)
    return list(engines.values())


def _tell(site: _Site) -> None:
    names = [engine.key for engine in site.remote]
    offered = dict(EngineOffer.objects.filter(engine__in=names).values_list("engine", "pairs"))
    for engine in site.remote:
        engine.know(frozenset((src, dst) for src, dst in offered.get(engine.key, ())))
    site.told_at = monotonic()
