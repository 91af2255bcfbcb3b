from django.urls import path

from reviews.views import corrections, translations

urlpatterns = [
    path("translations/<int:pk>/", translations.translation, name="translation"),
    path("translations/<int:pk>/sentences/<int:number>/", translations.sentence, name="translation-sentence"),
    path("translations/<int:pk>/report/", translations.report, name="translation-report"),
    path("translations/<int:pk>/settle/", translations.settle, name="translation-settle"),
    path("corrections/", corrections.mine, name="my-corrections"),
    path("corrections/<int:pk>/", corrections.correction, name="correction"),
    # Among the pages of moderators, and open to trusted members too.
    path("moderation/corrections/", corrections.waiting, name="corrections"),
]
