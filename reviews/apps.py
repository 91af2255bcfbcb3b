from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from films.models import Merge
        from films.signals import merge_undone, titles_merged
        from reviews import handlers

        titles_merged.connect(handlers.follow_merge, sender=Merge)
        merge_undone.connect(handlers.follow_undo, sender=Merge)
