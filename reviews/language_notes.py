"""What stands beside a text about its language, on the site and in mails alike: one calm line, and the whole truth."""

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    else:
        words = _("Translated from %(language)s") % {"language": language}
    words = ", ".join([words, *_how(making)])
    if making.is_earlier and making.is_coming:
        stand = _("%(translated)s: changed sentences stand in %(language)s and follow within minutes")
    elif making.is_earlier:
        stand = _("%(translated)s: changed sentences stand in %(language)s")
    elif making.is_partial:
        stand = _left(making.left_sentences)
    else:
        return words
    return stand % {"translated": words, "language": language, "number": localize(making.left_sentences)}


def _left(sentences: int) -> str:
    return ngettext(
        "%(translated)s: one sentence could not be translated",
        "%(translated)s: %(number)s sentences could not be translated",
        sentences,
    )


def _how(making: Making) -> list[str]:
    how = []
    if making.machine:
        how.append(_("by %(machine)s") % {"machine": making.machine})
    if making.via:
        how.append(_("by way of %(language)s") % {"language": language_name(making.via)})
    if making.corrected_by:
        how.append(note_on_corrections(making))
    if making.is_doubted:
        how.append(_("doubted by readers"))
    return how


def note_on_corrections(making: Making) -> str:
    """Whose words stand in a translation, and how many of its sentences they are where they are not all."""
    if not making.corrected_sentences:
        return _("corrected by %(name)s") % {"name": making.corrected_by}
    words = ngettext(
        "one sentence corrected by %(name)s",
        "%(number)s sentences corrected by %(name)s",
        making.corrected_sentences,
    )
    return words % {"number": localize(making.corrected_sentences), "name": making.corrected_by}


def note_on_original(text: ShownText) -> str:
    """In which language the author wrote, and why it is not translated if it is not."""
    said = {"language": language_name(text.original.language), "into": language_name(text.into)}
    match text.note:
        case "queued":
            return _("Written in %(language)s. A translation is on its way.") % said
        case "paused":
            return _("Written in %(language)s. A translation waits: translation is paused just now.") % said
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
