"""Files that members bring from other sites: what they are, what stands in them, and which titles they mean.

One module a site reads its files into rows (`base.Row`); `reading` opens what was sent and finds out whose it is,
`matching` finds the titles. Nothing here writes what the rows say: `reviews.services.bringing_in` does.
"""
