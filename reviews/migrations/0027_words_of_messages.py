"""The words of messages and of their translations, so that either finds a message.

A column beside each, which PostgreSQL fills whoever writes the row. Django does not know it, so that no page fetches it.
"""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

# How each language bends its words; what is not here is looked for as it is written.
RULES = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "no": "norwegian",
    "nb": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# One configuration a language: as PostgreSQL's own, with accents aside.
_CONFIGURATION = """
    CREATE TEXT SEARCH CONFIGURATION public.filmsite_{rules} (COPY = pg_catalog.{rules});
    ALTER TEXT SEARCH CONFIGURATION public.filmsite_{rules}
        ALTER MAPPING FOR word, hword, hword_part WITH public.unaccent, pg_catalog.{stem};
"""
_DROPPED = "DROP TEXT SEARCH CONFIGURATION public.filmsite_{rules};"
_ALL = [*sorted(set(RULES.values())), "simple"]

# Names with their schema: a dump is read back with an empty search path.
_WHICH = """
    CREATE FUNCTION public.reviews_words_rules(language text) RETURNS regconfig
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE split_part(language, '-', 1)
            {cases}
            ELSE 'public.filmsite_simple'::regconfig
        END
    $$;
"""
_CASES = " ".join(f"WHEN '{code}' THEN 'public.filmsite_{rules}'::regconfig" for code, rules in RULES.items())

# What a spoiler hides is not to be found. Three in one another are taken out from the inside; with more than that, or in
# HTML of another make, all that follows is left out.
_WORDS = """
    CREATE FUNCTION public.reviews_words_shown(html text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN position('<details' IN html) = 0 THEN html ELSE
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(html, {innermost}, ' ', 'g'),
                        {innermost}, ' ', 'g'),
                    {innermost}, ' ', 'g'),
                '<details.*', ' ')
        END
    $$;
    CREATE FUNCTION public.reviews_words(language text, headline text, html text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT setweight(to_tsvector(public.reviews_words_rules(language), headline), 'A')
            || to_tsvector(public.reviews_words_rules(language), public.reviews_words_shown(html))
    $$;
"""
_INNERMOST = "'<details[^>]*>[^<]*(?:<(?!/?details)[^<]*)*</details>'"

_COLUMNS = """
    ALTER TABLE reviews_review ADD COLUMN lexemes tsvector
        GENERATED ALWAYS AS (public.reviews_words(language, headline, html)) STORED;
    ALTER TABLE reviews_translation ADD COLUMN lexemes tsvector
        GENERATED ALWAYS AS (public.reviews_words(target, headline, html)) STORED;
    CREATE INDEX review_words ON reviews_review USING gin (lexemes) WHERE state = 'published';
    CREATE INDEX translation_words ON reviews_translation USING gin (lexemes)
        WHERE review_id IS NOT NULL AND html <> '' AND status <> 'superseded';
"""
_WITHOUT = """
    ALTER TABLE reviews_translation DROP COLUMN lexemes;
    ALTER TABLE reviews_review DROP COLUMN lexemes;
    DROP FUNCTION public.reviews_words(text, text, text);
    DROP FUNCTION public.reviews_words_shown(text);
    DROP FUNCTION public.reviews_words_rules(text);
"""


def _stem(rules: str) -> str:
    return "simple" if rules == "simple" else f"{rules}_stem"


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0026_doubted_translations"),
    ]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(
            "".join(_CONFIGURATION.format(rules=rules, stem=_stem(rules)) for rules in _ALL),
            "".join(_DROPPED.format(rules=rules) for rules in _ALL),
        ),
        migrations.RunSQL(
            _WHICH.format(cases=_CASES) + _WORDS.format(innermost=_INNERMOST) + _COLUMNS,
            _WITHOUT,
        ),
    ]
