"""Lists, the watchlist's neighbours and the diary."""

from django.urls import path

from reviews.views import arranging, diary, lists

urlpatterns = [
    path("lists/", lists.index, name="lists"),
    path("lists/new/", lists.new, name="list-new"),
    path("lists/top-10/", arranging.top_ten, name="top-ten"),
    path("lists/<int:pk>-<slug>/", lists.show, name="list"),
    path("lists/<int:pk>/edit/", lists.edit, name="list-edit"),
    path("lists/<int:pk>/remove/", lists.remove, name="list-remove"),
    path("lists/<int:pk>/arrange/", arranging.arrange, name="list-arrange"),
    path("lists/<int:pk>/put/", arranging.put, name="list-put"),
    path("lists/<int:pk>/restore/", arranging.restore, name="list-restore"),
    path("lists/<int:list_pk>/entries/<int:pk>/", arranging.entry, name="list-entry"),
    path("titles/<int:title_pk>/lists/", lists.of_title, name="title-lists"),
    path("titles/<int:title_pk>/lists/add/", arranging.choose, name="list-add"),
    path("titles/<int:title_pk>/diary/", diary.add, name="diary-add"),
    path("diary/<int:pk>/", diary.edit, name="diary-edit"),
    path("diary/<int:pk>/remove/", diary.remove, name="diary-remove"),
    path("diary/restore/", diary.restore, name="diary-restore"),
]
