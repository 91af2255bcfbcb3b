"""The admin of what members say and keep, by subject."""

from reviews.admin import engines, keeping, texts, transfers, translations, votes  # noqa: F401  (each registers its models)
from reviews.moderation import admin  # noqa: F401  (registers the models of moderation)
