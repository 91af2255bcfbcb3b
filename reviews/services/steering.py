"""What staff tell engines: to rest, to go on, to be tried again. Who said so stays in the administration's log."""

import structlog
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Member
from reviews.models import EVERY_PAIR, EngineAct, EngineState
from reviews.services.translating import pause_engine, reset_engines, resume_engine

log = structlog.get_logger("reviews.translation")


@transaction.atomic
def steer_engine(
    *, by: Member, act: EngineAct, engine: str, source: str = EVERY_PAIR, target: str = EVERY_PAIR
) -> None:
    """Do it, with a line in the log. A reset of an engine as a whole is one of each of its pairs."""
    match act:
        case EngineAct.PAUSE:
            pause_engine(engine=engine, source=source, target=target)
        case EngineAct.RESUME:
            resume_engine(engine=engine, source=source, target=target)
        case EngineAct.RESET:
            reset_engines(states=_states(engine, source, target))
    state = EngineState.objects.filter(engine=engine, source=source, target=target)
    LogEntry.objects.log_actions(by.pk, state, CHANGE, change_message=act.value, single_object=True)
    log.info("engine steered", act=act.value, engine=engine, pair=f"{source}-{target}", by=by.pk)


def _states(engine: str, source: str, target: str) -> QuerySet[EngineState]:
    states = EngineState.objects.filter(engine=engine)
    return states if source == EVERY_PAIR else states.filter(source=source, target=target)
