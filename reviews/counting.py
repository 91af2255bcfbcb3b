"""Whether a vote counts, said once for every statement that writes votes. The triggers of migration 0013 say the same,
and so does the call by which a member votes (migration 0020)."""


def counts(*, member: str, title: str) -> str:
    """SQL that is true where a vote of that member on that title counts; both name a row of the statement.

    Expects the parameter `today`. A vote does not count before its title's first public showing, while its member is
    suspended, and where a moderator set it aside.
    """
    return f"""(
        {member}.suspended_at IS NULL AND coalesce({title}.released_on, '-infinity') <= %(today)s
        AND NOT EXISTS (
            SELECT FROM reviews_setasidevote AS aside
            WHERE aside.title_id = {title}.id AND aside.member_id = {member}.id
        )
    )"""
