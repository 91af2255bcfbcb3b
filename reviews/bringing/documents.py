"""JSON as it comes, within bounds: what is small as a file can be huge in memory, or nested without end."""

import json
from typing import Any, Final

from reviews.bringing.archive import Part
from reviews.bringing.base import Unreadable
from reviews.bringing.tables import encoding_of

# Objects and arrays, and values of any kind, that a file may hold: some hundred megabytes of memory.
MOST_NODES: Final = 1_500_000
MOST_VALUES: Final = 5_000_000


def document_of(part: Part) -> Any:
    """What the JSON of a part says. Raises Unreadable."""
    content = part.content
    try:
        text = content.decode(encoding_of(content))
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    del content
    if text.count("{") + text.count("[") > MOST_NODES or text.count(",") > MOST_VALUES:
        raise Unreadable("nested")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable("json", error.lineno) from error
    except RecursionError as error:
        raise Unreadable("nested") from error
    except ValueError as error:  # of a number with thousands of digits
        raise Unreadable("number") from error


def is_json(head: str) -> bool:
    return head.startswith(("{", "["))


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of an array; what else stands in it, or stands there instead, is nothing."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def object_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
