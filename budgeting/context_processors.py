"""What the frame of every page knows."""

from django.conf import settings
from django.http import HttpRequest

from budgeting.registry import Page, Place, address_of, offered


def city(request: HttpRequest) -> dict[str, object]:
    return {
        "city_name": settings.CITY_NAME,
        "city_colour": settings.CITY_COLOUR,
        "city_contact": settings.CITY_CONTACT,
        "map_tiles": settings.MAP_TILES,
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }


def frame(request: HttpRequest) -> dict[str, object]:
    """The pages of other rooms that the frame leads to."""
    return {"pages": {page.value: address_of(page) for page in Page}, "footer": offered(Place.FOOTER, None)}
