from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """What every page shows. Costs at most one cached look-up for an anonymous reader."""
    return {
        "site_name": settings.FILMSITE_NAME,
        "demo_mode": settings.FILMSITE_DEMO,
        "banner": None,
        "moderation_badge": None,
        "unread_statements": 0,
    }
