"""Following, the feed, notifications, blocks and mutes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
