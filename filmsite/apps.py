from django.apps import AppConfig


class FilmsiteConfig(AppConfig):
    """Composition and plumbing: pages of no app, commands, static files, translations."""

    name = "filmsite"
