"""What seasons and their show know of each other: facts kept once, and the table of seasons."""

from films.fact_querysets import LINK
from films.models import Title, TitleTotals

# What a season leaves to its show: single facts, facts that go together, and lists.
_FACTS_OF_SHOW = (
    ("original_name", "original_language"),
    ("minutes",),
    ("based_on",),
    ("plot", "plot_language", "plot_source", "plot_author_id", "plot_author_name", "plot_author_consent"),
    ("name_rows",),
    ("genre_rows",),
    ("country_rows",),
    ("language_rows",),
    ("location_rows",),
    ("link_rows",),
    ("video_rows",),
)
# Lists of several kinds of rows: the show fills in the kinds that its season says nothing of.
_LISTS_OF_SHOW = (("credit_rows", "role"), ("company_rows", "part"), ("image_rows", "kind"))


def inherit_facts(season: Title, show: Title) -> None:
    """Let a season say what is kept with its show. Both come from `for_page`."""
    for facts in _FACTS_OF_SHOW:
        if not getattr(season, facts[0]):
            for fact in facts:
                setattr(season, fact, getattr(show, fact))
    for rows, kind in _LISTS_OF_SHOW:
        own = getattr(season, rows)
        known = {row[kind] for row in own}
        setattr(season, rows, own + [row for row in getattr(show, rows) if row[kind] not in known])


def seasons_of(show: Title) -> list[Title]:
    """The seasons of a show in order, with as much as a table of them needs: links, episodes, votes."""
    seasons = []
    for row in show.season_rows:
        season = Title(episodes=row["episodes"], **{column: row[column] for column in LINK})
        season.totals = TitleTotals(title=season, vote_count=row["vote_count"], vote_sum=row["vote_sum"])
        seasons.append(season)
    return seasons
