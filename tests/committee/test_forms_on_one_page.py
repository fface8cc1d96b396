"""Where one form of a page was refused, the others still go where they belong, and lose nothing."""

from tests.cast import signed_in


def test_a_decision_is_put_to_the_vote_after_a_correction_was_refused(proposal, three, now) -> None:
    browser, page = signed_in(three[0]), f"{proposal.get_absolute_url()}decision/"
    refused = browser.post(f"{proposal.get_absolute_url()}correction/", {"asked": ""})
    assert refused.status_code == 422
    assert f'action="{page}#put-to-the-vote"' in refused.text


def test_a_committee_is_set_up_after_a_seat_was_refused(clara, riverside_contest, now) -> None:
    for page in ("/desk/2027/committee/", "/desk/2027/committee/districts/riverside/"):
        refused = signed_in(clara).post(f"{page}seats/", {"stands_for": ""})
        assert refused.status_code == 422
        assert f'action="{page}"' in refused.text


def test_work_is_given_out_after_a_question_was_refused(proposal, clara, now) -> None:
    refused = signed_in(clara).post("/desk/2027/work/questions/", {"ask-question": ""})
    assert refused.status_code == 422
    assert 'action="/desk/2027/work/"' in refused.text
