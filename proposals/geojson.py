"""Places as GeoJSON (RFC 7946), as js/map.js draws them and anyone may reuse them."""

from collections.abc import Iterable
from typing import Any

from budgeting.models import District, boundaries_of
from lib.geography import feature, feature_collection
from proposals.models import Proposal


def map_of(districts: Iterable[District], proposals: Iterable[Proposal] = ()) -> dict[str, Any]:
    """The boundaries of districts, and a point for each proposal that has one."""
    return feature_collection([*boundaries_of(districts), *(_place(each) for each in proposals if each.has_place)])


def _place(proposal: Proposal) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [proposal.longitude, proposal.latitude]}
    return feature(point, name=proposal.title, label=proposal.number, url=proposal.get_absolute_url())
