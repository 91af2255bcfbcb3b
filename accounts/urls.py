from django.urls import path

from accounts.views import (
    closing,
    data,
    demo,
    diary,
    history,
    language,
    lists,
    opinions,
    pictures,
    privacy,
    profile,
    settings,
    watchlist,
)

app_name = "accounts"

urlpatterns = [
    path("members/<str:username>/", profile.member, name="member"),
    path("members/<str:username>/votes/", history.votes, name="member-votes"),
    path("members/<str:username>/messages/", history.messages, name="member-messages"),
    path("members/<str:username>/opinions/", opinions.opinions, name="member-opinions"),
    path("members/<str:username>/watchlist/", watchlist.watchlist, name="member-watchlist"),
    path("members/<str:username>/diary/", diary.diary, name="member-diary"),
    path("members/<str:username>/lists/", lists.lists, name="member-lists"),
    path("settings/", settings.preferences, name="settings"),
    path("settings/picture/", pictures.picture, name="settings-picture"),
    path("settings/picture/remove/", pictures.remove, name="settings-picture-remove"),
    path("settings/picture/restore/", pictures.restore, name="settings-picture-restore"),
    path("settings/privacy/", privacy.privacy, name="settings-privacy"),
    path("settings/data/", data.data, name="settings-data"),
    path("settings/close/", closing.close, name="settings-close"),
    path("settings/close/keep/", closing.keep, name="settings-keep"),
    path("language/", language.choose, name="language"),
    path("demo/mail/", demo.mail, name="demo-mail"),
]
