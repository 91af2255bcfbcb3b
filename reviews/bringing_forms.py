"""What a member sends and chooses when they bring something in."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from films.models import Title
from reviews.bringing.base import Unreadable
from reviews.bringing.reading import source_of
from reviews.bringing.wording import say
from reviews.models import Conflicts


class UploadForm(forms.Form):
    """A file that another site gave: looked at before it is stored, so that a wrong one is said at once."""

    file = forms.FileField(
        label=_("The file"),
        widget=forms.FileInput(attrs={"accept": ".zip,.csv,.json"}),
        help_text=_("ZIP, CSV or JSON. Several files of one site may be packed in a ZIP."),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = b""

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.FILMSITE_BRING_MAX_BYTES:
            raise ValidationError(say(f"large|{settings.FILMSITE_BRING_MAX_BYTES >> 20}"))
        self.content = file.read()
        try:
            source_of(file.name or "", self.content)
        except Unreadable as error:
            raise ValidationError(say(error.reason)) from error
        return file


class CommitForm(forms.Form):
    """The one thing to say about all of an import before it is taken over."""

    conflicts = forms.ChoiceField(
        label=_("Where you voted here as well, with other stars"),
        choices=Conflicts.choices,
        help_text=_("What has no date in the file is never the newer one."),
        widget=forms.RadioSelect,
        initial=Conflicts.NEWER,
        required=False,
    )

    def clean_conflicts(self) -> Conflicts:
        return Conflicts(self.cleaned_data["conflicts"] or Conflicts.NEWER)


class WorkForm(forms.Form):
    """Which title a work of the file is, or that it is left out."""

    title = forms.ModelChoiceField(queryset=Title.objects.filter(merged_into=None), required=False)
    leave_out = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("title") and not data.get("leave_out"):
            raise ValidationError(_("Choose a title, or leave it out."))
        return data
