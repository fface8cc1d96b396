"""The districts drawn to scale: north up, each name inside its district."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from lib.geography import drawing, lies_within
from tests.cast import square


def points(path: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split())) for pair in path.strip("Mz").replace("zM", "L").split("L")]


def test_a_city_is_drawn_north_up_and_to_scale() -> None:
    sheet = drawing([square(10, 60), square(10, 61)])
    assert sheet.view == "0 0 1000 4125", "a degree of longitude at 61° north is half as long as one of latitude"
    south, north = (points(outline.path) for outline in sheet.outlines)
    assert min(y for _, y in south) == max(y for _, y in north), "the southern one lies under the northern one"


@given(st.lists(st.tuples(st.integers(-170, 170), st.integers(-70, 70)), min_size=1, max_size=6, unique=True))
def test_each_name_stands_inside_its_district_and_on_the_sheet(corners: list[tuple[int, int]]) -> None:
    sheet = drawing([square(*corner) for corner in corners])
    height = float(sheet.view.split()[-1])
    for outline in sheet.outlines:
        assert shapely.Polygon(points(outline.path)).buffer(1).contains(shapely.Point(outline.x, outline.y))
        assert -1 <= outline.x <= 1001
        assert -1 <= outline.y <= height + 1


def test_a_city_without_boundaries_has_no_drawing() -> None:
    assert drawing([]).outlines == []


def test_a_boundary_with_a_hole_is_drawn_with_it() -> None:
    outer, inner = square(0, 0)["coordinates"][0], [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6], [0.4, 0.4]]
    assert drawing([{"type": "Polygon", "coordinates": [outer, inner]}]).outlines[0].path.count("M") == 2


def test_a_place_on_the_edge_is_inside() -> None:
    assert lies_within(square(0, 0), 1, 0.5)
    assert not lies_within(square(0, 0), 1.000001, 0.5)
    assert lies_within(None, 99, 99)
