from django.urls import path

from films.models import Person, Title
from reviews import urls_engines, urls_lists, urls_social, urls_transfer, urls_translation
from reviews.views import (
    drafts,
    reporting,
    reviewing,
    screening,
    search,
    vote_history,
    voters,
    votes_account,
    voting,
    watching,
)
from reviews.views.feeds import ReviewFeed

app_name = "reviews"

# What is written in a thread of titles, and the same in one of people.
TITLE, PERSON = {"kind": Title}, {"kind": Person}

urlpatterns = [
    *urls_lists.urlpatterns,
    *urls_social.urlpatterns,
    *urls_transfer.urlpatterns,
    *urls_translation.urlpatterns,
    *urls_engines.urlpatterns,
    path("titles/<int:title_pk>/vote/", voting.vote, name="vote"),
    path("titles/<int:title_pk>/vote/history/", vote_history.vote_history, name="vote-history"),
    path("titles/<int:title_pk>/votes/", voters.voters, name="voters"),
    path("titles/<int:title_pk>/votes/account/", votes_account.votes_account, name="votes-account"),
    path("titles/<int:title_pk>/watchlist/", watching.watch, name="watch"),
    path("titles/<int:pk>/write/", reviewing.write, TITLE, name="review-write"),
    path("people/<int:pk>/write/", reviewing.write, PERSON, name="person-write"),
    path("reviews/<int:pk>/", reviewing.detail, name="review-detail"),
    path("reviews/<int:pk>/edit/", reviewing.edit, name="review-edit"),
    path("reviews/<int:pk>/reply/", reviewing.reply, name="review-reply"),
    path("reviews/<int:pk>/remove/", reviewing.remove, name="review-remove"),
    path("reviews/<int:pk>/report/", reporting.report, name="review-report"),
    path("reports/<int:pk>/", reporting.sent, name="report-sent"),
    path("reports/<slug:matter>/<int:pk>/", reporting.report, name="report-matter"),
    path("reviews/<int:pk>/revisions/", reviewing.revisions, name="review-revisions"),
    path("feeds/messages.atom", ReviewFeed(), name="feed-messages"),
    path("feeds/titles/<int:pk>.atom", ReviewFeed(Title), name="feed-title"),
    path("feeds/people/<int:pk>.atom", ReviewFeed(Person), name="feed-person"),
    path("feeds/members/<str:username>.atom", ReviewFeed(), name="feed-member"),
    path("search/messages/", search.messages, name="message-search"),
    path("compose/draft/<int:pk>/", drafts.save, TITLE, name="draft-save"),
    path("compose/draft/people/<int:pk>/", drafts.save, PERSON, name="person-draft-save"),
    path("compose/preview/", drafts.preview, name="review-preview"),
    path("compose/check/<int:pk>/", screening.check, TITLE, name="compose-check"),
    path("compose/check/people/<int:pk>/", screening.check, PERSON, name="person-compose-check"),
    path("compose/check/lists/", screening.check_words, {"of": "list"}, name="list-check"),
    path("compose/check/lists/<int:list_pk>/", screening.check_words, {"of": "list"}, name="list-check"),
    path(
        "compose/check/lists/<int:list_pk>/entries/<int:pk>/",
        screening.check_words,
        {"of": "note"},
        name="note-check",
    ),
    path("compose/check/about/", screening.check_words, {"of": "about"}, name="about-check"),
]
