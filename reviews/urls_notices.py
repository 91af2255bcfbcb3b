"""Notices by rights-holders, without an account. The names stand by themselves, for models lead here."""

from django.urls import path

from reviews.views import notices

urlpatterns = [
    path("", notices.notice, name="notice"),
    path("<str:token>/", notices.status, name="notice-status"),
    path("<str:token>/withdraw/", notices.withdraw, name="notice-withdraw"),
    path("<str:token>/confirm/<str:key>/", notices.confirm, name="notice-confirm"),
]
