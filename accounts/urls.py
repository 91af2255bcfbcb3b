from django.urls import path

from accounts.views import demo, history, language, opinions, profile, settings, watchlist

app_name = "accounts"

urlpatterns = [
    path("members/<str:username>/", profile.member, name="member"),
    path("members/<str:username>/votes/", history.votes, name="member-votes"),
    path("members/<str:username>/messages/", history.messages, name="member-messages"),
    path("members/<str:username>/opinions/", opinions.opinions, name="member-opinions"),
    path("members/<str:username>/watchlist/", watchlist.watchlist, name="member-watchlist"),
    path("settings/", settings.preferences, name="settings"),
    path("language/", language.choose, name="language"),
    path("demo/mail/", demo.mail, name="demo-mail"),
]
