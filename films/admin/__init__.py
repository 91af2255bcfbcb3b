"""The catalogue for staff: everything is found by any name or any id, every change is in the history that readers see,
and what is derived can only be looked at.
"""

from films.admin import derived, editing, merging, people, rows, titles, words

__all__ = ["derived", "editing", "merging", "people", "rows", "titles", "words"]
