"""Bringing a member's own in from other sites: sent, read, looked at, taken over as a whole, undone as a whole.

`start_import` stores what was sent; a worker reads it (`read_import`) into rows and finds their titles. The member looks
(`reviews.bringing.looking`), says which titles are meant (`choose_title` …), and orders (`order_commit`); a worker writes
(`commit_import`), in batches that each say what they did, and can undo the same way (`undo_import`).

Each piece of work is claimed by a lease, so that a task that comes twice does nothing, and a worker that died is followed
by another, which goes on behind the last batch. Of one member one import is worked on at a time.
"""

from reviews.services.bringing_in.choosing import choose_title, leave_out, take_first_candidates
from reviews.services.bringing_in.committing import commit_import, order_commit
from reviews.services.bringing_in.keeping import forget_old_imports, sweep_imports
from reviews.services.bringing_in.leasing import waits_for
from reviews.services.bringing_in.starting import discard_import, read_import, start_import
from reviews.services.bringing_in.undoing import can_undo, order_undo, undo_import, undo_until

__all__ = [
    "can_undo",
    "choose_title",
    "commit_import",
    "discard_import",
    "forget_old_imports",
    "leave_out",
    "order_commit",
    "order_undo",
    "read_import",
    "start_import",
    "sweep_imports",
    "take_first_candidates",
    "undo_import",
    "undo_until",
    "waits_for",
]
