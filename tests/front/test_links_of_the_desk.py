"""The desk leads nobody to a page that is not there for them."""

import re

import pytest

from ballots import key
from tests.cast import put_on_paper


@pytest.mark.long
@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["clara", "martin", "ines", "otto"])
@pytest.mark.parametrize("stage", ["reviewing", "presenting", "voting", "counting"])
def test_every_link_of_the_desk_leads_somewhere(
    client, who, stage, request, cycle, clara, ines, otto, riverside_contest, at
):
    person = request.getfixturevalue(who)
    put_on_paper(riverside_contest)
    key.make(cycle, [clara, ines, otto], by=clara, at=at("presenting"))
    at(stage)
    client.force_login(person)
    links = re.findall(r'href="(/[^"#]*)', client.get("/desk/").text.partition("<main")[2].partition("</main>")[0])
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert links or who == "martin"
