"""The evaluation card as a PDF: for members as they see it, for everybody once the decision is public."""

import page
import pytest
from django.test import Client

from tests.cast import signed_in
from tests.papers import words_of

pytestmark = pytest.mark.heavy


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def addresses(proposal) -> tuple[str, str]:
    return f"{proposal.get_absolute_url()}assessment.pdf", f"{proposal.get_absolute_url()}cards.pdf"


def test_nobody_gets_the_public_one_before_the_decision_is(decided, rosa, otto, martin, client) -> None:
    public, _members = addresses(decided)
    for browser in (client, signed_in(rosa), signed_in(otto), signed_in(martin)):
        assert browser.get(public).status_code == 404


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everybody_gets_it_then_accessible_and_without_names(client: Client, published, language) -> None:
    public, _members = addresses(published)
    answer = client.get(public, headers={"accept-language": language})
    content = body(answer)
    for profile in ("ua1", "3a"):
        assert page.validate_pdf_bytes(content, profile=profile).failures == [], profile
    text = words_of(content)
    assert "Is it public land?" in text
    assert "The quay is ours." in text
    assert "neighbours" not in text
    assert "quarrel" not in text
    assert "Martin:" not in text
    assert {"en": "On average 3.5, from 2 to 5", "fr": "En moyenne 3,5, de 2 à 5"}[language] in text


def test_it_is_made_once(client: Client, published, monkeypatch) -> None:
    public, _members = addresses(published)
    first = body(client.get(public))
    monkeypatch.setattr("lib.pdf.render", lambda *args, **more: pytest.fail("made again"))
    assert body(client.get(public)) == first


@pytest.mark.sampled(1)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_members_get_what_they_see(handed_in, three, language) -> None:
    _public, members = addresses(handed_in)
    content = body(signed_in(three[0]).get(members, headers={"accept-language": language}))
    assert page.validate_pdf_bytes(content, profile="ua1").failures == []
    text = words_of(content)
    assert "Do we trust the neighbours?" in text
    assert "They quarrel." in text
    not_yet = words_of(body(signed_in(three[2]).get(members)))
    assert "They quarrel." not in not_yet, "Milan has not handed in"
    assert "once you have handed in yours" in not_yet


@pytest.mark.parametrize("who", ["rosa", "tomas", "clara", "ines", "otto"])
def test_nobody_else_gets_that_of_members(handed_in, who, request) -> None:
    _public, members = addresses(handed_in)
    assert signed_in(request.getfixturevalue(who)).get(members).status_code == 403
