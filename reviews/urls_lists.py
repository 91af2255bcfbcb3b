"""Lists, the watchlist's neighbours and the diary."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
