"""News of the catalogue for apps above it. Sent inside the transaction, so a receiver's work is stored with it or not."""

from django.dispatch import Signal

# merges: list[Merge], the show's before its seasons'. Sent while the duplicates still stand apart, their rows locked; what
# a receiver moves and must find again it notes in `Merge.followed` or in tables of its own.
titles_merged = Signal()

# item: Title or Person; keys: set[str] of the facts (`films.editing`) that are others now. Sent when somebody changed them,
# and not for what importers bring.
facts_changed = Signal()

# merges: list[Merge], as they were merged. Sent before the duplicates stand apart again.
merge_undone = Signal()
