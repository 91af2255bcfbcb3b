"""What stands beside a text about its language, on the site and in mails alike: one calm line, and the whole truth."""

from django.utils.translation import gettext as _

from filmsite.lib.languages import language_name
from reviews.wordings import Making, ShownText


def note_of(text: ShownText) -> str:
    """The line beside a text as it shows; empty where there is nothing to say."""
    if text.note == "":
        return ""
    return note_on_translation(text) if text.shows_translation else note_on_original(text)


def note_on_translation(text: ShownText) -> str:
    """Of what a translation is one, and how it was made. Needs `text.making`."""
    assert text.making is not None  # noqa: S101  (what was said above)
    making, language = text.making, language_name(text.original.language)
    if making.is_earlier:
        words = _("Translated from an earlier version")
    elif making.is_partial:
        words = _("Partly translated from %(language)s") % {"language": language}
    else:
        words = _("Translated from %(language)s") % {"language": language}
    words = ", ".join([words, *_how(making)])
    if making.is_earlier:
        words = _("%(translated)s: changed sentences stand in %(language)s") % {
            "translated": words,
            "language": language,
        }
    return words


def _how(making: Making) -> list[str]:
    how = []
    if making.machine:
        how.append(_("by %(machine)s") % {"machine": making.machine})
    if making.via:
        how.append(_("by way of %(language)s") % {"language": language_name(making.via)})
    if making.corrected_by:
        how.append(_("corrected by %(name)s") % {"name": making.corrected_by})
    if making.is_doubted:
        how.append(_("doubted by readers"))
    return how


def note_on_original(text: ShownText) -> str:
    """In which language the author wrote, and why it is not translated if it is not."""
    said = {"language": language_name(text.original.language), "into": language_name(text.into)}
    match text.note:
        case "queued":
            return _("Written in %(language)s. A translation is on its way.") % said
        case "absent":
            return _("Written in %(language)s. No translation into %(into)s yet.") % said
        case "unsupported":
            return _("No translation from %(language)s yet: this is the original.") % said
        case "failed":
            return _("The translation from %(language)s did not succeed: this is the original.") % said
        case "declined":
            return _("Written in %(language)s. The author wants it read as it is.") % said
        case _:
            return _("Written in %(language)s") % said
