"""When votes came to this site. A file says itself how old its votes are, so those of an import came when it was taken over."""

from typing import Final

# Named queries for a statement that begins with WITH; they expect the moments `since` and `now`. Costs the votes that
# came between these and all that imports of that time wrote. A vote that its member changed after an import is theirs.
ARRIVED: Final = """
    imported AS MATERIALIZED (
        SELECT row.made AS id, max(import.committed_at) AS at
        FROM reviews_memberimport AS import
        JOIN reviews_importrow AS row ON row.of_id = import.id
        JOIN reviews_vote AS vote ON vote.id = row.made AND vote.value = (row.data ->> 'value')::smallint
        WHERE import.committed_at > %(since)s AND import.committed_at <= %(now)s
            AND row.kind = 'vote' AND row.outcome IN ('created', 'changed')
        GROUP BY row.made
    ), arrived AS (
        SELECT vote.id, vote.title_id, vote.member_id, vote.value, vote.counted, vote.changed_at AS at,
            false AS is_imported
        FROM reviews_vote AS vote
        WHERE vote.changed_at > %(since)s AND vote.changed_at <= %(now)s
            AND NOT EXISTS (SELECT FROM imported WHERE imported.id = vote.id)
        UNION ALL
        SELECT vote.id, vote.title_id, vote.member_id, vote.value, vote.counted,
            greatest(vote.changed_at, imported.at), true
        FROM imported JOIN reviews_vote AS vote USING (id)
    )
"""
