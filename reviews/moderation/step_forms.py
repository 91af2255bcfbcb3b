"""Forms for what can be done with a case besides deciding it: each is filled in on its page, and says what it is about."""

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Section
from filmsite.lib.fields import CleanTextField
from reviews.models import MATTER_COLUMNS, Case, CaseState, Matter
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.permissions import Action, allows
from reviews.moderation.queue import excerpt_of, name_of, with_names

LONGEST_NOTE: Final = 5000
# So many other cases are offered to be merged.
MERGEABLE: Final = 20


class StepForm(forms.Form):
    """One thing to do with a case."""

    def __init__(self, data: QueryDict | None = None, *, case: Case, moderator: Member) -> None:
        super().__init__(data, auto_id=f"id_{self.NAME}_%s")
        self.case, self.moderator = case, moderator

    NAME: str
    ACTION: Action

    @classmethod
    def makes_sense(cls, case: Case) -> bool:
        """Whether there is anything to do, whoever may do it."""
        return case.state in UNDECIDED


class NoteForm(StepForm):
    NAME, ACTION = "note", Action.NOTE
    text = CleanTextField(
        label=_("Note for the other moderators"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @classmethod
    def makes_sense(cls, case: Case) -> bool:
        return case.state != CaseState.MERGED


class MessageForm(StepForm):
    NAME, ACTION = "message", Action.MESSAGE
    text = CleanTextField(
        label=_("Message to the author"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("They can answer here. They see no name but “a moderator”."),
    )

    @classmethod
    def makes_sense(cls, case: Case) -> bool:
        return case.state in UNDECIDED and case.author is not None


class MoveForm(StepForm):
    NAME, ACTION = "move", Action.MOVE
    section = forms.ChoiceField(label=_("To the moderators of"))
    reason = CleanTextField(label=_("Why"), max_length=LONGEST_NOTE, widget=forms.TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(value, label) for value, label in Section.choices if value != self.case.section]
        cast(forms.ChoiceField, self.fields["section"]).choices = others


class AssignForm(StepForm):
    """Asks who the colleagues are: one query. Whoever wants the case themselves takes it."""

    NAME, ACTION = "assign", Action.ASSIGN
    colleague = forms.ModelChoiceField(
        label=_("To"), queryset=Member.objects.none(), required=False, empty_label=_("nobody in particular")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["colleague"])
        rights = Q(sections__contains=[self.case.section]) | Q(is_superuser=True)
        active = Member.objects.filter(rights, is_active=True, suspended_at=None)
        field.queryset = active.exclude(pk__in=[self.case.author_id, self.moderator.pk]).order_by("username")
        field.initial = self.case.assigned_to_id


class MergeForm(StepForm):
    """Asks which cases could be one with this: two queries."""

    NAME, ACTION = "merge", Action.MERGE
    others = forms.ModelMultipleChoiceField(
        label=_("What this case should hold as well"),
        queryset=Case.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case, column = self.case, MATTER_COLUMNS[Matter(self.case.matter)]
        same = Q(matter=case.matter, **{f"{column}_id": getattr(case, f"{column}_id")})
        if case.author_id:
            same |= Q(author=case.author_id, kind=case.kind, matter=case.matter)
        found = Case.objects.filter(same, state=CaseState.OPEN, section=case.section)
        found = found.exclude(pk=case.pk).exclude(kind="appeal")
        cases = with_names(found.order_by("pk")[:MERGEABLE])
        field = cast(forms.ModelMultipleChoiceField, self.fields["others"])
        field.queryset = Case.objects.filter(pk__in=[other.pk for other in cases])
        field.choices = [(other.pk, _label_of(other)) for other in cases]
        self.is_of_use = bool(cases)


def _label_of(case: Case) -> str:
    """What another case is about, why it is there, and how its words begin."""
    number = gettext("Case %(number)s") % {"number": case.pk}
    begin = excerpt_of(case)
    about = f"{number}: {name_of(case)} ({case.get_kind_display()})"
    return f"{about}: “{begin}”" if begin else about


class ReopenForm(StepForm):
    NAME, ACTION = "reopen", Action.REOPEN
    reason = CleanTextField(label=_("Why look at it again?"), max_length=LONGEST_NOTE, widget=forms.TextInput)

    @classmethod
    def makes_sense(cls, case: Case) -> bool:
        return case.state in (CaseState.DECIDED, CaseState.CLOSED) and case.kind != "appeal"


FORMS: Final[Mapping[str, type[StepForm]]] = {
    form.NAME: form for form in (NoteForm, MessageForm, AssignForm, MoveForm, MergeForm, ReopenForm)
}


def step_forms(case: Case, moderator: Member) -> dict[str, StepForm]:
    """What this moderator can do with the case as it is, by name. Three queries at most."""
    return {
        name: form(case=case, moderator=moderator)
        for name, form in FORMS.items()
        if form.makes_sense(case) and allows(moderator, form.ACTION, case)
    }
