"""What is done with boundaries and places: drawn on a sheet, compared, handed to a map."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lib.boundaries import shape_of


def lies_within(geometry: dict[str, Any] | None, longitude: float, latitude: float) -> bool:
    """Is the place inside the boundary (its edge included)? True where there is no boundary to check against."""
    shape = shape_of(geometry) if geometry else None
    return shape is None or bool(shapely.intersects_xy(shape, longitude, latitude))


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
    outlines: list[Outline | None]


def drawing(boundaries: Sequence[dict[str, Any]]) -> Drawing:
    """Draw boundaries to scale on one sheet, north up; None for one that cannot be drawn.

    A city is small: degrees of longitude are shortened by the cosine of its middle latitude and the rest is flat.
    """
    found = [shape_of(boundary) for boundary in boundaries]
    shapes = [shape for shape in found if shape is not None]
    if not shapes:
        return Drawing("0 0 1000 1", [None] * len(found))
    west, south, east, north = shapely.total_bounds(shapes)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = 1000 / max((east - west) * narrow, 1e-9)

    def flat(points: np.ndarray) -> np.ndarray:
        return np.column_stack([(points[:, 0] - west) * narrow * scale, (north - points[:, 1]) * scale])

    drawn = iter(shapely.simplify(shapely.transform(shapes, flat), 1))
    outlines = [shape and _outline(next(drawn)) for shape in found]
    return Drawing(f"0 0 1000 {(north - south) * scale:.0f}", outlines)


def _outline(geometry: BaseGeometry) -> Outline:
    middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(geometry, 5))[0].round()
    return Outline(_path(geometry), int(middle[0]), int(middle[1]))


def _path(geometry: BaseGeometry) -> str:
    rings = [shapely.get_coordinates(ring) for part in shapely.get_parts(geometry) for ring in shapely.get_rings(part)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring[:-1]) + "z" for ring in rings)


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A GeoJSON Feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def feature_collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection, as js/map.js draws it."""
    return {"type": "FeatureCollection", "features": list(features)}
