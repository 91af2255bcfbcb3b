"""Everything under /moderation/. All but the public log and a member's own statements passes one door.

The door is `accounts.access.moderator_required`; tests/accounts/test_doors.py walks this list.
"""

from django.urls import path

from films.views import merges, proposals
from reviews.views import moderation, openness, pictures, statements, text_language

app_name = "moderation"

urlpatterns = [
    path("", moderation.queue, name="queue"),
    path("cases/<int:pk>/", moderation.case, name="case"),
    path("cases/<int:pk>/claim/", moderation.claim, name="case-claim"),
    path("cases/<int:pk>/decide/", moderation.decide, name="case-decide"),
    path("proposals/", proposals.queue, name="proposals"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("merges/", merges.merges, name="merges"),
    path("merges/<int:pk>/undo/", merges.undo, name="merge-undo"),
    path("pictures/<str:username>/", pictures.remove, name="picture-remove"),
    path("texts/<int:pk>/language/", text_language.text_language, name="text-language"),
    path("log/", openness.log, name="log"),
    path("statements/", statements.statement_list, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/appeal/", statements.appeal, name="appeal"),
]
