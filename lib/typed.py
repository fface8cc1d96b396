"""Text that stands in an address or a form by hand, where no form field cleans it."""

from django.http import QueryDict


def typed(data: QueryDict, name: str, most: int) -> str:
    """What was typed, without the NUL that no database can hold, without blanks around it, cut off at `most`."""
    return str(data.get(name, "")).replace("\0", "").strip()[:most]
