"""Every public page, and what people see once signed in, checked by machine."""

from collections.abc import Callable
from datetime import datetime

import pytest

from budgeting.models import Contest

Check = Callable[..., None]


@pytest.fixture(autouse=True)
def _it_is_voting_time(at: Callable[[str], datetime], riverside_contest: Contest, hillside_contest: Contest) -> None:
    at("voting")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/2027/",
        "/2027/riverside/",
        "/how-it-works/",
        "/accessibility/",
        "/nowhere/",
    ],
)
def test_a_visitor_meets_no_barrier(nobody_is_kept_out: Check, address: str) -> None:
    nobody_is_kept_out(address)


def test_no_component_is_a_barrier(nobody_is_kept_out: Check, settings) -> None:
    settings.DEMO = True
    nobody_is_kept_out("/styleguide/")
    nobody_is_kept_out("/styleguide/?title=")
