"""How dates are written, one family for each language of the pages: the day, its month in letters, the year."""
