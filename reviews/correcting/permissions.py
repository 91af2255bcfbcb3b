"""Who may suggest better words for a translation, and who decides about them.

Pure predicates over rows that were loaded with their texts (`reviews.sources.with_sources`), but for two questions that
are asked once for a member object: the second factor of moderators, and the languages that a member is trusted with.
"""

from accounts.models import Member, Section
from accounts.permissions import Viewer, can_post, is_moderator, moderated_sections
from filmsite.lib.text import escape_markdown
from reviews.models import Correction, OfText
from reviews.permissions import can_read_text
from reviews.sources import Source, source_behind
from reviews.translation.composing import sentences_in


def section_of(source: Source) -> str:
    """The section whose moderators look after a text: of its title or person; that of members for their own pages."""
    return source.subject.section if source.subject is not None else Section.MEMBERS


def can_read_behind(viewer: Viewer, row: OfText) -> bool:
    """Whether the viewer may read the text that a translation or a correction belongs to."""
    source = source_behind(row)
    if source is None:
        return False
    if row.review is not None:
        return can_read_text(viewer, row.review)
    if source.is_public or (isinstance(viewer, Member) and source.author == viewer):
        return True
    return row.member is not None and bool(moderated_sections(viewer))


def can_read_sentence(viewer: Viewer, correction: Correction) -> bool:
    """Whether the viewer may read the sentence that a correction is of, and what stood for it: while it stands in a text
    that they may read. What its author took back is theirs alone.
    """
    source = source_behind(correction)
    if source is None:
        return False
    if is_author_of(viewer, source):
        return True
    return can_read_behind(viewer, correction) and correction.sentence in (
        sentences_in(source.body) | sentences_in(escape_markdown(source.headline))
    )


def is_author_of(viewer: Viewer, source: Source) -> bool:
    return isinstance(viewer, Member) and source.author is not None and source.author.pk == viewer.pk


def is_trusted(viewer: Viewer, language: str) -> bool:
    """Whether the member's corrections into this language have earned them a say."""
    return language in trusted_languages(viewer)


def trusted_languages(viewer: Viewer) -> frozenset[str]:
    """The languages that the viewer is trusted with. One query, asked once for a member object."""
    if not can_post(viewer) or not isinstance(viewer, Member):
        return frozenset()
    if "_trusted_languages" not in vars(viewer):
        vars(viewer)["_trusted_languages"] = Correction.objects.trusted_languages_of(viewer)
    found: frozenset[str] = vars(viewer)["_trusted_languages"]
    return found


def decides_alone(viewer: Viewer, source: Source, language: str) -> bool:
    """Whether the viewer's word on translations of this text into the language holds at once.

    The author, moderators of its section and members who are trusted with the language.
    """
    if not can_post(viewer):
        return False
    return (
        is_author_of(viewer, source)
        or is_moderator(viewer, section_of(source))
        or is_trusted(viewer, language)
    )


def can_suggest(viewer: Viewer, row: OfText) -> bool:
    """Whether the viewer may suggest better words, or report bad ones: who may write here, of what they may read."""
    return can_post(viewer) and can_read_behind(viewer, row)


def can_decide_correction(viewer: Viewer, correction: Correction) -> bool:
    """Whether the viewer may accept or decline what waits: never their own."""
    if not isinstance(viewer, Member) or correction.state != Correction.State.PROPOSED:
        return False
    return correction.by_id != viewer.pk and _has_a_say(viewer, correction)


def can_overrule_correction(viewer: Viewer, correction: Correction) -> bool:
    """Whether the viewer may decline words that stand: the author and moderators, of what another person wrote."""
    source = source_behind(correction)
    if source is None or correction.state != Correction.State.ACCEPTED or not can_post(viewer):
        return False
    if not can_read_behind(viewer, correction) or correction.by_id == viewer.pk:
        return False
    return is_author_of(viewer, source) or is_moderator(viewer, section_of(source))


def can_withdraw_correction(viewer: Viewer, correction: Correction) -> bool:
    """One's own, while it waits; a suspended member too: one's own words may always be taken back."""
    return viewer.pk == correction.by_id is not None and correction.state == Correction.State.PROPOSED


def can_see_correction(viewer: Viewer, correction: Correction) -> bool:
    """Whoever made it, wrote the text or has a say. Others see what was accepted where it stands."""
    if not isinstance(viewer, Member) or not can_read_behind(viewer, correction):
        return False
    return viewer.pk == correction.by_id or _has_a_say(viewer, correction)


def _has_a_say(viewer: Member, correction: Correction) -> bool:
    source = source_behind(correction)
    if source is None or not can_read_behind(viewer, correction):
        return False
    return decides_alone(viewer, source, correction.target)
