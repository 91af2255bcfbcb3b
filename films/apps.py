from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class FilmsConfig(AppConfig):
    name = "films"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from films.handlers import forget_files_of_image

        post_delete.connect(forget_files_of_image, sender="films.Image")
