"""Rules of the staff that look out for words and links. What meets one is reported to the moderators, and that is all."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import editor_of
from filmsite.lib.inputs import clean_line
from reviews.models import FlagRule
from reviews.moderation.flag_outcomes import Outcomes, outcomes_of
from reviews.moderation.flagging import MOST_WORDS, Sought, phrase_of, site_of
from reviews.moderation.trying_rules import Trial, try_rule
from reviews.services.flagging import sought_by
from reviews.services.opening import NEW_FOR

# What decides which texts meet a rule.
_MEANING: Final = ("looks_for", "sought", "section", "only_new_members")
# Where a rule that is shown keeps how its cases ended.
_OUTCOMES: Final = "outcomes"


class FlagRuleForm(forms.ModelForm):
    """What to look for and why. A rule that says too little is refused when it is switched on."""

    class Meta:
        model = FlagRule
        fields = ["looks_for", "sought", "section", "kind", "only_new_members", "note", "is_active"]
        help_texts: dict[str, str | Promise] = {
            "sought": gettext_lazy(
                "Whole words as people write them: capitals, accents, look-alike letters and what cannot be seen make no "
                "difference, nor do emphasis inside a word or ’s behind it; any other ending makes another word. Or a "
                "domain, as example.org: whatever is below it is meant as well."
            ),
            "section": gettext_lazy("Empty: everywhere."),
            "kind": gettext_lazy(
                "For what the text is reported. Copied words have a detector of their own: register the text instead."
            ),
            "note": gettext_lazy(
                "Moderators read it beside the words: why, and what to look at. Authors never see it."
            ),
            "is_active": gettext_lazy(
                "From now on: what stands already is not looked at. Save the rule first, and see below what it would bring."
            ),
        }

    def clean_sought(self) -> str:
        return clean_line(self.cleaned_data["sought"])

    def clean_note(self) -> str:
        note = clean_line(self.cleaned_data["note"])
        if not note:
            raise forms.ValidationError(_("Say why, for the moderators."))
        return note

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "sought" not in self.fields:
            self._refuse_another_such(values)
            self._refuse_what_everything_meets(self.instance.looks_for, self.instance.sought)
        elif "sought" in values and "looks_for" in values:
            try:
                values["sought"] = _meant_by(values["looks_for"], values["sought"])
            except forms.ValidationError as error:
                self.add_error("sought", error)
            else:
                self._refuse_what_everything_meets(values["looks_for"], values["sought"])
        return values

    def _refuse_another_such(self, values: dict[str, Any]) -> None:
        """Of a rule that keeps what it looks for: Django checks no constraint of which the form lacks a field."""
        rule = self.instance
        others = FlagRule.objects.exclude(pk=rule.pk).filter(looks_for=rule.looks_for, sought=rule.sought)
        if others.filter(section=values.get("section"), kind=values.get("kind")).exists():
            self.add_error(None, _("There is such a rule already."))

    def _refuse_what_everything_meets(self, looks_for: str, sought: str) -> None:
        is_meant_anew = any(name in self.changed_data for name in (*_MEANING, "is_active"))
        if not self.cleaned_data.get("is_active") or not is_meant_anew:
            return
        is_site = looks_for == FlagRule.LooksFor.DOMAIN
        trial = try_rule(Sought(0, is_site, sought), section=self.cleaned_data.get("section") or "")
        if trial.is_too_much:
            self.add_error(
                "sought" if "sought" in self.fields else None,
                _("%(met)d of the newest %(number)d messages would meet this: it says too little.")
                % {"met": trial.met, "number": trial.looked_at},
            )


def _meant_by(looks_for: str, sought: str) -> str:
    """What the rule looks for as it is kept. Raises ValidationError where that is nothing, or everything."""
    if looks_for == FlagRule.LooksFor.WORDS:
        if not phrase_of(sought):
            raise forms.ValidationError(
                _("Give a word or phrase of three letters at least and %(most)d words at most.")
                % {"most": MOST_WORDS}
            )
        return sought
    site, own = site_of(sought), urlsplit(settings.FILMSITE_URL).hostname or ""
    if site is None:
        raise forms.ValidationError(_("This is no domain: give it as example.org."))
    if f".{own}".endswith(f".{site}"):
        raise forms.ValidationError(_("This is our own site."))
    return site


@admin.register(FlagRule)
class FlagRuleAdmin(admin.ModelAdmin):
    """Rules with how many cases came of each, and how those ended. A rule is switched off and never deleted: its cases name it."""

    form = FlagRuleForm
    list_display = [
        *("sought", "is_active", "hits", "right", "wrong", "kind", "section"),
        *("looks_for", "only_new_members", "note", "made_by", "made_at"),
    ]
    list_filter = ["is_active", "looks_for", "kind", "section", "only_new_members"]
    list_select_related = ["made_by"]
    search_fields = ["sought", "note"]
    search_help_text = gettext_lazy("Words or a domain, or words of the note")
    list_per_page = 50
    readonly_fields = ["trial", "hits", "right", "wrong", "made_by", "made_at", "changed_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["looks_for", "sought", "section", "kind", "only_new_members", "note", "is_active"],
                "description": gettext_lazy(
                    "A text that meets a rule is published as any other. A worker reports it to the moderators, who read "
                    "it and decide; the site itself removes nothing."
                ),
            },
        ),
        (gettext_lazy("What it brings"), {"fields": ["trial", "hits", "right", "wrong"]}),
        (gettext_lazy("Made"), {"fields": ["made_by", "made_at", "changed_at"]}),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _RuleList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> FlagRule | None:
        rule = super().get_object(request, object_id, from_field)
        _count([rule] if rule is not None else [])
        return rule

    def get_readonly_fields(self, request: HttpRequest, obj: FlagRule | None = None) -> list[str]:
        # How its cases ended says something about what it looked for then.
        is_used = obj is not None and obj.evidence.exists()
        return [*self.readonly_fields, *(("looks_for", "sought") if is_used else ())]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: FlagRule, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.made_by = editor_of(request)
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("would have met it"))
    def trial(self, rule: FlagRule) -> SafeString | str:
        """Of the newest messages, so that a rule is tried before it is switched on. At most some two seconds."""
        if rule.pk is None:
            return _("Save the rule, switched off, to see it.")
        newcomers_for = NEW_FOR if rule.only_new_members else None
        return _shown(try_rule(sought_by(rule), section=rule.section, newcomers_for=newcomers_for))

    @admin.display(description=gettext_lazy("cases"))
    def hits(self, rule: FlagRule) -> int:
        return _outcomes(rule).hits

    @admin.display(description=gettext_lazy("right"))
    def right(self, rule: FlagRule) -> int:
        return _outcomes(rule).right

    @admin.display(description=gettext_lazy("fine as it was"))
    def wrong(self, rule: FlagRule) -> int:
        return _outcomes(rule).wrong


class _RuleList(ChangeList):
    """The page of the list, whose rules know how their cases ended."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        _count(self.result_list)


def _count(rules: Sequence[FlagRule]) -> None:
    outcomes = outcomes_of([rule.pk for rule in rules])
    for rule in rules:
        setattr(rule, _OUTCOMES, outcomes.get(rule.pk, Outcomes()))


def _outcomes(rule: FlagRule) -> Outcomes:
    return getattr(rule, _OUTCOMES, Outcomes())


def _shown(trial: Trial) -> SafeString:
    said = ngettext(
        "%(met)d of the newest %(number)d message",
        "%(met)d of the newest %(number)d messages",
        trial.looked_at,
    ) % {"met": trial.met, "number": trial.looked_at}
    lines = ((review.get_absolute_url(), str(review.subject)) for review in trial.examples)
    return format_html("{}<ul>{}</ul>", said, format_html_join("", '<li><a href="{}">{}</a></li>', lines))
