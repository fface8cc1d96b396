"""One reader of boundaries: what it takes is drawn on every page, and what it does not is refused with a sentence."""

import json
import math

import pytest
import shapely
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lib import boundaries
from lib.geography import drawing, lies_within
from tests.cast import square

RING = [[4.30, 50.80], [4.34, 50.80], [4.34, 50.84], [4.30, 50.84], [4.30, 50.80]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
HOLE = [[4.31, 50.81], [4.32, 50.81], [4.32, 50.82], [4.31, 50.81]]
BESIDE = {"type": "Polygon", "coordinates": [[[x + 0.1, y] for x, y in RING]]}


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multi(*polygons: object) -> dict[str, object]:
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


TAKEN = {
    "a polygon": POLYGON,
    "a feature": feature(POLYGON),
    "a collection of one": collection(feature(POLYGON, name="Anything")),
    "a ring that is not closed (I1)": polygon(RING[:-1]),
    "a ring that runs clockwise": polygon(RING[::-1]),
    "with heights": polygon([[*place, 12.5] for place in RING]),
    "with measures": polygon([[*place, 12.5, 3] for place in RING]),
    "in whole numbers": polygon([[4, 50], [5, 50], [5, 51], [4, 50]]),
    "with a name of its system": POLYGON
    | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
    "with a box": POLYGON | {"bbox": [4.3, 50.8, 4.34, 50.84]},
}


@pytest.mark.parametrize("given_so", TAKEN.values(), ids=TAKEN)
def test_what_map_programs_save_is_taken_in_one_form(given_so: dict[str, object]) -> None:
    read = boundaries.read(json.dumps(given_so))
    (outer,) = read["coordinates"]
    assert read.keys() == {"type", "coordinates"}
    assert outer[0] == outer[-1]
    assert {len(place) for place in outer} == {2}
    assert shapely.LinearRing(outer).is_ccw
    assert boundaries.of(read) == read
    assert drawing([read]).outlines[0]


def test_a_district_in_two_parts_with_a_hole_is_one_boundary() -> None:
    read = boundaries.of(collection(feature(polygon(RING, HOLE)), feature(BESIDE)), "Centre")
    assert read["type"] == "MultiPolygon"
    assert [len(part) for part in read["coordinates"]] == [2, 1]
    assert lies_within(read, 4.41, 50.81)
    assert not lies_within(read, 4.317, 50.813)


def test_i7_two_features_side_by_side_are_one_boundary_without_a_line_between() -> None:
    across = polygon([[4.31, 50.79], [4.3333333, 50.79], [4.32, 50.83], [4.31, 50.79]])  # meets it between two places
    overlapping = boundaries.of(collection(feature(POLYGON), feature(across)))
    assert boundaries.of(overlapping) == overlapping
    beside = polygon([[4.34, 50.80], [4.38, 50.80], [4.38, 50.84], [4.34, 50.84], [4.34, 50.80]])
    read = boundaries.of(collection(feature(POLYGON), feature(beside)), "Centre")
    assert read["type"] == "Polygon"
    assert shapely.bounds(boundaries.shape_of(read)).tolist() == [4.30, 50.80, 4.38, 50.84]
    assert shapely.LinearRing(read["coordinates"][0]).is_ccw


def test_among_several_districts_it_is_the_one_of_the_name() -> None:
    city = collection(
        feature(BESIDE, Nom="Bord  de l'eau"), feature(POLYGON, Nom="Centre"), feature(square(1, 50), Nom="X")
    )
    assert boundaries.of(city, "centre") == boundaries.of(POLYGON)
    with pytest.raises(ValidationError, match=r"none is called “North”\. It has: Bord"):
        boundaries.of(city, "North")


def test_what_stands_in_metres_is_converted_where_the_file_names_its_system() -> None:
    lambert = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}}
    brussels = polygon([[148_000, 169_000], [150_000, 169_000], [150_000, 171_000], [148_000, 169_000]])
    west, south, east, north = shapely.bounds(boundaries.shape_of(boundaries.of(brussels | lambert)))
    assert (4.33 < west < east < 4.39, 50.82 < south < north < 50.86) == (True, True)


NO_POLYGON = [
    *("", 5, "x", [], None, {}, {"type": []}, {"type": "Point", "coordinates": [0, 0]}),
    *({"type": "Topology", "objects": {}}, {"rings": [RING]}, feature(None), collection(feature(5))),
    *({"type": "GeometryCollection", "geometries": [POLYGON]}, feature(feature(POLYGON))),
]
NO_COORDINATES = [
    *({"type": "Polygon"}, {"type": "Polygon", "coordinates": None}, multi([[]]), multi(), multi([[[], [], []]])),
    *map(polygon, ([], [[]], [[None, 1]] * 4, [["4.3", "50.8"]] * 4, [[True, False]] * 4, [{"x": 1}], [[1]] * 4)),
    *(polygon(), polygon([[1, 2, 3, 4, 5]] * 4), polygon(RING, [])),
]
NO_DEGREES = [
    [[480000, 6590000], [485000, 6590000], [485000, 6595000]],
    *([[1e308, 1], [2, 2], [3, 1]], [[0, 91], [1, 91], [1, 92]], [[400, 0], [401, 0], [401, 1]]),
    [[10**400, 0], [1, 1], [2, 0]],
]
FAULTY = [
    *(polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), polygon(RING, [[8, 8], [9, 8], [9, 9], [8, 8]])),
    multi([RING], [RING]),
]
REFUSED = {
    "not a GeoJSON Polygon": NO_POLYGON,
    "features cannot be read": [
        {"type": "FeatureCollection", "features": 5},
        {"type": "FeatureCollection"},
        collection(5),
    ],
    "is empty": [collection()],
    "coordinates cannot be read": NO_COORDINATES,
    "fewer than three places": [polygon(RING[:2]), polygon([[1, 1]] * 5)],
    "in metres": list(map(polygon, NO_DEGREES)),
    "faulty": FAULTY,
    "not known": [POLYGON | {"crs": {"properties": {"name": "EPSG:99999999"}}}],
    "at most 50000": [polygon([[math.cos(n / 1e4), math.sin(n / 1e4)] for n in range(62_000)])],
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_no_boundary_is_refused_with_a_sentence(sentence: str) -> None:
    for each in REFUSED[sentence]:
        with pytest.raises(ValidationError, match=sentence):
            boundaries.of(each)


TEXTS = {
    "cannot be read as JSON": [
        "",
        "{",
        "[" * 100_000,
        '{"type": NaN}',
        '{"type": "Polygon", "coordinates": [[[Infinity, 1]]]}',
    ],
    "perhaps KML": ['\ufeff <?xml version="1.0"?><kml/>', "<kml/>"],
    "perhaps of a shapefile": ["PK\x03\x04"],
}


@pytest.mark.parametrize("sentence", TEXTS)
def test_what_is_no_geojson_says_what_to_do(sentence: str) -> None:
    for text in TEXTS[sentence]:
        with pytest.raises(ValidationError, match=sentence):
            boundaries.read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "features", "geometry", "crs", "properties", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BENT = st.lists(st.lists(st.one_of(st.floats(-200, 200), st.integers(), JSON), max_size=4), max_size=6)


@given(
    JSON | st.builds(polygon, BENT) | st.builds(multi, st.lists(BENT, max_size=2)) | st.builds(feature, JSON, name=JSON)
)
def test_whatever_comes_is_either_refused_with_a_sentence_or_drawn(anything: object) -> None:
    try:
        read = boundaries.of(anything, "Centre")
    except ValidationError:
        return
    assert drawing([read, square(0, 0)]).outlines[0]
    assert boundaries.of(read) == read


STORED_BEFORE = [
    polygon(RING[:-1]),
    polygon(),
    {"type": "Polygon", "coordinates": None},
    polygon([[480000, 6590000]] * 4),
    5,
]


@pytest.mark.parametrize("stored", STORED_BEFORE)
def test_what_an_earlier_version_let_through_spoils_no_drawing(stored: object) -> None:
    sheet = drawing([square(0, 0), stored, square(1, 0)])
    assert [outline is None for outline in sheet.outlines] == [False, True, False]
    assert lies_within(stored, 0, 0)


def test_a_boundary_far_from_the_city_is_asked_about_and_exchanged_axes_are_named() -> None:
    exchanged = polygon([[y, x] for x, y in RING])
    with pytest.raises(ValidationError, match="Latitude stands before longitude"):
        boundaries.refuse_elsewhere(boundaries.of(exchanged), [BESIDE])
    with pytest.raises(ValidationError, match="far from all other districts"):
        boundaries.refuse_elsewhere(square(40, 10), [BESIDE])
    boundaries.refuse_elsewhere(POLYGON, [BESIDE])
    boundaries.refuse_elsewhere(square(40, 10), [])
