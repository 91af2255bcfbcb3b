"""Which facts importers write, where they are kept, and when one may be written.

The keys are those of `films.editing`. An importer writes a fact that is empty or that it wrote itself (`provenance`), and
none that is locked.
"""

from dataclasses import dataclass
from typing import Final

from films.editing import CREDIT_FIELDS

# Sources whose facts may not be kept for good: history has none of them, and their names stand with nobody else's.
PASSING: Final = ("tmdb",)

# Of a fact that is one or more columns: the columns, the first of which says whether there is a value.
TITLE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "sort_name", "slug"),
    "original_name": ("original_name",),
    "original_language": ("original_language",),
    "year": ("year",),
    "end_year": ("end_year",),
    "released_on": ("released_on",),
    "minutes": ("minutes",),
    "episodes": ("episodes",),
    "tagline": ("tagline",),
    "plot": ("plot", "plot_language", "plot_source"),
    "budget": ("budget", "budget_currency"),
    "gross": ("gross", "gross_currency"),
}
PERSON_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "sort_name", "slug"),
    "born": ("born",),
    "died": ("died",),
}

_FIELD_OF_ROLE: Final = " ".join(
    f"WHEN '{role.value}' THEN '{key}'" for role, (key, _) in CREDIT_FIELDS.items()
)


@dataclass(frozen=True)
class RowList:
    """A fact that is rows of a table: `rows` brings the staged ones to `columns`, with `title_id` and `field`."""

    table: str
    columns: tuple[str, ...]
    rows: str
    # The fact that a stored row belongs to, in SQL.
    field: str

    @property
    def staged(self) -> str:
        return f"chunk_{self.table.removeprefix('films_')}"

    @property
    def names(self) -> str:
        return ", ".join(self.columns)


GENRES: Final = RowList(
    table="films_titlegenre",
    columns=("genre_id", "position"),
    field="'genres'",
    rows="""
        SELECT chunk.title_id, 'genres' AS field, genre.id AS genre_id,
            row_number() OVER (PARTITION BY chunk.title_id ORDER BY min(staged.position)) - 1 AS position
        FROM import_genre AS staged JOIN chunk_key AS chunk USING (key)
        JOIN chunk_genre AS known ON known.name = staged.name JOIN films_genre AS genre ON genre.id = known.genre_id
        GROUP BY chunk.title_id, genre.id
    """,
)
COUNTRIES: Final = RowList(
    table="films_title_countries",
    columns=("country_id",),
    field="'countries'",
    rows="""
        SELECT DISTINCT title_id, 'countries' AS field, code AS country_id
        FROM import_country JOIN chunk_key USING (key)
    """,
)
LANGUAGES: Final = RowList(
    table="films_title_languages",
    columns=("language_id",),
    field="'languages'",
    rows="""
        SELECT DISTINCT title_id, 'languages' AS field, code AS language_id
        FROM import_language JOIN chunk_key USING (key)
    """,
)
RELEASES: Final = RowList(
    table="films_release",
    columns=("date", "country_id", "kind", "note", "certificate"),
    field="'releases'",
    rows="""
        SELECT DISTINCT title_id, 'releases' AS field, staged.date, staged.country AS country_id, staged.kind,
            staged.note, staged.certificate
        FROM import_release AS staged JOIN chunk_key USING (key)
    """,
)
COMPANIES: Final = RowList(
    table="films_titlecompany",
    columns=("company_id", "part", "position"),
    field="'companies'",
    rows="""
        SELECT title_id, 'companies' AS field, company_id, part, min(position) AS position
        FROM import_company AS staged JOIN chunk_key USING (key)
        JOIN chunk_company ON chunk_company.name = staged.name GROUP BY title_id, company_id, part
    """,
)
# The people are not all numbered yet when this is made: `person_key` waits for its person.
CREDITS: Final = RowList(
    table="films_credit",
    columns=("person_id", "role", "position", "character", "is_voice", "credited_as", "note"),
    field=f"CASE role {_FIELD_OF_ROLE} END",
    rows=f"""
        SELECT title_id, CASE role {_FIELD_OF_ROLE} END AS field, person_id, role,
            row_number() OVER (PARTITION BY title_id, role ORDER BY min(position), min(line)) - 1 AS position,
            character, bool_or(is_voice) AS is_voice, ''::text AS credited_as, max(note) AS note, min(person_key) AS person_key
        FROM chunk_part GROUP BY title_id, role, person_id, coalesce(person_id::text, person_key), character
    """,  # noqa: S608 (only names of our own)
)
LISTS: Final = (GENRES, COUNTRIES, LANGUAGES, RELEASES, COMPANIES, CREDITS)


def is_locked(item: str, owner: str, field: str) -> str:
    """Whether a fact of the title or person is locked, in SQL; `item` and `field` are SQL, `owner` is title or person."""
    return f"EXISTS (SELECT FROM films_lock WHERE films_lock.{owner}_id = {item} AND films_lock.field IN ('', {field}))"
