from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class FilmsConfig(AppConfig):
    name = "films"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from accounts.models import Member
        from accounts.signals import account_erased
        from films import handlers

        post_delete.connect(handlers.forget_files_of_image, sender="films.Image")
        account_erased.connect(handlers.forget_who_left, sender=Member)
