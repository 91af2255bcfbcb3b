"""Whether somebody looks."""

from django.http import HttpRequest


def is_looked_at(request: HttpRequest) -> bool:
    """Whether somebody gets to see the answer: not that to a HEAD, nor what a browser fetches in case it is wanted.

    What a look changes (news are read) is left alone where nobody looks.
    """
    purposes = request.headers.get("Sec-Purpose", ""), request.headers.get("Purpose", "")
    return request.method == "GET" and not any(purpose.startswith("prefetch") for purpose in purposes)
