"""What is hidden is nowhere: every address of the site, for whoever may not see it, and every mail.

A proposal is hidden with all that is in it; of another a comment, a photo and a version. All of them speak of Zebedee,
and nothing else in the city does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client

from budgeting.models import Contest
from budgeting.people import RoleName
from notices.models import Follow
from notices.spreading import spread
from proposals.models import Decision, Proposal
from tests.addresses import addresses
from tests.cast import drafted, middle_of, person, picture, signed_in
from tests.told import text_of, to
from tests.whole_city import WholeCity

pytestmark = pytest.mark.heavy

NAME = "zebedee"
WHY = "It says of somebody what nobody has shown."
STAGES = ["reviewing", *(pytest.param(stage, marks=pytest.mark.long) for stage in ("voting", "results"))]
STRANGERS = ("visitor", "resident", "verified", "committee", "key holder", "superuser")


@dataclass
class Hidden:
    """`whole` is hidden, and of `other` the first comment, photo and version. All addresses, with the page's name."""

    whole: Proposal
    other: Proposal
    hide: Callable[[], None]
    addresses: dict[str, str]


@pytest.fixture
def hidden(whole_city: WholeCity, city_wide_contest: Contest, rosa, tomas, clara, otto) -> Hidden:
    now = middle_of("proposing")
    for thing in (city_wide_contest.district, whole_city.cycle):
        Follow.begin(thing, by=tomas, at=now)
    text = {"summary": "Zebedee lies.", "description": "Zebedee **stole** it.", "address": "Before Zebedee's house"}
    whole = drafted(rosa, city_wide_contest, title="Zebedee owes me money", latitude=0.7, longitude=0.7, **text)
    other = drafted(rosa, city_wide_contest, title="Trees", summary="For Zebedee.", latitude=0.2, longitude=0.2)
    third = drafted(rosa, city_wide_contest, title="More trees")
    for one in (whole, other, third):
        one.submit(by=rosa, at=now)
        one.add_photo(by=rosa, at=now, file=picture(), alt="Zebedee himself" if one != third else "A tree")
    for one in (whole, other):
        one.comment(by=rosa, at=now, text="Zebedee is a fool.")
    other.edit(by=rosa, at=now, summary="For everybody.")
    of_tomas = whole.comment(by=tomas, at=now, text="A fool.")
    merged = {"outcome": "merge", "reason": "The same.", "at": middle_of("reviewing")}
    Decision.objects.create(proposal=whole, into=other, **merged)
    Decision.objects.create(proposal=third, into=whole, **merged)
    spread(now)

    for thing in (whole, whole.photos.get(), other.comments.get()):
        thing.report(by=tomas, at=now, reason="It lies.")

    def hide() -> None:
        reason = {"by": clara, "at": middle_of("reviewing"), "reason": WHY}
        of_tomas.hide(**reason)
        whole.hide(**reason).confirm(by=otto, at=middle_of("reviewing"))
        for part in (other.comments.get(), other.photos.get(), other.versions.get(number=1)):
            part.hide(**reason)

    parts = [f"comments/{one.comments.first().pk}" for one in (whole, other)]
    parts += [f"photos/{one.photos.get().pk}" for one in (whole, other)] + ["versions/1", "versions/2"]
    photos = [one.photos.get().name for one in (whole, other)]
    values = {
        **whole_city.values,
        "contest": ["riverside", "city"],
        "district": ["city"],
        "numbered:number": [whole.number, other.number, third.number],
        "part": parts,
        "slug:name": photos,
        "size": ["small", "large"],
        "object_id": [whole.pk],
    }
    return Hidden(whole, other, hide, addresses(values))


def text(answer: HttpResponse) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace").lower() + answer.get("Location", "").lower()


def walked(found: Hidden, reader: Client) -> Iterator[tuple[str, str, HttpResponse, str]]:
    """Each address, the name of its page, and what it answers, led on to where it leads."""
    asked = {**found.addresses}
    asked |= {f"/2027/proposals/?q={word}": "search" for word in ("zebedee", "zebede", "stole", "money", "13")}
    asked |= {f"{found.other.get_absolute_url()}history/?from=1&to=2": "history of two"}
    asked |= {f"{found.other.get_absolute_url()}history/?from=1&to=1": "history of one"}
    for address, name in asked.items():
        answer = reader.get(address)
        yield address, name, answer, text(answer)
        if answer.status_code in (301, 302) and answer.url.startswith("/"):
            led = reader.get(answer.url)
            yield answer.url, name, led, text(led)


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
def test_before_it_is_hidden_it_is_in_all_these_places(hidden: Hidden, tomas, stage: str, at) -> None:
    """Otherwise the test below would be pleased with pages that have nothing to hide."""
    at(stage)
    spoke = {name for _address, name, _answer, said in walked(hidden, Client()) if NAME in said}
    assert spoke >= {"home", "cycle", "contest", "proposals", "places", "proposal", "search"}
    assert spoke >= {"proposal_history", "history of two"}
    assert NAME in signed_in(tomas).get("/me/notices/").text.lower()


@pytest.mark.long
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("who", STRANGERS)
def test_hidden_it_is_nowhere(hidden: Hidden, whole_city: WholeCity, who: str, stage: str, at) -> None:
    hidden.hide()
    spread(at(stage))
    somebody = whole_city.people[who]
    reader = signed_in(somebody) if somebody else Client()
    if who == "committee":  # of another district
        reader = signed_in(person("Greta", RoleName.COMMITTEE, district=whole_city.riverside.district))
    asked = 0
    for address, name, answer, said in walked(hidden, reader):
        asked += 1
        if name == "search":  # which says the word again
            said = said.replace(f'value="{NAME}"', "").replace(f"q={NAME}", "").replace("q=zebede", "")
        assert NAME not in said, address
        assert answer.status_code < 500, address
        if name == "photo":
            assert answer.status_code == 404, address
    assert asked > 150


def test_in_its_place_stands_why(hidden: Hidden) -> None:
    hidden.hide()
    place = Client().get(hidden.whole.get_absolute_url())
    assert (place.status_code, WHY in place.text) == (410, True)
    other = Client().get(hidden.other.get_absolute_url()).text
    assert other.count(WHY) == 2
    assert "A clerk hid version 1" in Client().get(f"{hidden.other.get_absolute_url()}history/").text


def test_it_is_not_in_the_table_the_set_up_exports(hidden: Hidden, whole_city: WholeCity, at) -> None:
    at("reviewing")
    address = "/admin/proposals/proposal/export/"
    asked = {"format": "0", "resource": "0", **{f"proposalresource_{name}": "on" for name in ("number", "title")}}
    setter_up = signed_in(whole_city.people["superuser"])
    assert NAME in text(setter_up.post(address, asked))
    hidden.hide()
    assert NAME not in text(setter_up.post(address, asked))


@pytest.mark.long
def test_it_is_in_no_mail_but_its_authors(hidden: Hidden, rosa, tomas, clara, told) -> None:
    """Nor in the digest that was waiting when it was hidden."""
    hidden.hide()
    mails = told(middle_of("reviewing")) + told(middle_of("reviewing").replace(hour=23))
    mails += told(middle_of("reviewing") + (middle_of("presenting") - middle_of("reviewing")) / 30)
    told_tomas = "".join(map(text_of, to(mails, tomas.email)))
    assert "Thank you for your report about Proposal 13" in told_tomas
    assert "A clerk has hidden something of yours about “Proposal 13”" in told_tomas
    told_of_him = [mail["To"] for mail in mails if NAME in f"{mail['Subject']}{text_of(mail)}".lower()]
    assert told_of_him == [rosa.email] * 3, "the proposal, the comment and the photo are hers"


@pytest.mark.long
def test_whoever_may_sees_it_by_name(hidden: Hidden, whole_city: WholeCity, rosa, clara, otto, at) -> None:
    hidden.hide()
    at("reviewing")
    member = person("Greta", RoleName.COMMITTEE, district=hidden.whole.contest.district)
    for reader in (rosa, clara, otto, member):
        page = signed_in(reader).get(hidden.whole.get_absolute_url())
        assert (page.status_code, page["Cache-Control"]) == (200, "no-store, private")
        assert "Zebedee owes me money" in page.text
        assert WHY in page.text
    for reader in (rosa, clara, otto):
        sent = signed_in(reader).get(hidden.other.photos.get().address)
        assert (sent.status_code, sent["Cache-Control"]) == (200, "no-store")
        b"".join(sent.streaming_content)
