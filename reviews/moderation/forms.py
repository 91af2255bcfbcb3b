from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import MAX_BIGINT, number_in
from filmsite.lib.languages import language_name
from reviews.copydetect.allowed import OWN_WORDS_BESIDE_A_PARAGRAPH
from reviews.models import MeasureKind, Verdict
from reviews.moderation import rules
from reviews.moderation.ladder import Rung, within
from reviews.moderation.naming import NamelessReason
from reviews.moderation.permissions import TAKING

LONGEST_REASON = 2000
LONGEST_MEASURE = 3650
# Days, where the next rung of the ladder has none.
SHORTEST_PROPOSED = 7


# Reasons to start from, by verdict and rule (`reviews.moderation.canned`).
Reasons = Mapping[str, Mapping[str, str]]


class DecisionForm(NamelessReason):
    """A verdict with its reason; what else a decision needs is up to what it is about.

    `reasons` are those to start from, by verdict and rule, in `language`: what is left empty says the one that fits. `each`
    are those of other cases that are decided with it, by id: as long as nobody wrote one, each says its own (`reasons` in
    what was typed).
    `version` and `seen` (the last step of the case that stood on the page) tell whether the page is stale, and since when.
    """

    verdict = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = CleanTextField(
        label=_("Reason"), max_length=LONGEST_REASON, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    seen = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=MAX_BIGINT, required=False, localize=False
    )

    LABELS: Mapping[Verdict, str | Promise] = {}

    def __init__(
        self,
        *args: Any,
        verdicts: Sequence[Verdict],
        reasons: Reasons | None = None,
        each: Mapping[int, Reasons] | None = None,
        language: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self.each = each or {}
        self.verdicts = list(verdicts)
        self.reasons = reasons or {}
        verdict_field = cast(forms.ChoiceField, self.fields["verdict"])
        verdict_field.choices = [(verdict.value, self.LABELS[verdict]) for verdict in verdicts]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "reason" in self.errors:
            return cleaned
        proposed, written = _proposed(self.reasons, cleaned), cleaned.get("reason", "")
        own = {} if written not in ("", proposed) else self._own_reasons(cleaned)
        cleaned["reason"], cleaned["reasons"] = written or proposed, own
        if not cleaned["reason"] and not own:
            self.add_error("reason", _("Say why: whom it concerns has a right to know."))
        return cleaned

    def _own_reasons(self, cleaned: Mapping[str, Any]) -> dict[int, str]:
        """What is proposed for each of the other cases; nothing where one of them has none."""
        own = {pk: _proposed(reasons, cleaned) for pk, reasons in self.each.items()}
        return own if all(own.values()) else {}


def _proposed(reasons: Reasons, cleaned: Mapping[str, Any]) -> str:
    under = reasons.get(cleaned.get("verdict", ""), {})
    return under.get(cleaned.get("rule", ""), under.get("", ""))


class TextDecisionForm(DecisionForm):
    """A decision about something that a member made, and what comes with it for the member.

    Whatever takes something away names the rule that it rests on. About somebody's conduct nothing but a measure can be
    decided.
    """

    rule = forms.ChoiceField(label=_("Rule"), required=False, choices=[("", _("No rule")), *rules.CHOICES])
    measure = forms.ChoiceField(label=_("For the member"), required=False, widget=forms.RadioSelect)
    measure_days = forms.IntegerField(
        label=_("For so many days"),
        required=False,
        min_value=1,
        max_value=LONGEST_MEASURE,
    )
    until_lifted = forms.BooleanField(label=_("A suspension: until somebody lifts it"), required=False)
    off_ladder = CleanTextField(
        label=_("Why otherwise than the ladder proposes"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput,
        help_text=_(
            "For a measure that is not the next one. It is a note for the other moderators: nobody else reads it."
        ),
    )

    LABELS = {
        Verdict.KEEP: _("Fine as it is"),
        Verdict.TRIM: _("Keep the first paragraph and a link"),
        Verdict.QUOTE: _("Make it a quotation"),
        Verdict.HIDE: _("Hide it until the author answers"),
        Verdict.REMOVE: _("Remove it"),
        Verdict.RESTORE: _("Put it back"),
        Verdict.UPHOLD: _("The first decision stands"),
    }
    MEASURES = {
        MeasureKind.WARNING: _("A warning"),
        MeasureKind.SLOW: _("A slower pace"),
        MeasureKind.SUSPENSION: _("A suspension"),
    }

    def __init__(
        self,
        *args: Any,
        measures: Sequence[MeasureKind] = (),
        rung: Rung | None = None,
        is_conduct: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        takes = is_conduct or any(verdict in TAKING for verdict in self.verdicts)
        self.measures, self.is_conduct = list(measures) if takes else [], is_conduct
        # What the ladder proposes as far as this moderator may go, and where it goes further than that.
        self.rung = within(rung, self.measures) if rung else None
        self.further = rung if rung != self.rung else None
        self.fields["reason"].help_text = (
            _(
                "The author reads this, and so does everybody in the public log: name nobody. Left empty, it says "
                "what is usual for the rule, in %(language)s. You may write in any language."
            )
            % {"language": language_name(self.language)}
            if self.reasons
            else _("The author reads this, and so does everybody in the public log: name nobody.")
        )
        if not self.measures:
            for name in ("measure", "measure_days", "until_lifted", "off_ladder"):
                del self.fields[name]
            return
        self.fields["measure_days"].initial = (self.rung and self.rung.days) or SHORTEST_PROPOSED
        cast(forms.ChoiceField, self.fields["measure"]).choices = [
            ("", _("Nothing more")),
            *((measure.value, self.MEASURES[measure]) for measure in self.measures),
        ]

    @property
    def lacks_own_words(self) -> int:
        """How many words of their author's own it takes to keep a first paragraph, where there are fewer; else nothing."""
        is_too_little = Verdict.QUOTE in self.verdicts and Verdict.TRIM not in self.verdicts
        return OWN_WORDS_BESIDE_A_PARAGRAPH if is_too_little else 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("verdict") == Verdict.KEEP and not self.is_conduct:
            # What is fine breaks no rule, whichever one the page had chosen.
            cleaned["rule"] = ""
        if cleaned.get("verdict") in TAKING and not cleaned.get("rule"):
            self.add_error("rule", _("Name the rule: the author has a right to know it."))
        if "measure" in self.fields:
            self._clean_measure(cleaned)
        return cleaned

    def _clean_measure(self, cleaned: dict[str, Any]) -> None:
        measure = cleaned.get("measure")
        if measure and not self.is_conduct and cleaned.get("verdict") not in TAKING:
            self.add_error("measure", _("What stays as it is leads to nothing for its author."))
        is_open = cleaned.pop("until_lifted", False) and measure == MeasureKind.SUSPENSION
        if is_open or measure not in (MeasureKind.SLOW, MeasureKind.SUSPENSION):
            cleaned["measure_days"] = None
        elif not cleaned.get("measure_days") and "measure_days" not in self.errors:
            self.add_error("measure_days", _("Say for how many days."))
        self._clean_off_ladder(cleaned)

    def _clean_off_ladder(self, cleaned: dict[str, Any]) -> None:
        chosen = (cleaned.get("measure"), cleaned.get("measure_days"))
        if not chosen[0] or self.rung is None or chosen == (self.rung.measure, self.rung.days):
            cleaned["off_ladder"] = ""
        elif not cleaned.get("off_ladder") and not self.errors:
            self.add_error(
                "off_ladder",
                _("The ladder proposes: %(rung)s. Say why not that.") % {"rung": self.rung.name},
            )


class TogetherForm(TextDecisionForm):
    """One decision for many cases: their versions stand beside each of them, and nothing comes with it. To start from it has
    those reasons that are the same in each.
    """

    version = None  # type: ignore[assignment]  # how a form drops a field of its parent
    seen = None  # type: ignore[assignment]  # see above

    def __init__(self, *args: Any, each: Mapping[int, Reasons], **kwargs: Any) -> None:
        super().__init__(*args, reasons=_in_common(list(each.values())), each=each, **kwargs)
        if self.reasons:
            self.fields["reason"].help_text = _(
                "The authors read this, and so does everybody in the public log: name nobody. Left empty, each reads what "
                "is usual for their case, with its own numbers, in their language."
            )


def _in_common(each: Sequence[Reasons]) -> dict[str, dict[str, str]]:
    """The reasons that are the same in each; empty ones in place of the others."""
    return {
        verdict: {
            rule: reason if all(other[verdict][rule] == reason for other in each) else ""
            for rule, reason in under.items()
        }
        for verdict, under in (each[0] if each else {}).items()
    }


class VotesDecisionForm(DecisionForm):
    """A decision about votes, and whose it is about: their members, by id."""

    members = forms.TypedMultipleChoiceField(label=_("Whose votes"), required=False, coerce=int)

    LABELS = {
        Verdict.KEEP: _("Fine as they are: all of them count"),
        Verdict.EXCLUDE: _("Set the chosen votes aside: they count nowhere"),
        Verdict.RESTORE: _("Let the chosen votes count again"),
    }

    def __init__(self, *args: Any, members: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choosable = set(members)
        cast(forms.ChoiceField, self.fields["members"]).choices = [(pk, str(pk)) for pk in members]
        self.fields["reason"].help_text = _(
            "The members concerned read this, and so does everybody in the public log: name nobody."
        )

    @property
    def chosen(self) -> set[int]:
        """The members whose votes are ticked, as the page shows them."""
        numbers = (number_in(str(pk)) for pk in self["members"].value() or ())
        return {number for number in numbers if number is not None}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("verdict") in (Verdict.EXCLUDE, Verdict.RESTORE) and not cleaned.get("members"):
            self.add_error("members", _("Choose at least one vote."))
        return cleaned
