from datetime import date

import pytest

from proposals.models import Decision
from tests.cast import conclude, middle_of


def test_martin_decides_and_everybody_reads_why(client, proposal, martin, at):
    at("reviewing")
    client.force_login(martin)
    address = f"{proposal.get_absolute_url()}decision/"
    form = {"outcome": "shortlist", "reason": "The quay belongs to the city.", "cost": "55 000"}
    assert client.post(address, form)["Location"] == proposal.get_absolute_url()
    client.logout()
    page = client.get(proposal.get_absolute_url()).text
    assert "The quay belongs to the city." in page
    assert "€55,000" in page


@pytest.mark.parametrize("who", ["rosa", "tomas", "clara", "ines", "otto"])
def test_the_decision_page_is_the_committees(client, proposal, at, who, request):
    at("reviewing")
    client.force_login(request.getfixturevalue(who))
    address = f"{proposal.get_absolute_url()}decision/"
    assert client.get(address).status_code == 403
    assert client.post(address, {"outcome": "reject", "reason": "No"}).status_code == 403
    assert not Decision.objects.exists()


def test_a_refused_decision_keeps_what_was_written(client, proposal, martin, at):
    at("reviewing")
    client.force_login(martin)
    page = client.post(f"{proposal.get_absolute_url()}decision/", {"outcome": "merge", "reason": "The same quay."}).text
    assert "Say into which proposal" in page
    assert "The same quay.</textarea>" in page


def test_a_merged_proposal_links_to_the_other_and_back(client, submitted, rosa, tomas, martin, at):
    one, other = submitted(rosa), submitted(tomas, title="Swings on the quay")
    at("reviewing")
    client.force_login(martin)
    form = {"outcome": "merge", "reason": "The same quay.", "into": one.pk}
    client.post(f"{other.get_absolute_url()}decision/", form)
    assert one.get_absolute_url() in client.get(other.get_absolute_url()).text
    assert other.get_absolute_url() in client.get(one.get_absolute_url()).text


def test_a_clerk_reports_on_the_building(client, proposal, martin, clara, rosa, at):
    proposal.decide(by=martin, at=middle_of("reviewing"), outcome="shortlist", reason="Good")
    conclude(proposal, funded=True)
    at("delivering")
    address = f"{proposal.get_absolute_url()}milestones/"
    form = {"kind": "delayed", "on": date(2027, 8, 1), "note": "", "percent": "40"}
    client.force_login(rosa)
    assert client.post(address, form).status_code == 403
    client.force_login(clara)
    assert "A delay needs its reason." in client.post(address, form).text
    client.post(address, {**form, "note": "The steel is late."})
    page = client.get(proposal.get_absolute_url()).text
    assert "The steel is late." in page
    assert "40 % done" in page
