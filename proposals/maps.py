"""Places as GeoJSON (RFC 7946), as js/map.js draws them and anyone may reuse them."""

from collections.abc import Iterable
from typing import Any

from budgeting.models import District
from proposals.models import Proposal


def collection(districts: Iterable[District], proposals: Iterable[Proposal] = ()) -> dict[str, Any]:
    """The boundaries of districts, and a point for each proposal that has one."""
    boundaries = [_feature(each.boundary, name=each.name) for each in districts if each.boundary]
    return {
        "type": "FeatureCollection",
        "features": boundaries + [_place(each) for each in proposals if each.has_place],
    }


def _place(proposal: Proposal) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [proposal.longitude, proposal.latitude]}
    return _feature(point, name=proposal.title, label=proposal.number, url=proposal.get_absolute_url())


def _feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
