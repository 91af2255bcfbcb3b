"""The admin of what members say and keep, by subject."""

from reviews.admin import (  # noqa: F401  (each registers its models)
    engines,
    flags,
    keeping,
    known_texts,
    pasting,
    texts,
    transfers,
    translations,
    votes,
)
from reviews.moderation import admin, notice_admin  # noqa: F401  (both register the models of moderation)
