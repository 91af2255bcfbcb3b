"""Inputs of long forms, written without a template each: a cast of hundreds is thousands of inputs."""

from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

_WIDGETS: Final = "django/forms/widgets/"
_INPUTS: Final = frozenset(
    f"{_WIDGETS}{kind}.html" for kind in ("text", "number", "hidden", "checkbox", "url")
)
_SELECT: Final = f"{_WIDGETS}select.html"


class QuickRenderer(DjangoTemplates):
    """Renders plain inputs, choices and the absence of errors itself, to what Django's templates make of them.

    A tenth of the time; everything else goes to the templates.
    """

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        if template_name in _INPUTS:
            return _input(context["widget"])
        if template_name == _SELECT:
            return _select(context["widget"])
        if "errors" in context and not context["errors"]:
            return mark_safe("")
        return mark_safe(super().render(template_name, context, request))  # noqa: S308  (as templates are)


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    shown = format_html(' value="{}"', value) if value not in (None, "") else ""
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], shown, _attributes(widget["attrs"])
    )


def _select(widget: dict[str, Any]) -> SafeString:
    groups = [
        _options(options)
        if group is None
        else format_html('<optgroup label="{}">{}</optgroup>', group, _options(options))
        for group, options, _index in widget["optgroups"]
    ]
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"]),
        mark_safe("".join(groups)),  # noqa: S308  (each escaped above)
    )


def _options(options: list[dict[str, Any]]) -> SafeString:
    written = (
        format_html(
            '<option value="{}"{}>{}</option>', option["value"], _attributes(option["attrs"]), option["label"]
        )
        for option in options
    )
    return mark_safe("".join(written))  # noqa: S308  (each escaped above)


def _attributes(attrs: dict[str, Any]) -> SafeString:
    parts = [
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    ]
    return mark_safe("".join(parts))  # noqa: S308  (names are ours, values escaped)
