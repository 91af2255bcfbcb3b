"""The demo community: facts and texts in JSON beside this file, and the loader that brings them to life."""

from typing import Final

# Role, name, password, as the start command prints them. Everyone may know these passwords: they are set in demo mode
# and nowhere else, and a start outside demo mode refuses a database that holds these accounts. So they stay few: with each
# of them a name is taken that somebody may have on a site of their own.
DEMO_ACCOUNTS: Final = (
    ("member", "alice", "alice-filmsite"),
    ("film moderator", "mona", "mona-filmsite"),
    ("staff", "sofie", "sofie-filmsite"),
)
