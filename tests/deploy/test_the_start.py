"""What `./run serve` says when it starts a city that has not said where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import Aside, address_for_others
from tests.deploy.site import serving
from tests.served import wait_for


@pytest.mark.long
def test_the_start_warns_of_an_address_nobody_reaches(aside: Callable[[str], Aside], tmp_path: Path) -> None:
    with aside("start").in_use():
        url = address_for_others()
    with serving(tmp_path, url, PUBLIC_URL="http://127.0.0.1:8000") as site:
        wait_for(lambda: "set PUBLIC_URL" in site.log.read_text(), site.log)
        assert site.log.read_text().count("set PUBLIC_URL") == 1
