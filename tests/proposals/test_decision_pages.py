from datetime import date

from tests.cast import conclude, middle_of


def test_a_merged_proposal_links_to_the_other_and_back(client, submitted, rosa, tomas, martin, at):
    one, other = submitted(rosa), submitted(tomas, title="Swings on the quay")
    other.decide(by=martin, at=at("reviewing"), outcome="merge", reason="The same quay.", into=one)
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
