"""Where a title belongs, said once for every statement that asks."""


def of_title_or_show(table: str, column: str, *, title: str) -> str:
    """SQL that joins what a title has in a table (genres, countries) as `has`: for a season without any, its show's.

    `title` names rows with title_id and parent_id. Looked up by key, row by row.
    """
    own = f"SELECT {column} FROM {table} AS own WHERE own.title_id = {title}.title_id"  # noqa: S608  (our own names)
    return f"""
        CROSS JOIN LATERAL (
            {own}
            UNION ALL
            SELECT {column} FROM {table} AS of_show
            WHERE of_show.title_id = {title}.parent_id AND {title}.parent_id IS NOT NULL AND NOT EXISTS ({own})
        ) AS has
    """  # noqa: S608  (our own names)
