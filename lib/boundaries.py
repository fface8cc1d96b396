"""One reader of boundaries: what map programs save, in the one form that is stored, drawn and asked for places.

GeoJSON in longitude and latitude (RFC 7946): rings closed, outer ones counter-clockwise, two coordinates to a place,
seven decimals of a degree (a centimetre). Whatever cannot be brought into that form is refused with a sentence.
"""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from shapely.geometry import mapping
from shapely.geometry.polygon import orient

from lib.names import one_form

Boundary = dict[str, Any]

MOST_POINTS = 50_000
DECIMALS = 7
DEGREES = {"urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:epsg::4326", "epsg:4326", "crs84"}
NAMED_BY = ("name", "nom", "naam", "nazwa", "nombre", "nome", "district")


def read(text: str, district: str = "") -> Boundary:
    """The boundary in a file's text. Raises ValidationError.

    `district`: the name by which it is found where the file has several.
    """
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        raise ValidationError(_("This is no GeoJSON, but perhaps KML: in a map program save it as GeoJSON."))
    if text.startswith("PK"):
        raise ValidationError(_("This is a ZIP, perhaps of a shapefile: in a map program save it as GeoJSON."))
    try:
        found = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValidationError(_("This is no GeoJSON: it cannot be read as JSON.")) from None
    return of(found, district)


def _no_number(_name: str) -> None:
    raise ValueError


def of(geojson: Any, district: str = "") -> Boundary:
    """The same of what has been read as JSON. Several features of one district are one boundary, also side by side."""
    convert = _conversion(geojson.get("crs") if isinstance(geojson, dict) else None)
    shapes = [_shape(geometry, convert) for geometry in _geometries(geojson, district)]
    if not shapes:
        raise ValidationError(_("The boundary is empty."))
    together = shapely.union_all(shapes) if len(shapes) > 1 else shapes[0]
    parts = list(map(orient, shapely.get_parts(shapely.transform(together, lambda places: places.round(DECIMALS)))))
    points = sum(shapely.get_num_coordinates(part) for part in parts)
    if points > MOST_POINTS:
        raise ValidationError(
            _("The boundary has %(points)d points; at most %(most)d may be. In a map program simplify it.")
            % {"points": points, "most": MOST_POINTS}
        )
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return json.loads(json.dumps(mapping(whole)))  # lists, as they come back from the database


# What is in the file -------------------------------------------------------------------------------------------------


def _geometries(geojson: Any, district: str) -> Iterator[Any]:
    kind = geojson.get("type") if isinstance(geojson, dict) else None
    if kind == "Feature":
        yield geojson.get("geometry")
    elif kind == "FeatureCollection":
        for feature in _of_district(geojson.get("features"), district):
            yield feature.get("geometry")
    else:
        yield geojson


def _of_district(features: Any, district: str) -> list[Any]:
    """The features of one district: those that bear its name, or all where none is told apart by a name."""
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise ValidationError(_("The boundary's features cannot be read."))
    names = [_name_of(feature) for feature in features]
    told_apart = sorted(set(names) - {""})
    if len(features) <= 1 or len(told_apart) <= 1:
        return features
    named = [feature for feature, name in zip(features, names, strict=True) if one_form(name) == one_form(district)]
    if not named:
        raise ValidationError(
            _("The file has several districts, and none is called “%(name)s”. It has: %(names)s")
            % {"name": district, "names": ", ".join(told_apart[:20])}
        )
    return named


def _name_of(feature: dict[str, Any]) -> str:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return ""
    known = {key.casefold(): value for key, value in properties.items() if isinstance(value, str)}
    return next((known[key] for key in NAMED_BY if known.get(key)), "")


def _parts(geometry: Any) -> list[Any]:
    """The polygons of a geometry, each a list of rings."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValidationError(_("The boundary is not a GeoJSON Polygon or MultiPolygon."))
    coordinates = geometry.get("coordinates")
    return [coordinates] if kind == "Polygon" else _list(coordinates)


# Its coordinates -----------------------------------------------------------------------------------------------------


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValidationError(_("The boundary's coordinates cannot be read."))
    return value


def _shape(geometry: Any, convert: Any) -> shapely.MultiPolygon:
    rings = [[_ring(ring, convert) for ring in _list(part)] for part in _parts(geometry)]
    found = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in rings])
    if not found.is_valid:
        raise ValidationError(_("The boundary is faulty: %s") % shapely.is_valid_reason(found))
    return found


def _ring(positions: Any, convert: Any) -> list[tuple[float, float]]:
    """A ring, closed if it is not: a line back to where it begins is what is meant."""
    ring = [_place(position, convert) for position in _list(positions)]
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    if len(set(ring)) < 3:
        raise ValidationError(_("The boundary has a ring of fewer than three places."))
    return ring


def _place(position: Any, convert: Any) -> tuple[float, float]:
    """Longitude and latitude; the height is left out."""
    numbers = _list(position)
    if not 2 <= len(numbers) <= 4 or not all(type(one) in (int, float) for one in numbers):
        raise ValidationError(_("The boundary's coordinates cannot be read."))
    try:
        x, y = map(float, convert(numbers[0], numbers[1]))
    except OverflowError:
        x = y = math.inf
    if not (abs(x) <= 180 and abs(y) <= 90):
        raise ValidationError(
            _(
                "%(x)s, %(y)s is no longitude and latitude in degrees, but perhaps in metres: in a map program save "
                "the file as GeoJSON in WGS 84 (EPSG:4326)."
            )
            % {"x": str(numbers[0])[:20], "y": str(numbers[1])[:20]}
        )
    return round(x, DECIMALS), round(y, DECIMALS)


def _conversion(crs: Any) -> Any:
    """How its coordinates become degrees, by the system that a file names (as GeoJSON did before RFC 7946)."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(named, str) or named.casefold() in DEGREES:
        return lambda x, y: (x, y)
    from pyproj import CRS, Transformer  # noqa: PLC0415  (slow, and few need it)
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return Transformer.from_crs(CRS.from_user_input(named), "EPSG:4326", always_xy=True).transform
    except CRSError:
        raise ValidationError(
            _("The file names a system of coordinates that is not known: %s. Save it in WGS 84 (EPSG:4326).")
            % named[:80]
        ) from None


# Beside the others ---------------------------------------------------------------------------------------------------

FAR = 3  # degrees, some 300 km


def refuse_elsewhere(boundary: Boundary, others: Sequence[Boundary]) -> None:
    """Raise ValidationError where it lies far from all others, or would be among them with its axes exchanged."""
    around = shapely.union_all([one for one in map(shape_of, others) if one is not None])
    here = shape_of(boundary)
    if around.is_empty or here is None or shapely.distance(here, around) < FAR:
        return
    exchanged = shapely.transform(here, lambda places: places[:, ::-1])
    if shapely.distance(exchanged, around) < FAR:
        raise ValidationError(_("Latitude stands before longitude in this boundary: exchange them."))
    raise ValidationError(_("This boundary lies far from all other districts. Is it one of this city?"))


def shape_of(boundary: Any) -> Any:
    """What can be drawn and asked of a stored boundary; None where an earlier version let through what cannot."""
    try:
        found = shapely.from_geojson(json.dumps(boundary), on_invalid="ignore")
    except (TypeError, ValueError):
        return None
    fits = found is not None and not found.is_empty and found.geom_type in ("Polygon", "MultiPolygon")
    west, south, east, north = shapely.bounds(found) if fits else (0, 0, 0, 0)
    return found if fits and west >= -180 and east <= 180 and south >= -90 and north <= 90 else None
