"""Following, the feed, notifications, blocks and mutes."""

from django.urls import path

from films.models import Person, Title
from reviews.views import feed, following, notifications

urlpatterns = [
    path("feed/", feed.feed, name="feed"),
    path("following/", following.following, name="following"),
    path("members/<str:username>/follow/", following.follow_member, name="follow-member"),
    path("members/<str:username>/block/", following.block, name="block"),
    path("members/<str:username>/mute/", following.mute, name="mute"),
    path("titles/<int:pk>/follow/", following.follow_thread, {"kind": Title}, name="follow-title"),
    path("people/<int:pk>/follow/", following.follow_thread, {"kind": Person}, name="follow-person"),
    path("reviews/<int:pk>/in-thread/", following.in_thread, name="review-in-thread"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications-read"),
    path("notifications/<int:pk>/", notifications.open_notification, name="notification"),
    path("notifications/stop/<str:token>/", notifications.stop, name="notifications-stop"),
]
