"""A made-up site of any size, for benchmarks and for trying pages at full scale: `manage.py generate_catalogue`.

Nothing in it is about anybody: names, titles and texts are put together from the words of `words.py`, and every
number is drawn from a seeded generator, so that the same seed, size and day make the same site.
"""
