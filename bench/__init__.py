"""Measurements of the site against what the same machine could do at best: `python -m bench --help`.

Every number is a ratio of two sides that take turns in one run, because seconds tell more about the machine and its
other work than about the code. `docs/performance.md` has the budgets.
"""
