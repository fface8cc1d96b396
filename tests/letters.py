"""Somebody with a letter and no account: the line it was made for, its code, and the booth it opens."""

from dataclasses import dataclass

from django.test import Client

from budgeting.models import Cycle, District
from residents.letters import make_codes
from residents.models import LetterCode, Resident
from tests.cast import FIRST_DAY
from tests.keeping import kept

BALLOT = "/2027/riverside/ballot/"


@dataclass(frozen=True, slots=True)
class Posted:
    """What came by post, and whose it is."""

    code: str
    letter: LetterCode
    resident: Resident

    def opens(self, browser: Client | None = None) -> Client:
        """A browser in which this letter has opened the booth."""
        browser = browser or Client()
        answer = browser.post("/verify/letter/", {"code": self.code})
        assert answer.url == "/ballots/", answer.content.decode()
        return browser


def word_of(browser: Client) -> str:
    """What the forms of the booth in this browser say."""
    return browser.session["letter_booth"]["word"]


def votes(browser: Client, *choices: int, address: str = BALLOT, **more: str):
    """Cast a ballot as its pages do."""
    return browser.post(f"{address}cast/", {"choice": [*choices], "booth": word_of(browser), **more})


def posted_to(cycle: Cycle, district: District, number: int) -> Posted:
    digest = number.to_bytes(32, "big")
    resident = Resident.objects.create(
        cycle=cycle, district=district, identifier_digest=digest, person_digest=digest, age_band="65+"
    )
    [(code, reference)] = make_codes([resident], by=None, at=FIRST_DAY)
    return Posted(code, LetterCode.objects.get(reference=reference), resident)


@kept
def greta(cycle: Cycle, riverside: District) -> Posted:
    """Greta, who has a letter and no account."""
    return posted_to(cycle, riverside, 70_001)


@kept
def viktor(cycle: Cycle, riverside: District) -> Posted:
    """Viktor, who has a letter too, and no telephone."""
    return posted_to(cycle, riverside, 70_002)
