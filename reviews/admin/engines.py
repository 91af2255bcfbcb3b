"""Engines: how they fare and what they did, to be steered; and the words that staff want translated in one way."""

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnlyAdmin, editor_of
from filmsite.lib.inputs import clean_line
from filmsite.lib.languages import language_name, same_language
from reviews.admin.texts import known_languages
from reviews.backlog import Which
from reviews.models import TEXT_KINDS, EngineAct, EngineDay, EngineOffer, EngineState, GlossaryTerm
from reviews.services.backfilling import start_backfill
from reviews.services.steering import steer_engine


@admin.register(EngineState)
class EngineStateAdmin(ReadOnlyAdmin):
    """How engines fare. The row with stars for languages is about an engine as a whole."""

    list_display = [
        *("engine", "source", "target", "paused_at", "failures", "closed_until", "last_error"),
        *("placeholder", "probed_at"),
    ]
    list_filter = ["engine"]
    ordering = ["engine", "source", "target"]
    actions = ["open_again", "pause", "resume"]

    @admin.action(description=_("Open the selected engines and forget their failures"))
    def open_again(self, request: HttpRequest, queryset: QuerySet[EngineState]) -> None:
        number = self._steer(request, queryset, EngineAct.RESET)
        said = ngettext("%(n)d engine is open again.", "%(n)d engines are open again.", number)
        self.message_user(request, said % {"n": number}, messages.SUCCESS)

    @admin.action(description=_("Pause the selected: nothing is sent to them"))
    def pause(self, request: HttpRequest, queryset: QuerySet[EngineState]) -> None:
        number = self._steer(request, queryset, EngineAct.PAUSE)
        said = ngettext("%(n)d engine is paused.", "%(n)d engines are paused.", number)
        self.message_user(request, said % {"n": number}, messages.SUCCESS)

    @admin.action(description=_("Let the selected go on"))
    def resume(self, request: HttpRequest, queryset: QuerySet[EngineState]) -> None:
        number = self._steer(request, queryset, EngineAct.RESUME)
        said = ngettext("%(n)d engine goes on.", "%(n)d engines go on.", number)
        self.message_user(request, said % {"n": number}, messages.SUCCESS)

    def _steer(self, request: HttpRequest, queryset: QuerySet[EngineState], act: EngineAct) -> int:
        states = list(queryset)
        for state in states:
            steer_engine(
                by=editor_of(request),
                act=act,
                engine=state.engine,
                source=state.source,
                target=state.target,
            )
        return len(states)


@admin.register(EngineDay)
class EngineDayAdmin(ReadOnlyAdmin):
    list_display = [
        *("day", "engine", "source", "target", "calls", "sentences", "remembered", "words", "characters"),
        *("milliseconds", "failures"),
    ]
    list_filter = ["engine"]
    date_hierarchy = "day"
    ordering = ["-day", "engine", "source", "target"]


@admin.register(EngineOffer)
class EngineOfferAdmin(ReadOnlyAdmin):
    list_display = ["engine", "number", "fetched_at", "failed_at", "error"]
    ordering = ["engine"]

    @admin.display(description=_("pairs"))
    def number(self, offer: EngineOffer) -> int:
        return len(offer.pairs)


class GlossaryTermForm(forms.ModelForm):
    """A word, its languages, and what it becomes."""

    class Meta:
        model = GlossaryTerm
        fields = ["source", "target", "term", "rendering", "note"]
        help_texts: dict[str, str | Promise] = {
            "source": _("The language of the texts, as a code: nl, pt, pt-BR."),
            "target": _("The language that it is translated into."),
            "term": _("A word or an expression as people write it; capitals do not matter."),
            "rendering": _("What readers get. Empty: it stays as it was written."),
            "note": _("For your colleagues: why."),
        }

    def clean_source(self) -> str:
        return self._known_language("source")

    def clean_target(self) -> str:
        return self._known_language("target")

    def clean_term(self) -> str:
        term = clean_line(self.cleaned_data["term"])
        if not any(character.isalnum() for character in term):
            raise forms.ValidationError(_("Give a word or an expression: something with letters in it."))
        return term

    def clean_rendering(self) -> str:
        return clean_line(self.cleaned_data["rendering"])

    def clean(self) -> dict[str, str]:
        values = super().clean() or self.cleaned_data
        source, target = values.get("source"), values.get("target")
        if source and target and same_language(source, target):
            self.add_error("target", _("This is the same language: nothing is translated."))
        return values

    def _known_language(self, field: str) -> str:
        code = clean_line(self.cleaned_data[field])
        if code not in known_languages():
            raise forms.ValidationError(
                _("“%(code)s” is no language of this site or of one of its engines."), params={"code": code}
            )
        return code


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(admin.ModelAdmin):
    """Words that staff want translated in one way, whatever the engines would make of them."""

    form = GlossaryTermForm
    list_display = ["term", "pair", "becomes", "note"]
    list_filter = ["source", "target"]
    search_fields = ["term__istartswith", "rendering__istartswith"]
    search_help_text = _("The beginning of a word or of what it becomes")
    ordering = ["source", "target", "term"]
    list_per_page = 50
    actions = ["make_anew"]
    fieldsets = [
        (
            None,
            {
                "fields": ["source", "target", "term", "rendering", "note"],
                "description": _(
                    "It holds for every translation made from now on. Translations that there are change when they "
                    "are made anew: choose the term in the list and “Translate anew what holds the selected”."
                ),
            },
        )
    ]

    @admin.display(description=_("languages"))
    def pair(self, term: GlossaryTerm) -> str:
        return f"{language_name(term.source)} → {language_name(term.target)}"

    @admin.display(description=_("becomes"))
    def becomes(self, term: GlossaryTerm) -> str:
        return term.rendering or "="

    @admin.action(description=_("Translate anew what holds the selected"))
    def make_anew(self, request: HttpRequest, queryset: QuerySet[GlossaryTerm]) -> None:
        """A backfill for each, behind everything that readers wait for."""
        total = 0
        for term in queryset:
            job = start_backfill(
                owner=editor_of(request),
                sources=[term.source],
                targets=[term.target],
                kinds=TEXT_KINDS,
                which=Which.MADE,
                holding=term.term,
            )
            total += job.total or 0
        said = ngettext(
            "Up to %(n)d text is translated anew, behind everything that readers wait for.",
            "Up to %(n)d texts are translated anew, behind everything that readers wait for.",
            total,
        )
        self.message_user(request, said % {"n": total}, messages.SUCCESS)
