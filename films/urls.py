from django.urls import path

from films.views import browse, people, search, title

app_name = "films"

urlpatterns = [
    path("films/", browse.films, name="browse"),
    path("films/<int:pk>-<slug>/", title.film, name="film-detail"),
    path("shows/", browse.shows, name="shows"),
    path("shows/<int:pk>-<slug>/", title.show, name="show-detail"),
    path("shows/<int:pk>-<slug>/season-<int:number>/", title.season, name="season-detail"),
    path("people/<int:pk>-<slug>/", people.person, name="person-detail"),
    path("top/", browse.top, name="top"),
    path("search/", search.results, name="search"),
    path("search/suggest/", search.suggestions, name="suggest"),
]
