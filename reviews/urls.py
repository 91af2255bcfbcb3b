from django.urls import path

from reviews.views import drafts, reporting, reviewing, screening, voting

app_name = "reviews"

urlpatterns = [
    path("titles/<int:title_pk>/vote/", voting.vote, name="vote"),
    path("titles/<int:title_pk>/write/", reviewing.write, name="review-write"),
    path("reviews/<int:pk>/", reviewing.detail, name="review-detail"),
    path("reviews/<int:pk>/edit/", reviewing.edit, name="review-edit"),
    path("reviews/<int:pk>/reply/", reviewing.reply, name="review-reply"),
    path("reviews/<int:pk>/remove/", reviewing.remove, name="review-remove"),
    path("reviews/<int:pk>/report/", reporting.report, name="review-report"),
    path("reviews/<int:pk>/revisions/", reviewing.revisions, name="review-revisions"),
    path("compose/draft/<int:title_pk>/", drafts.save, name="draft-save"),
    path("compose/preview/", drafts.preview, name="review-preview"),
    path("compose/check/<int:title_pk>/", screening.check, name="compose-check"),
]
