from django.urls import path

from films.views import browse, discovery, makers, media, people, rankings, search, title

app_name = "films"

urlpatterns = [
    path("films/", browse.films, name="browse"),
    path("films/<int:pk>-<slug>/", title.film, name="film-detail"),
    path("films/<int:pk>-<slug>/credits/", title.film, {"part": "credits"}, name="film-credits"),
    path("films/<int:pk>-<slug>/media/", title.film, {"part": "media"}, name="film-media"),
    path("shows/", browse.shows, name="shows"),
    path("shows/<int:pk>-<slug>/", title.show, name="show-detail"),
    path("shows/<int:pk>-<slug>/credits/", title.show, {"part": "credits"}, name="show-credits"),
    path("shows/<int:pk>-<slug>/media/", title.show, {"part": "media"}, name="show-media"),
    path("shows/<int:pk>-<slug>/season-<int:number>/", title.season, name="season-detail"),
    path(
        "shows/<int:pk>-<slug>/season-<int:number>/credits/",
        title.season,
        {"part": "credits"},
        name="season-credits",
    ),
    path(
        "shows/<int:pk>-<slug>/season-<int:number>/media/",
        title.season,
        {"part": "media"},
        name="season-media",
    ),
    path("videos/<int:pk>/", media.video, name="video"),
    path("companies/<int:pk>-<slug>/", makers.company, name="company-detail"),
    path("awards/<int:pk>-<slug>/", makers.award, name="award-detail"),
    path("people/<int:pk>-<slug>/", people.person, name="person-detail"),
    path("top/", rankings.films, name="top"),
    path("top/shows/", rankings.shows, name="top-shows"),
    path("top/seasons/", rankings.seasons, name="top-seasons"),
    path("top/<int:pk>-<slug>/", rankings.history, name="rank-history"),
    path("discover/", discovery.discover, name="discover"),
    path("discover/<slug:facet>/", discovery.index, name="discover-index"),
    path("films/random/", discovery.random_film, name="random"),
    path("shows/random/", discovery.random_show, name="random-show"),
    path("shows/seasons/", browse.seasons, name="seasons"),
    path("search/", search.results, name="search"),
    path("search/suggest/", search.suggestions, name="suggest"),
]
