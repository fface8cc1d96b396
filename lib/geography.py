"""Boundaries and places, as GeoJSON in longitude and latitude (RFC 7946)."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry


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


@dataclass(frozen=True, slots=True)
class Outline:
    """One boundary on a drawing: an SVG path, and the place inside it where its name has most room.

    Whole numbers: a template writes fractions with the language's comma, which SVG cannot read.
    """

    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boundaries on one sheet, 1000 units wide; `view` is the SVG viewBox."""

    view: str
    outlines: list[Outline]


def drawing(boundaries: Sequence[dict[str, Any]]) -> Drawing:
    """Draw GeoJSON boundaries to scale on one sheet, north up.

    A city is small: degrees of longitude are shortened by the cosine of its middle latitude and the rest is flat.
    """
    if not boundaries:
        return Drawing("0 0 1000 1", [])
    shapes = shapely.from_geojson([json.dumps(boundary) for boundary in boundaries])
    west, south, east, north = shapely.total_bounds(shapes)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = 1000 / max((east - west) * narrow, 1e-9)

    def flat(points: np.ndarray) -> np.ndarray:
        return np.column_stack([(points[:, 0] - west) * narrow * scale, (north - points[:, 1]) * scale])

    outlines = []
    for geometry in shapely.simplify(shapely.transform(shapes, flat), 1):
        middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(geometry, 5))[0].round()
        outlines.append(Outline(_path(geometry), int(middle[0]), int(middle[1])))
    return Drawing(f"0 0 1000 {(north - south) * scale:.0f}", outlines)


def _path(geometry: BaseGeometry) -> str:
    rings = [shapely.get_coordinates(ring) for part in shapely.get_parts(geometry) for ring in shapely.get_rings(part)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring[:-1]) + "z" for ring in rings)


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A GeoJSON Feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def feature_collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection, as js/map.js draws it."""
    return {"type": "FeatureCollection", "features": list(features)}
