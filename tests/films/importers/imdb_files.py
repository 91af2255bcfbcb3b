"""IMDb-shaped files made up for tests: the columns are real, the rows are not."""

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path

HEADINGS = {
    "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
    "title.akas": "titleId ordering title region language types attributes isOriginalTitle",
    "title.crew": "tconst directors writers",
    "title.episode": "tconst parentTconst seasonNumber episodeNumber",
    "title.principals": "tconst ordering nconst category job characters",
    "title.ratings": "tconst averageRating numVotes",
    "name.basics": "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
}
ROWS: dict[str, list[str]] = {
    "title.basics": [
        r'tt0000001	movie	Walls of Salt	De zoutmuren	0	1997	\N	98	Drama,Sci-Fi',
        r'tt12345678	tvSeries	The Lighthouse Keepers	The Lighthouse Keepers	0	2001	2003	45	Crime',
        r'tt0000003	tvEpisode	Fog	Fog	0	2001	\N	45	Crime',
        r'tt0000004	tvEpisode	Storm	Storm	0	2001	\N	45	Crime',
        r'tt0000005	tvEpisode	Ice	Ice	0	2003	\N	45	Crime',
        r'tt0000006	short	Five Minutes	Five Minutes	0	1950	\N	5	Short,Comedy',
        r'tt0000007	movie	Not for Children	Not for Children	1	1975	\N	80	Adult',
        r'tt0000008	tvMovie	"Quoted" Night	"Quoted" Night	0	\N	\N	\N	\N',
    ],
    "title.akas": [
        r'tt0000001	1	Walls of Salt	\N	\N	original	\N	1',
        r'tt0000001	2	Zoutmuren	NL	nl	imdbDisplay	\N	0',
        r'tt0000001	3	Zoutmuren	BE	\N	imdbDisplay	\N	0',
        r'tt0000001	4	دیوارهای نمک	IR	fa	imdbDisplay	\N	0',
        r'tt0000003	1	Mist	NL	nl	imdbDisplay	\N	0',
    ],
    "title.crew": [
        "tt0000001	nm0000001	nm0000002,nm0000001",
        r"tt12345678	\N	nm0000002",
        r"tt0000003	nm0000009	\N",
    ],
    "title.episode": [
        "tt0000003	tt12345678	1	1",
        "tt0000004	tt12345678	1	2",
        "tt0000005	tt12345678	2	1",
    ],
    "title.principals": [
        r'tt0000001	1	nm0000003	actress	\N	["Ada","The \"Gull\""]',
        r'tt0000001	2	nm0000004	actor	\N	["Narrator (voice)"]',
        r'tt0000001	3	nm0000002	writer	novel	\N',
        r'tt0000001	4	nm0000005	composer	\N	\N',
        r'tt0000001	5	nm0000006	casting_director	\N	\N',
        r'tt12345678	1	nm0000002	writer	created by	\N',
        r'tt0000003	1	nm0000009	actor	\N	["Nobody"]',
    ],
    "title.ratings": ["tt0000001	7.9	1200", "tt12345678	8.1	40", "tt0000003	6.0	9"],
    "name.basics": [
        r'nm0000001	Greta Zand	1950	\N	director	tt0000001',
        r'nm0000002	Ion Marsh	1948	2010	writer	tt0000001',
        r'nm0000003	Mira Dell	\N	\N	actress	tt0000001',
        r'nm0000004	Tom Vale	999	\N	actor	tt0000001',
        r'nm0000005	Ö. Klang	\N	\N	composer	tt0000001',
        r'nm0000009	Nobody Known	\N	\N	actor	tt0000003',
    ],
}  # fmt: skip


def write_imdb(
    folder: Path,
    *,
    more: Mapping[str, Iterable[str]] | None = None,
    instead: Mapping[str, list[str]] | None = None,
    without: Iterable[str] = (),
    zipped: bool = True,
) -> Path:
    """Write the seven files; `more` adds rows to some, `instead` replaces all of theirs."""
    rows = {**ROWS, **(instead or {})}
    for name, heading in HEADINGS.items():
        lines = ["\t".join(heading.split()), *rows[name], *(more or {}).get(name, ())]
        text = "\n".join(lines).encode() + b"\n"
        for path in (folder / f"{name}.tsv", folder / f"{name}.tsv.gz"):
            path.unlink(missing_ok=True)
        if name not in without:
            path = folder / (f"{name}.tsv.gz" if zipped else f"{name}.tsv")
            path.write_bytes(gzip.compress(text) if zipped else text)
    return folder
