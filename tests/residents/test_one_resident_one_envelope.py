"""Accounts, factors, roles, imports, letters, the desk and votes in random order: one resident, one envelope.

A model beside the city says who is who: which lines of the register are one person's, whose account each is, what was
voted under it, and which browser gave a second factor. After every step database and pages say the same. Whatever the
database refuses by itself is a fault here, too: a verb refuses first, with a sentence.
"""

import io
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import settings as thoroughly
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import guesses
from accounts.models import Role, User
from ballots import stocktaking
from ballots.models import BallotPaper, Envelope
from budgeting import two
from budgeting.models import Contest, Cycle
from budgeting.people import RoleName
from budgeting.two import Joint, Two
from lib.refusal import Refused
from residents import register_import, same_people
from residents.digests import identifier_digest
from residents.letters import letters, make_codes
from residents.models import Claim, LetterCode, Resident, Verification
from tests.keeping import kept
from tests.letters import word_of
from tests.thoroughness import walks

ROLE_PAGE = "/desk/2027/residents/verified/"  # for clerks and auditors
ADDRESSES = ("anna@example.org", "bruno@example.org", "carla@example.org")
# Whoever is written down anew gets another of their numbers; whoever is written down twice has two.
PEOPLE = dict.fromkeys(("1001", "1002", "1003"), "Rosa Lund;1985-01-01")
PEOPLE |= dict.fromkeys(("2001", "2002", "2003"), "Tomas Berg;1979-03-31")
PLACES = ("riverside", "hillside")
REASON = "Because."

some_address = st.sampled_from(ADDRESSES)
some_number = st.sampled_from(sorted(PEOPLE))
some_place = st.sampled_from(PLACES)
some_browser = st.integers(0, 1)
somewhere = st.integers(0, 11)  # in a list, taken modulo its length


@dataclass(eq=False)
class Line:
    """One of the register, or several that were joined. `home`: its district while it is on the register."""

    row: int
    number: str
    person: str
    home: str | None = None
    holder: str | None = None
    voted: set[str] = field(default_factory=set)
    stands_for_another: bool = False
    also: set[str] = field(default_factory=set)  # as whom the register knows them under lines joined with this one

    @property
    def persons(self) -> set[str]:
        return {self.person, *self.also}


@dataclass(eq=False)
class Letter:
    code: str
    line: Line
    state: str = "live"

    @property
    def opens_a_booth(self) -> bool:
        return self.state == "live" and self.line.home is not None and self.line.holder is None


@dataclass
class Account:
    """`word`: the browser in which its password was chosen, as long as that holds."""

    word: "Browser | None"
    is_proved: bool = False
    secret: str = ""
    is_auditor: bool = False


@dataclass(eq=False)
class Browser:
    """`who` is signed in, `gave` a factor in this session or not, or has opened a booth with a letter.

    `begun`: to sign up or in, which this session then goes on with. `waits`: for the code mailed to that address.
    """

    name: str
    client: Client = field(default_factory=Client)
    who: str | None = None
    gave: bool = False
    booth: Letter | None = None
    begun: bool = False
    waits: str | None = None
    mailed: str = ""

    @property
    def password(self) -> str:
        return f"a password of {self.name}"

    def begin(self) -> None:
        """Anew, if something was begun and not ended."""
        if self.begun:
            self.client, self.booth = Client(), None
        self.begun, self.waits = True, None

    @property
    def is_in(self) -> bool:
        return "_auth_user_id" in self.client.session


class City(RuleBasedStateMachine):
    """Voting is open in both districts; each example ends by taking back all that was done in it."""

    town: dict[str, User]
    moment: datetime
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.cycle = Cycle.objects.get()
        self.contests = {contest.slug: contest for contest in Contest.objects.all()}
        self.file: dict[str, str] = {}
        self.known: dict[str, Line] = {}
        self.letters: list[Letter] = []
        self.claims: set[tuple[Line, str]] = set()
        self.accounts: dict[str, Account] = {}
        self.browsers = [Browser("the first"), Browser("the other")]

    @initialize(start=st.sampled_from(["nobody", "two accounts", "two voters", "one voter twice", "one voter twice"]))
    def begin(self, start: str) -> None:
        """By chance alone one seldom gets far."""
        twice = start == "one voter twice"
        self._import({"1001": "riverside", "1002" if twice else "2001": "hillside"}, same=True)
        self.letters_are_made(again=False)
        if start == "nobody":
            return
        for place, address in enumerate(ADDRESSES[:2]):
            self.somebody_signs_up(place, address)
            self.the_address_is_proved(place)
            assert self.browsers[place].who == address
        if start == "two accounts":
            return
        for place, where in enumerate(PLACES):
            self.somebody_types_a_code(place, place)
            self.somebody_votes(place, where)
            assert self.lines[place].voted == {where}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    # What is there ----------------------------------------------------------------------------------------------------

    @property
    def lines(self) -> list[Line]:
        return list(dict.fromkeys(self.known.values()))

    def tie_of(self, address: str) -> Line | None:
        [*held] = (line for line in self.lines if line.holder == address)
        assert len(held) <= 1
        return held[0] if held else None

    def line(self, place: int) -> Line:
        return self.lines[place % len(self.lines)]

    def letter(self, place: int) -> Letter:
        return self.letters[place % len(self.letters)]

    @staticmethod
    def user(address: str) -> User:
        return User.objects.get(email=address)

    @contextmanager
    def act(self, name: str, *, goes: bool) -> Any:
        """It is done, or it is refused with a sentence and nothing is: as the model says."""
        said = ""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                yield
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except Refused as refused:
            said = refused.sentence
        assert goes != bool(said), f"{name}: {said or 'not refused'}"
        self.note(name, goes)

    def note(self, name: str, goes: bool = True) -> None:
        said = f"{name}{'' if goes else ': refused'}"
        self.done[said] += 1

    # Accounts ---------------------------------------------------------------------------------------------------------

    def _mailed(self, browser: Browser, address: str, path: str, **typed: str) -> str:
        """Post something by which a code is mailed, if one is; the page on which it is typed."""
        mail.outbox.clear()
        cache.clear()
        browser.begin()
        answer = browser.client.post(path, typed)
        found = [re.findall(r"^\s*([A-Z0-9]{4,}-?[A-Z0-9]*)\s*$", each.body, re.M) for each in mail.outbox]
        assert all(each.to == [address] for each in mail.outbox)
        browser.mailed = found[0][0] if found and found[0] else ""
        browser.waits = address if browser.mailed else None
        return str(answer.headers.get("Location", ""))

    @rule(place=some_browser, address=some_address)
    def somebody_signs_up(self, place: int, address: str) -> None:
        browser = self.browsers[place]
        if browser.who:
            return
        self._mailed(
            browser, address, "/accounts/signup/", email=address, name=browser.name, password1=browser.password
        )
        if address not in self.accounts:
            assert browser.mailed
            self.accounts[address] = Account(browser)
            self.note("signed up")

    @rule(place=some_browser)
    def the_address_is_proved(self, place: int) -> None:
        browser = self.browsers[place]
        if not browser.who and browser.waits:
            address, browser.waits = browser.waits, None
            browser.client.post("/accounts/confirm-email/", {"code": browser.mailed})
            if browser.is_in:
                self._is_in(browser, address, "proved")

    @rule(place=some_browser, address=some_address, gives=st.booleans())
    def somebody_signs_in_by_code(self, place: int, address: str, gives: bool) -> None:
        browser = self.browsers[place]
        if browser.who or address not in self.accounts:
            return
        page = self._mailed(browser, address, "/accounts/login/code/", email=address)
        assert browser.mailed
        answer = browser.client.post(page, {"code": browser.mailed})
        browser.waits = None
        self._goes_on(browser, address, answer, gives, "in by a code")
        assert browser.who or (self.accounts[address].secret and not gives)

    @rule(place=some_browser, address=some_address, other=some_browser, gives=st.booleans())
    def somebody_tries_a_password(self, place: int, address: str, other: int, gives: bool) -> None:
        """Only one that was chosen in the session that proved the address lets anybody in."""
        browser, account = self.browsers[place], self.accounts.get(address)
        if browser.who or account is None:
            return
        word = self.browsers[other]
        browser.begin()
        answer = browser.client.post("/accounts/login/", {"login": address, "password": word.password})
        self._goes_on(browser, address, answer, gives, "in by a password")
        assert not browser.who or (account.is_proved and account.word is word)

    def _goes_on(self, browser: Browser, address: str, answer: Any, gives: bool, how: str) -> None:
        """To the second factor, where one is asked for."""
        gave = gives and answer.status_code == 302 and answer.url == reverse("mfa_authenticate")
        if gave:
            browser.client.post(answer.url, {"code": self._shown(address)})
        if browser.is_in:
            self._is_in(browser, address, how, gave)

    def _is_in(self, browser: Browser, address: str, how: str, gave: bool = False) -> None:
        """What was chosen in another session than the one that proves the address is void."""
        account = self.accounts[address]
        assert gave or not account.secret, "in without the factor"
        if not account.is_proved and not (account.word is browser and self.user(address).has_usable_password()):
            account.word = None
        account.is_proved, browser.who, browser.gave, browser.booth = True, address, gave, None
        browser.begun, browser.waits = False, None
        self.note(how)

    def _shown(self, address: str) -> str:
        """What the app shows now."""
        cache.clear()  # or the same six digits are taken once only
        return format_hotp_value(hotp_value(self.accounts[address].secret, next(iter(counters()))))

    @rule(place=some_browser)
    def somebody_leaves(self, place: int) -> None:
        browser = self.browsers[place]
        browser.client.post("/accounts/logout/" if browser.who else "/ballots/end/")
        browser.who = browser.booth = None
        browser.gave = False

    def _end_sessions(self, address: str, but: Browser | None = None) -> None:
        for browser in self.browsers:
            if browser.who == address and browser is not but:
                browser.who, browser.gave = None, False

    # Factors and roles ------------------------------------------------------------------------------------------------

    @rule(place=some_browser)
    def somebody_sets_up_a_factor(self, place: int) -> None:
        browser = self.browsers[place]
        if not browser.who or self.accounts[browser.who].secret:
            return
        page = reverse("mfa_activate_totp")
        answer = browser.client.get(page)
        if answer.status_code == 302:  # shown first that it is still them
            browser.client.post(answer.url, {"password": browser.password})
            answer = browser.client.get(page)
        if answer.status_code == 200:
            self.accounts[browser.who].secret = answer.context["form"].secret
            assert browser.client.post(page, {"code": self._shown(browser.who)}).status_code == 302
            assert Authenticator.objects.filter(user__email=browser.who).exists()
            browser.gave = True
            self._end_sessions(browser.who, but=browser)
            self.note("set up a factor")

    @rule(place=some_browser)
    def somebody_gives_the_factor(self, place: int) -> None:
        browser = self.browsers[place]
        if browser.who and self.accounts[browser.who].secret:
            browser.client.post(reverse("mfa_reauthenticate"), {"code": self._shown(browser.who)})
            browser.gave = True
            self.note("gave the factor")

    @rule(address=some_address)
    def a_role_is_granted(self, address: str) -> None:
        account = self.accounts.get(address)
        if account is None or account.is_auditor:
            return
        with self.act("granted", goes=account.is_proved):
            self.user(address).grant(RoleName.AUDITOR, by=self.town["Clara"], at=self.moment)
            account.is_auditor = True
            self._end_sessions(address)

    @rule(address=some_address, with_a_factor=st.booleans())
    def a_role_comes_by_hand(self, address: str, with_a_factor: bool) -> None:
        """Into the tables, past everything that ends the sessions there are."""
        account = self.accounts.get(address)
        if account is None or account.is_auditor or not account.is_proved:
            return
        user, account.is_auditor = self.user(address), True
        Role.objects.create(user=user, kind=RoleName.AUDITOR)
        if with_a_factor and not account.secret:
            account.secret = generate_totp_secret()
            TOTP.activate(user, account.secret)
        self.note("a role by hand")

    @rule(address=some_address)
    def a_role_ends(self, address: str) -> None:
        if address in self.accounts and self.accounts[address].is_auditor:
            Role.objects.get(user__email=address).revoke(by=self.town["Clara"], at=self.moment)
            self.accounts[address].is_auditor = False

    # The register -----------------------------------------------------------------------------------------------------

    @rule(number=some_number, place=st.sampled_from([None, *PLACES]))
    def a_line_of_the_file_changes(self, number: str, place: str | None) -> None:
        """Somebody comes, moves or goes, or is written down twice."""
        changed = {each: where for each, where in self.file.items() if each != number}
        self._import(changed | ({number: place} if place else {}), same=True)

    @rule(place=somewhere, number=some_number, same=st.booleans())
    def an_identifier_is_corrected(self, place: int, number: str, same: bool) -> None:
        old = sorted(self.file)[place % len(self.file)]
        if PEOPLE[old] == PEOPLE[number] and number not in self.file:
            changed = {each: where for each, where in self.file.items() if each != old}
            self._import(changed | {number: self.file[old]}, same=same)

    @property
    def _csv(self) -> io.BytesIO:
        lines = [f"{number};{PEOPLE[number]};{place}\n" for number, place in self.file.items()]
        return io.BytesIO("".join(["identifier;name;birth_date;district\n", *lines]).encode())

    def _import(self, file: dict[str, str], *, same: bool) -> None:
        if not file:
            return
        self.file, by = file, Two(self.town["Clara"], self.town["Otto"])
        made = register_import.preview(self.cycle, self._csv, by=by.first, at=self.moment)
        proposed = {number: each.same_as_id for number, each in self._proposed(made)}
        others = [] if same else [each.line for each in same_people.proposed(made)]
        with self.act("imported", goes=True):
            register_import.confirm(made, by=by, at=self.moment, nearly_everybody=True, others=others)
        found = self._lines_in_the_file()
        for number in (each for each in file if each not in self.known):
            before = next((line for line in self.lines if line.row == proposed.get(number)), None)
            if number in proposed:
                assert before is not None
                assert before.person == PEOPLE[number]
                assert before not in found
            if before and same:
                del self.known[before.number]
                before.number = number
                self.known[number] = found[before] = before
                self.note("went on under another identifier")
            else:
                self.known[number] = new = Line(self._row(number), number, PEOPLE[number])
                found[new] = new
        for line in self.lines:
            line.home = file[self._name_in_the_file(line)] if line in found else None

    def _proposed(self, made: Any) -> list[tuple[str, Any]]:
        in_order = list(self.file)
        return [(in_order[each.line - 2], each) for each in same_people.proposed(made)]

    def _lines_in_the_file(self) -> dict[Line, Line]:
        """Of those there were; none of which the file has two second names and not the first."""
        names = Counter(self.known[number] for number in self.file if number in self.known)
        return {line: line for line, count in names.items() if count == 1 or line.number in self.file}

    def _name_in_the_file(self, line: Line) -> str:
        if line.number in self.file:
            return line.number
        return next(number for number in self.file if self.known[number] is line)

    def _row(self, number: str) -> int:
        return int(Resident.objects.get(identifier_digest=identifier_digest(self.cycle, number)).pk)

    @rule(first=somewhere, second=somewhere)
    def two_lines_are_joined(self, first: int, second: int) -> None:
        ended, stays = self.line(first), self.line(second)
        if ended is stays:
            return
        claimed = {line for line, _account in self.claims}
        goes = stays.home is not None and not ended.stands_for_another and not claimed & {ended, stays}
        with self.act("joined", goes=goes):
            facts = {"ended": ended.row, "stays": stays.row, "reason": REASON}
            self._two(Joint.JOIN_LINES, Resident.objects.get(pk=stays.row), "Clara", **facts)
        if goes:
            self._join(ended, stays)

    def _join(self, ended: Line, stays: Line) -> None:
        """Where both have voted, be it in two districts, what was voted under the line that stays is there alone."""
        self.known = {number: stays if line is ended else line for number, line in self.known.items()}
        stays.stands_for_another = True
        stays.also |= ended.persons
        if stays.voted and ended.voted:
            self.note("set aside")
        stays.voted = stays.voted or ended.voted
        stays.holder = stays.holder or ended.holder
        live = [letter for letter in self.letters if letter.state == "live" and letter.line in (ended, stays)]
        of_the_other = any(letter.line is stays for letter in live)
        for letter in live:
            if stays.holder or (letter.line is ended and of_the_other):
                letter.state = "void"
        for letter in self.letters:
            letter.line = stays if letter.line is ended else letter.line

    def _two(self, kind: Joint, on: Any, first: str, **facts: Any) -> None:
        second = "Ines" if first == "Otto" else "Otto"
        act = two.propose(two.sketch(kind, on=on, cycle=self.cycle, **facts), by=self.town[first], at=self.moment)
        two.confirm(act, by=self.user(self.town[second].email), at=self.moment)

    # Letters ----------------------------------------------------------------------------------------------------------

    @rule(again=st.booleans())
    def letters_are_made(self, again: bool) -> None:
        there = {letter.line for letter in self.letters if letter.state != "void"}
        due = {line for line in self.lines if line.home and not line.holder and (again or line not in there)}
        sent = list(letters(self.cycle, self._csv, by=self.town["Clara"], at=self.moment, again=again))
        found = [self._line_of(LetterCode.objects.get(reference=letter.reference).resident) for letter in sent]
        assert Counter(found) == Counter(due)
        for line, letter in zip(found, sent, strict=True):
            assert letter.name in {person.partition(";")[0] for person in line.persons}
            self._posted(line, letter.code)

    @rule(place=somewhere, browser=some_browser)
    def a_letter_was_on_its_way(self, place: int, browser: int) -> None:
        """Somebody was verified, or left the register, in the moment in which it was made; and it is used."""
        line = self.line(place)
        [(code, _reference)] = make_codes([Resident.objects.get(pk=line.row)], by=self.town["Clara"], at=self.moment)
        self._posted(line, code)
        self.somebody_types_a_code(browser, len(self.letters) - 1)

    def _posted(self, line: Line, code: str) -> None:
        for letter in self.letters:
            if letter.line is line and letter.state == "live":
                letter.state = "void"
        self.letters.append(Letter(code, line))

    @precondition(lambda self: self.letters)
    @rule(place=somewhere)
    def a_letter_is_voided(self, place: int) -> None:
        letter = self.letter(place)
        found = LetterCode.objects.filter(resident=letter.line.row).live().first()
        if letter.state == "live":
            assert found is not None
            found.void(by=self.town["Clara"], at=self.moment)
            letter.state = "void"

    def _line_of(self, resident: Resident) -> Line:
        [number] = (each for each in self.known if identifier_digest(self.cycle, each) == resident.known_by[0])
        return self.known[number]

    # Whose a line is --------------------------------------------------------------------------------------------------

    def _ties(self, line: Line, address: str) -> str:
        """What becomes of it if this account is to be tied to this line: "tied", "claimed" or nothing."""
        held = self.tie_of(address)
        if line.home is None or not self.accounts[address].is_proved or (held and (held is line or held.home)):
            return ""
        if held and held.voted:
            return ""
        return "claimed" if line.holder else "tied"

    def _tied(self, line: Line, address: str, what: str) -> None:
        if what == "tied":
            if held := self.tie_of(address):
                held.holder = None
            line.holder = address
        elif what == "claimed":
            self.claims.add((line, address))

    @precondition(lambda self: self.letters)
    @rule(browser=some_browser, place=somewhere)
    def somebody_types_a_code(self, browser: int, place: int) -> None:
        """It ties whoever is signed in; to anybody else it opens the booth."""
        here, letter = self.browsers[browser], self.letter(place)
        answer = here.client.post("/verify/letter/", {"code": letter.code})
        if here.who is None:
            assert (answer.status_code == 302) == letter.opens_a_booth
            if letter.opens_a_booth:
                here.booth, here.begun, here.waits = letter, False, None
            self.note("a booth", letter.opens_a_booth)
            return
        gets_there = self._gets_on(here)
        what = self._ties(letter.line, here.who) if gets_there and letter.state == "live" else ""
        assert (answer.status_code == 302) == (bool(what) or not gets_there)
        if what:
            letter.state = "used"
        self._tied(letter.line, here.who, what)
        self.note(f"{what or 'tied'} by letter", bool(what))

    @rule(place=somewhere, address=some_address)
    def somebody_comes_to_the_desk(self, place: int, address: str) -> None:
        line = self.line(place)
        if address not in self.accounts:
            return
        what = self._ties(line, address)
        with self.act(f"{what or 'tied'} at the desk", goes=bool(what)):
            resident = Resident.objects.get(pk=line.row)
            Verification.at_desk(resident, self.user(address), by=self.town["Clara"], at=self.moment)
        self._tied(line, address, what)
        for letter in self.letters:
            if what == "tied" and letter.line is line and letter.state == "live":
                letter.state = "void"

    @precondition(lambda self: self.claims)
    @rule(place=somewhere, granted=st.booleans())
    def a_claim_is_decided(self, place: int, granted: bool) -> None:
        claims = list(Claim.objects.filter(settled_at=None).order_by("pk"))
        claim = claims[place % len(claims)]
        line, address = self._line_of(claim.resident), claim.user.email
        goes = not granted
        if granted:
            before, line.holder = line.holder, None
            goes, line.holder = self._ties(line, address) == "tied", before
        with self.act(f"a claim {'granted' if granted else 'turned down'}", goes=goes):
            self._two(Joint.SETTLE_CLAIM, claim, "Otto", granted=granted, reason=REASON)
        if goes:
            self.claims.remove((line, address))
            if granted:
                line.holder = None
                self._tied(line, address, "tied")

    # Votes ------------------------------------------------------------------------------------------------------------

    def _gets_on(self, browser: Browser) -> bool:
        """Not led to the second factor first."""
        account = self.accounts[browser.who] if browser.who else None
        return account is None or not account.is_auditor or bool(browser.gave and account.secret)

    @rule(place=some_browser, where=some_place)
    def somebody_votes(self, place: int, where: str) -> None:
        browser = self.browsers[place]
        line = self.tie_of(browser.who) if browser.who else browser.booth and browser.booth.line
        goes = bool(line and line.home == where and line.voted <= {where} and self._gets_on(browser))
        booth = word_of(browser.client) if browser.booth else ""
        address = f"/2027/{where}/ballot/"
        answer = browser.client.post(f"{address}cast/", {"choice": ["1"], "booth": booth})
        assert (answer.status_code == 302 and answer.url == f"{address}receipt/") == goes
        if goes and line:
            line.voted.add(where)
        self.note(f"voted by {'letter' if browser.booth else 'account'}", goes)

    @precondition(lambda self: self.letters)
    @rule(place=some_browser, which=somewhere)
    def somebody_votes_with_a_letter(self, place: int, which: int) -> None:
        """Whoever has it, in whatever browser."""
        self.somebody_leaves(place)
        self.browsers[place].begin()
        self.somebody_types_a_code(place, which)
        self.somebody_votes(place, self.letter(which).line.home or PLACES[0])

    # Whatever the order -----------------------------------------------------------------------------------------------

    @invariant()
    def one_resident_has_one_envelope(self) -> None:
        in_the_box = Envelope.objects.counted().select_related("resident", "contest").defer("sealed")
        found = Counter((self._line_of(each.resident), each.contest.slug) for each in in_the_box)
        assert found == Counter((line, where) for line in self.lines for where in line.voted)
        assert all(len(line.voted) <= 1 for line in self.lines), "nobody votes in two districts"
        for where, contest in self.contests.items():
            assert stocktaking.take(contest).voters == sum(where in line.voted for line in self.lines)

    @invariant()
    def one_line_has_one_account(self) -> None:
        ties = [(self._line_of(tie.resident), tie.user.email) for tie in Verification.objects.all()]
        assert Counter(ties) == Counter((line, line.holder) for line in self.lines if line.holder)
        claims = Claim.objects.filter(settled_at=None)
        assert {(self._line_of(claim.resident), claim.user.email) for claim in claims} == self.claims

    @invariant()
    def no_page_of_a_role_is_shown_without_a_factor_given_in_that_session(self) -> None:
        for browser in self.browsers:
            answer = browser.client.get(ROLE_PAGE)
            if browser.booth and not browser.booth.opens_a_booth:
                browser.booth = None  # this request has found it so
            if browser.who is None:
                assert answer.url.startswith("/accounts/login/")
            elif not self._gets_on(browser):
                assert answer.url == reverse("second_factor")
            else:
                assert answer.status_code == (200 if self.accounts[browser.who].is_auditor else 404)


@kept
def town(
    riverside_paper: BallotPaper, hillside_paper: BallotPaper, voting: datetime, clara: User, otto: User, ines: User
) -> dict[str, User]:
    """Who works for the city; both districts vote."""
    return {each.name: each for each in (clara, otto, ines)}


@pytest.fixture
def city(town: dict[str, User], voting: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[City]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # many are chosen here
    # How many mails and tries there are is tested elsewhere.
    monkeypatch.setattr("accounts.adapter.refused_until", lambda *_, **__: None)
    monkeypatch.setattr(guesses, "count", lambda *_, **__: None)
    return type("City", (City,), {"town": town, "moment": voting, "done": Counter()})


ALL = {
    "signed up", "proved", "in by a code", "in by a password", "set up a factor", "gave the factor", "granted",
    "a role by hand", "imported", "went on under another identifier", "joined", "joined: refused", "set aside",
    "a booth", "a booth: refused", "tied by letter", "tied by letter: refused", "claimed by letter",
    "tied at the desk", "tied at the desk: refused", "claimed at the desk", "a claim granted", "a claim turned down",
    "voted by letter", "voted by letter: refused", "voted by account", "voted by account: refused",
}  # fmt: skip


@pytest.mark.long
def test_in_one_order_each_act_is_done(city: type[City]) -> None:
    """Or the model might agree with a city in which nothing can be done."""
    anna, bruno, _carla = ADDRESSES
    here = city()
    here.begin("one voter twice")
    here.two_lines_are_joined(1, 0)
    here.a_line_of_the_file_changes("1002", None)
    here.an_identifier_is_corrected(0, "1003", True)
    here.a_line_of_the_file_changes("2001", "hillside")
    here.letters_are_made(False)
    here.somebody_votes_with_a_letter(1, len(here.letters) - 1)
    here.somebody_votes(1, "riverside")
    here.somebody_types_a_code(1, 0)
    here.somebody_votes(0, "hillside")
    here.somebody_leaves(1)
    here.somebody_signs_in_by_code(1, bruno, True)
    here.somebody_types_a_code(1, 0)
    here.a_letter_was_on_its_way(0, 1)
    here.a_claim_is_decided(0, False)
    here.somebody_comes_to_the_desk(0, bruno)
    here.a_claim_is_decided(0, True)
    here.somebody_comes_to_the_desk(1, anna)
    here.somebody_comes_to_the_desk(1, anna)
    here.two_lines_are_joined(0, 1)
    here.somebody_leaves(0)
    here.somebody_tries_a_password(0, anna, 0, False)
    here.somebody_sets_up_a_factor(0)
    here.a_role_is_granted(anna)
    here.a_role_comes_by_hand(bruno, True)
    here.no_page_of_a_role_is_shown_without_a_factor_given_in_that_session()
    here.somebody_gives_the_factor(1)
    here.no_page_of_a_role_is_shown_without_a_factor_given_in_that_session()
    here.one_resident_has_one_envelope()
    here.one_line_has_one_account()
    here.teardown()
    assert ALL - here.done.keys() == set()


@pytest.mark.long
def test_whatever_the_order_one_resident_has_one_envelope(city: type[City]) -> None:
    how = thoroughly(max_examples=walks(6, 60), stateful_step_count=40, deadline=None, derandomize=True)
    run_state_machine_as_test(city, settings=how)
