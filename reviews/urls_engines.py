"""The staff's pages of translation. All pass one door, `accounts.access.staff_required`; tests/accounts/test_doors.py walks
this list.
"""

from django.urls import path

from reviews.views import backfills, engines

urlpatterns = [
    path("engines/", engines.engines, name="engines"),
    path("engines/act/", engines.act, name="engine-act"),
    path("engines/requeue/", engines.order_again, name="engine-requeue"),
    path("engines/backfills/", backfills.backfills, name="backfills"),
    path("engines/backfills/<int:pk>/", backfills.act, name="backfill-act"),
]
