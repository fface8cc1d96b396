"""Boundaries and places, as GeoJSON in longitude and latitude (RFC 7946)."""

from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from shapely.geometry import shape


def check_boundary(geometry: Any) -> None:
    """Raise ValidationError unless this is a GeoJSON Polygon or MultiPolygon without faults."""
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ValidationError(_("The boundary is not a GeoJSON Polygon or MultiPolygon."))
    try:
        polygon = shape(geometry)
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError):
        raise ValidationError(_("The boundary's coordinates cannot be read.")) from None
    if not polygon.is_valid:
        raise ValidationError(_("The boundary is faulty: %s") % shapely.is_valid_reason(polygon))


def lies_within(geometry: dict[str, Any] | None, longitude: float, latitude: float) -> bool:
    """Is the place inside the boundary (its edge included)? True where there is no boundary to check against."""
    return geometry is None or bool(shapely.intersects_xy(shape(geometry), longitude, latitude))
