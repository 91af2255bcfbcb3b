"""The rows of a title or person on its form. A cast of hundreds costs as many queries as a cast of one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db.models import Field as DbField
from django.db.models import ForeignKey, Model, URLField
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from films.admin.rendering import QuickRenderer
from films.editing import FIELDS_OF_PERSON, FIELDS_OF_TITLE, Field
from films.image_forms import ImageForm
from films.models import (
    AlternativeTitle,
    Credit,
    ExternalId,
    ExternalScore,
    FilmingLocation,
    Image,
    Link,
    Lock,
    Nomination,
    PersonName,
    Relation,
    Release,
    TitleCompany,
    TitleGenre,
    Trivia,
    Video,
)

_CLOSED: Final = ("collapse",)
_RENDERER: Final = QuickRenderer()


class KnownSelect(AutocompleteSelect):
    """A field to search in that need not ask how its present choice is called: the row brought it along."""

    known: Model | None = None

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        # The wrapper around it, which offers to add one, hands no renderer on.
        return super().render(name, value, attrs, renderer or _RENDERER)

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> list[Any]:
        if self.known is None or list(map(str, value)) != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        blank = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        chosen = self.create_option(name, self.known.pk, str(self.known), True, len(blank))
        return [(None, [*blank, chosen], 0)]


class RowForm(forms.ModelForm):
    """A row that nobody touched is neither checked nor stored again: on a long form that is nearly every row."""

    # One for all, for each has template files of its own to read.
    default_renderer = _RENDERER

    def full_clean(self) -> None:
        if self.is_bound and self.instance.pk and not self.has_changed():
            self._errors = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}
            return
        super().full_clean()


class RowFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = field.widget
            if isinstance(widget, RelatedFieldWidgetWrapper):
                widget = widget.widget
            if isinstance(widget, KnownSelect) and form.instance.pk:
                widget.known = getattr(form.instance, name)


class Rows(admin.TabularInline):
    """Rows with fields to search in, each present choice of which comes with the rows, in one query for all of them."""

    extra = 0
    form = RowForm
    formset = RowFormSet
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related(*self.autocomplete_fields) if self.autocomplete_fields else rows

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = KnownSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: DbField, request: HttpRequest, **kwargs: Any) -> Any:
        """With a way to add what cannot be found, and none of the other signs that make a row two lines high."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.TypedChoiceField):
            # Translated once, and not again for each row.
            choices = list(field.choices)  # type: ignore[arg-type]  # by now an iterator, whatever it was made of
            field.choices = [(value, str(label)) for value, label in choices]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            wrapper = field.widget
            wrapper.can_change_related = wrapper.can_delete_related = wrapper.can_view_related = False
        return field


# --- Of a title -----------------------------------------------------------------------------------------


class GenreInline(Rows):
    model = TitleGenre
    autocomplete_fields = ["genre"]


class AlternativeTitleInline(Rows):
    model = AlternativeTitle
    fields = ["name", "language", "region", "kind"]


class CreditInline(Rows):
    model = Credit
    autocomplete_fields = ["person"]
    ordering = ["role", "position", "id"]
    fields = ["role", "position", "person", "character", "is_voice", "credited_as", "note"]


class ReleaseInline(Rows):
    model = Release
    autocomplete_fields = ["country"]
    classes = _CLOSED


class CompanyInline(Rows):
    model = TitleCompany
    autocomplete_fields = ["company", "country"]
    classes = _CLOSED


class LocationInline(Rows):
    model = FilmingLocation
    autocomplete_fields = ["country"]
    classes = _CLOSED


class NominationInline(Rows):
    model = Nomination
    fk_name = "title"
    autocomplete_fields = ["award", "person"]
    classes = _CLOSED


class TriviaInline(Rows):
    model = Trivia
    fields = ["text", "language", "source", "is_spoiler", "is_removed"]
    readonly_fields = ["is_removed"]
    classes = _CLOSED


class VideoInline(Rows):
    model = Video
    classes = _CLOSED


class ScoreInline(Rows):
    model = ExternalScore
    classes = _CLOSED


class RelationInline(Rows):
    model = Relation
    fk_name = "title"
    autocomplete_fields = ["other"]
    classes = _CLOSED


class TitleIdInline(Rows):
    model = ExternalId
    fk_name = "title"
    fields = ["source", "value"]


class TitleLinkInline(Rows):
    model = Link
    fk_name = "title"
    fields = ["kind", "label", "url"]
    classes = _CLOSED


class ImageRowForm(RowForm, ImageForm):
    pass


class TitleImageInline(Rows):
    model = Image
    form = ImageRowForm
    fk_name = "title"
    fields = ["kind", "upload", "alt", "source", "licence", "position"]
    classes = _CLOSED


# --- Of a person ----------------------------------------------------------------------------------------


class PersonNameInline(Rows):
    model = PersonName


class PersonIdInline(Rows):
    model = ExternalId
    fk_name = "person"
    fields = ["source", "value"]


class PersonLinkInline(Rows):
    model = Link
    fk_name = "person"
    fields = ["kind", "label", "url"]
    classes = _CLOSED


class PersonImageInline(Rows):
    model = Image
    form = ImageRowForm
    fk_name = "person"
    fields = ["kind", "upload", "alt", "source", "licence", "position"]
    classes = _CLOSED


# --- Locks ----------------------------------------------------------------------------------------------


class LockForm(RowForm):
    """A lock on one of the fields that the history names, or on everything."""

    lockable: Mapping[str, Field]

    field = forms.ChoiceField(label=_("field"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("everything")), *((key, field.label) for key, field in self.lockable.items())]
        self.fields["field"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField, declared above


class TitleLockForm(LockForm):
    lockable = FIELDS_OF_TITLE


class PersonLockForm(LockForm):
    lockable = FIELDS_OF_PERSON


class TitleLockInline(Rows):
    model = Lock
    form = TitleLockForm
    fk_name = "title"
    fields = ["field", "reason"]
    classes = _CLOSED


class PersonLockInline(Rows):
    model = Lock
    form = PersonLockForm
    fk_name = "person"
    fields = ["field", "reason"]
    classes = _CLOSED
