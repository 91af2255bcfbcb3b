"""People's words in translations: withdrawn, so that an engine makes them anew, and let stand again."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from reviews.models import Case, Correction, Decision, Matter, Priority, Translation
from reviews.moderation.refusals import StaleCase
from reviews.services.correcting import hold_text
from reviews.services.matters.content import HeldContent
from reviews.services.translating import recompose, requeue
from reviews.sources import source_behind, with_sources
from reviews.subjects import forget_pages_about

_ACCEPTED, _REPLACED = Correction.State.ACCEPTED, Correction.State.REPLACED
_REASON_LENGTH = Correction._meta.get_field("reason").max_length


class HeldTranslation(HeldContent):
    """A translation, and the text before it. What is judged is what its author put in place of an engine's words."""

    matter = Matter.TRANSLATION

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        row = Translation.objects.filter(cases=case).first()
        if row is None:
            raise StaleCase("text")
        hold_text(row)
        held = Translation.objects.select_for_update(of=("self",), no_key=True)
        self.row = with_sources(held.select_related("corrected_by")).get(pk=row.pk)

    def attach_to(self, case: Case) -> None:
        case.translation = self.row

    @property
    def stands(self) -> bool:
        return self.row.is_readable and self.row.corrected_by_id is not None

    def take_away(self, decision: Decision) -> dict[str, Any]:
        """Their sentences are declined. What others had said before them stands again, else the engine's words; where
        nobody knows those the original shows.
        """
        theirs = list(self._corrections.filter(by=decision.case.author, state=_ACCEPTED).order_by("pk"))
        taken = [
            {"correction": row.pk, "by": row.decided_by_id, "at": row.decided_at.isoformat()}
            for row in theirs
        ]
        brought = []
        for row in theirs:
            row.state, row.reason = Correction.State.DECLINED, decision.reason[:_REASON_LENGTH]
            row.decided_by, row.decided_at = decision.moderator, timezone.now()
            row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
            same = self._corrections.filter(sentence=row.sentence, state=_REPLACED)
            earlier = same.exclude(by=decision.case.author).order_by("-decided_at", "-pk").first()
            if earlier is not None:
                earlier.state = _ACCEPTED
                earlier.save(update_fields=["state"])
                brought.append(earlier.pk)
        if not recompose(translation=self.row):
            self._blank()
        self._forget_page()
        return {"taken": taken, "brought": brought}

    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        """Their sentences stand again, but where somebody said it better meanwhile."""
        self._corrections.filter(pk__in=taken["brought"], state=_ACCEPTED).update(state=_REPLACED)
        for was in taken["taken"]:
            row = self._corrections.get(pk=was["correction"])
            is_taken = self._corrections.filter(sentence=row.sentence, state=_ACCEPTED).exists()
            row.state, row.reason = (_REPLACED if is_taken else _ACCEPTED), ""
            row.decided_by_id, row.decided_at = was["by"], was["at"]
            row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
        if not recompose(translation=self.row):
            requeue(translations=[self.row])
        self._forget_page()

    def log_numbers(self) -> dict[str, int | None]:
        source = source_behind(self.row)
        subject = source.subject if source is not None else None
        column = "person_number" if self.row.person_id else "title_number"
        return {"review_number": self.row.review_id, column: subject.pk if subject else None}

    @property
    def _corrections(self) -> Any:
        about = {f"{self.row.kind}_id": getattr(self.row, f"{self.row.kind}_id")}
        return Correction.objects.filter(**about, target=self.row.target)

    def _blank(self) -> None:
        Translation.objects.filter(pk=self.row.pk).update(
            body="", html="", headline="", sentences=[], corrected_by=None, corrected_sentences=0
        )
        requeue(translations=[self.row], priority=Priority.EDIT)

    def _forget_page(self) -> None:
        source = source_behind(self.row)
        if source is not None and source.subject is not None:
            forget_pages_about(source.subject)
