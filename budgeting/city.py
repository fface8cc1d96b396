"""What every page knows of the city."""

from django.conf import settings
from django.http import HttpRequest


def city(request: HttpRequest) -> dict[str, object]:
    return {
        "city_name": settings.CITY_NAME,
        "city_colour": settings.CITY_COLOUR,
        "city_contact": settings.CITY_CONTACT,
        "map_tiles": settings.MAP_TILES,
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }
