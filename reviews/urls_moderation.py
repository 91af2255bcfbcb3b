"""Everything under /moderation/. All but the public log and a member's own side passes one door.

The door is `accounts.access.moderator_required`; tests/accounts/test_doors.py walks this list.
"""

from django.urls import path

from films.views import merges, proposals
from reviews.views import (
    acting,
    case_steps,
    cases,
    deciding_together,
    judged_members,
    moderation,
    notices,
    openness,
    statements,
    text_language,
)

app_name = "moderation"

urlpatterns = [
    path("", moderation.queue, name="queue"),
    path("claims/", moderation.claims, name="claims"),
    path("next/", moderation.take_next, name="next"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/claim/", moderation.claim, name="case-claim"),
    path("cases/<int:pk>/release/", moderation.release, name="case-release"),
    path("cases/<int:pk>/renew/", moderation.renew, name="case-renew"),
    path("cases/<int:pk>/decide/", cases.decide, name="case-decide"),
    path("cases/<int:pk>/steps/<slug:name>/", case_steps.step, name="case-step"),
    path("decisions/<int:pk>/undo/", cases.undo, name="decision-undo"),
    path("decisions/<int:pk>/undo-together/", deciding_together.undo_together, name="together-undo"),
    path("together/", deciding_together.together, name="bulk"),
    path("members/<str:username>/", judged_members.author, name="author"),
    path("members/<str:username>/scan/", judged_members.scan, name="author-scan"),
    path("members/<str:username>/open/", judged_members.open_found, name="author-open"),
    path("measures/<int:pk>/lift/", judged_members.lift, name="measure-lift"),
    path("cases/<int:case_pk>/notices/<int:pk>/register/", notices.register, name="notice-register"),
    path("proposals/", proposals.queue, name="proposals"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("merges/", merges.merges, name="merges"),
    path("merges/<int:pk>/undo/", merges.undo, name="merge-undo"),
    path("act/<slug:matter>/<int:pk>/", acting.act, name="act"),
    path("texts/<int:pk>/language/", text_language.text_language, name="text-language"),
    path("log/", openness.log, name="log"),
    path("log/feed/", openness.LogFeed(), name="log-feed"),
    path("statistics/", openness.statistics, name="statistics"),
    path("statistics/figures.csv", openness.statistics_csv, name="statistics-csv"),
    path("statements/", statements.statement_list, name="statements"),
    path("statements/about/<int:review_pk>/", statements.about_message, name="statement-about"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/text/", statements.statement_text, name="statement-text"),
    path("statements/<int:pk>/answer/", statements.statement_answer, name="statement-answer"),
    path("statements/<int:pk>/appeal/", statements.appeal, name="appeal"),
    path("questions/<int:pk>/", statements.question, name="question"),
    path("mine/", statements.mine, name="mine"),
]
