"""A picture as staff send it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from films.models import Image
from films.models.media import WIDTHS
from filmsite.lib.images import BadImage, Rendition, renditions


class ImageForm(forms.ModelForm):
    """A picture of a title or person with what must be known of it. The file is kept as renditions of our own."""

    upload = forms.FileField(
        label=_("picture"),
        required=False,
        help_text=_("JPEG, PNG or WebP, up to 15 MB"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    class Meta:
        model = Image
        fields = ["kind", "alt", "source", "licence", "position"]

    made: list[Rendition] | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.get("upload")
        if upload and "kind" in cleaned:
            try:
                self.made = renditions(upload, WIDTHS[cleaned["kind"]])
            except BadImage as error:
                self.add_error("upload", str(error))
        elif not upload and not self.instance.file and "upload" not in self.errors:
            self.add_error("upload", gettext("Choose a file."))
        return cleaned

    def save(self, commit: bool = True) -> Image:
        if self.made:
            self.instance.keep(self.made)
        return super().save(commit)
