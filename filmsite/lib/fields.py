"""Form fields for what members and staff type."""

from django import forms

from filmsite.lib.inputs import clean_text


class CleanTextField(forms.CharField):
    """Text as people mean it: control characters are gone before anybody asks whether something is left."""

    def to_python(self, value: object) -> str:
        return clean_text(super().to_python(value) or "").strip()
