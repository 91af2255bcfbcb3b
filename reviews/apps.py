from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from django.core.checks import register
        from django.db.models.signals import post_delete

        from accounts.models import Follow, Member
        from accounts.signals import about_changed, account_erased, follower_accepted, member_followed
        from films.models import Merge, Person, Title
        from films.signals import facts_changed, merge_undone, titles_merged
        from reviews import handlers
        from reviews.checks import check_translation

        titles_merged.connect(handlers.follow_merge, sender=Merge)
        merge_undone.connect(handlers.follow_undo, sender=Merge)
        facts_changed.connect(handlers.order_words_of_title, sender=Title)
        facts_changed.connect(handlers.order_biography, sender=Person)
        facts_changed.connect(handlers.note_plot, sender=Title)
        facts_changed.connect(handlers.note_biography, sender=Person)
        facts_changed.connect(handlers.screen_facts)
        about_changed.connect(handlers.order_about, sender=Member)
        member_followed.connect(handlers.tell_of_follower, sender=Follow)
        follower_accepted.connect(handlers.tell_of_acceptance, sender=Follow)
        post_delete.connect(handlers.take_back_news, sender=Follow)
        account_erased.connect(handlers.forget_who_left, sender=Member)
        register(check_translation, "translation")
