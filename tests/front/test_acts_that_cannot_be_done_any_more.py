"""What was proposed and cannot be done any more stays on the desk until somebody takes it back, and breaks no page."""

from budgeting.models import Contest, JointAct
from tests.cast import signed_in
from tests.papers import words_on

BOX = "/2027/box/"


def taken_back(act: str, clara, otto) -> None:
    """Nobody is asked to confirm it, whoever does all the same is refused, and the first takes it back."""
    assert "confirmation/" not in signed_in(otto).get(act).content.decode()
    signed_in(otto).post(f"{act}confirmation/")
    signed_in(clara).post(f"{act}withdrawal/")
    assert JointAct.objects.get().confirmed is False
    assert signed_in(clara).get(act).status_code == 200


def test_an_extension_of_a_vote_that_closed_meanwhile(a_vote, clara, otto, at) -> None:
    form = {"extension-until_0": "2027-12-20", "extension-until_1": "20:00", "extension-reason": "The flood."}
    act = signed_in(clara).post(f"{BOX}extension/", form).url
    at("counting")
    page = signed_in(otto).get(act)
    assert page.status_code == 200
    assert "Voting is not open." in words_on(page)
    taken_back(act, clara, otto)


def test_closing_a_contest_that_was_deleted_meanwhile(hillside_contest: Contest, clara, otto, at) -> None:
    at("presenting")
    form = {"no_vote-contest": hillside_contest.pk, "no_vote-reason": "Nobody proposed anything."}
    act = signed_in(clara).post(f"{BOX}no-vote/", form).url
    hillside_contest.delete()
    assert "What was proposed" in words_on(signed_in(otto).get("/desk/"))
    page = signed_in(otto).get(act)
    assert "What this was about is not there any more." in words_on(page)
    assert "not there any more" in words_on(signed_in(otto).post(f"{act}confirmation/", follow=True))
    taken_back(act, clara, otto)
