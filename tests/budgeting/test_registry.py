"""What upper rooms register: their pages are there, and of what is kept of a person nothing is forgotten."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.test import Client

from accounts.models import Invitation, KnownNetwork, Role, User
from audit.acts import Done
from ballots import ceremony, key
from ballots.models import KeyShare
from ballots.sealing import Share
from budgeting import news, registry
from budgeting.models import Contest, Cycle, District
from budgeting.news import News
from budgeting.people import RoleName
from budgeting.registry import Page, Place
from committee.models import (
    Assignment,
    Card,
    CardImport,
    CaseNumber,
    Challenge,
    Committee,
    Consent,
    CostAssessment,
    Department,
    DepartmentMember,
    Finding,
    FindingDraft,
    Message,
    Motion,
    MotionVote,
    Note,
    Office,
    Opinion,
    ProposedChange,
    Recusal,
    Resolution,
    Seat,
)
from notices.kinds import Kind, Way
from notices.limits import network_of
from notices.models import Choice, Follow, Happening, Returned
from notices.spreading import spread
from proposals.models import AuthorsAnswer, Comment, Complaint, Endorsement, Proposal, SavedSearch, Version
from residents.models import Claim, LetterCode, LetterRun, Resident
from tests.cast import enrol
from tests.keeping import kept

At = Callable[[str], datetime]

# What names a person and is not taken away with their data.
NOT_ANSWERED = {
    "accounts.User_groups.user": "a right and nothing a person did; the set-up offers no groups",
    "accounts.User_user_permissions.user": "a right and nothing a person did; the set-up offers no single permissions",
}


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize("page", Page)
def test_every_page_that_lower_rooms_lead_to_is_served(client: Client, clara: User, page: Page) -> None:
    client.force_login(clara)
    assert client.get(registry.address_of(page), follow=True).status_code == 200


def test_the_site_starts_with_every_page_served() -> None:
    assert registry.every_page_is_served(None) == []


def test_what_nobody_would_tell_of_stops_the_start(monkeypatch) -> None:
    assert news.all_news_is_heard(None) == []
    monkeypatch.delitem(news._heard.by, News.ACT_SETTLED)
    assert [found.id for found in news.all_news_is_heard(None)] == ["budgeting.E005"]


@pytest.mark.parametrize("page", Page)
def test_the_site_does_not_start_with_a_page_that_nobody_serves(page: Page, monkeypatch) -> None:
    others = {each: name for each, name in registry._registered.pages.items() if each is not page}
    monkeypatch.setattr(registry, "_registered", replace(registry._registered, pages=others))
    found = [message for message in checks.run_checks() if message.id == "budgeting.E001"]
    assert [message.msg for message in found] == [f"No room serves the page “{page.value}”."]
    assert found[0].is_serious()


@pytest.mark.parametrize("place", Place)
def test_every_link_of_the_frame_leads_somewhere(client: Client, riverside_contest: Contest, place: Place) -> None:
    offered = registry.offered(place, riverside_contest.cycle)
    assert offered
    assert [address for _, address in offered if client.get(address).status_code != 200] == []


# What is kept of a person --------------------------------------------------------------------------------------------


def unanswered() -> set[str]:
    """The columns of all tables, the libraries' too, that hold a person's key and that no room answers for."""
    people = get_user_model()
    columns = {
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is people
    }
    return {f"{model._meta.label}.{name}" for model, name in columns - registry.foreign_keys()}


def test_every_column_that_names_a_person_is_answered_for() -> None:
    assert unanswered() == NOT_ANSWERED.keys()


@pytest.mark.parametrize("kind", ["rows", "traces"])
def test_a_column_that_a_room_forgets_is_noticed(monkeypatch, kind: str) -> None:
    known = getattr(registry._registered, kind)
    forgotten, name = next((model, name) for model, name in known if name != "id")
    rest = [each for each in known if each != (forgotten, name)]
    monkeypatch.setattr(registry, "_registered", replace(registry._registered, **{kind: rest}))
    assert unanswered() - NOT_ANSWERED.keys() == {f"{forgotten._meta.label}.{name}"}


def test_what_a_room_answers_for_is_there_and_is_answered_once() -> None:
    answered = [*registry._registered.rows, *registry._registered.traces]
    assert len(answered) == len(registry.foreign_keys())
    for model, name in answered:
        field = model._meta.get_field(name)
        assert field.related_model is get_user_model() or (model, name) == (get_user_model(), "id")
    about = [model for model, _ in registry._registered.rows]
    assert len(about) == len(set(about)), "of two columns of one table the download would show one"


PASSWORD = "correct horse battery staple"


@kept
def full_life(
    rosa: User, tomas: User, clara: User, cycle: Cycle, riverside: District, riverside_contest: Contest, at: At
) -> list[Share]:
    """Rosa and Tomas have each left a row in every table that is about a person."""
    moment = at("proposing")
    lines = [enrol(user, cycle, riverside) for user in (rosa, tomas)]
    for user, other_line in zip((rosa, tomas), reversed(lines), strict=True):
        user.set_password(PASSWORD + user.name)
        user.save()
        Role.objects.create(user=user, kind=RoleName.COUNCIL)
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
        SocialAccount.objects.create(user=user, provider="city", uid=f"uid-of-{user.name}")
        UserSession.objects.create(
            user=user, ip="192.0.2.1", session_key=f"session-of-{user.name}", user_agent="Firefox", data={"x": "hidden"}
        )
        KnownNetwork.remember(user, network_of("192.0.2.1"), at=moment)
        Invitation.objects.create(
            email=user.email,
            name=user.name,
            kind=RoleName.COUNCIL,
            begins=moment,
            ends=moment + timedelta(days=1),
            language="en",
            code_digest=f"hidden of {user.name}".encode(),
            invited_by=clara,
            invited_at=moment,
            expires_at=moment,
            accepted_at=moment,
            accepted_by=user,
        )
        Claim.objects.create(resident=other_line, user=user, method="letter", at=moment)
        written = {"contest": riverside_contest, "author": user, "created_at": moment}
        proposal = Proposal.objects.create(title="A slide", summary="A slide.", description="A slide.", **written)
        Proposal.objects.filter(pk=proposal.pk).update(number=proposal.pk, submitted_at=moment, cost=1)
        comment = Comment.objects.create(proposal=proposal, author=user, at=moment, text="Good.")
        Complaint.objects.create(proposal=comment.proposal, comment=comment, by=user, at=moment, reason="Too good.")
        hiding = comment.hide(by=clara, at=moment, reason="It is rude.")
        AuthorsAnswer.objects.create(hiding=hiding, by=user, at=moment, text="It is not.")
        Endorsement.objects.create(proposal=proposal, by=user, at=moment)
        SavedSearch.objects.create(user=user, cycle=riverside_contest.cycle, words="slide", at=moment)
        Assignment.objects.create(proposal=proposal, member=user, at=moment)
        put = {"outcome": "reject", "reason": "No.", "by": clara, "at": moment, "closes": moment, "salt": b"hidden"}
        motion = Motion.objects.create(proposal=proposal, **put)
        beside = {"proposal": proposal, "salt": b"hidden"}
        Card.objects.create(member=user, step="formal", saved_at=moment, **beside)
        Message.objects.create(by=user, at=moment, text="The port agrees.", is_authors=True, **beside)
        CardImport.objects.create(by=user, cycle=cycle, at=moment, file_name="a", changes=[{}], salt=b"hidden")
        Note.objects.create(by=user, at=moment, text="I asked the port.", **beside)
        CostAssessment.objects.create(by=user, at=moment, cost=1, basis="I asked the port.", **beside)
        CaseNumber.objects.create(by=user, at=moment, text="RV-1", **beside)
        counted = {"entitled": 1, "quorum": 1, "in_favour": 1, "against": 0, "abstained": 0}
        resolution = Resolution.objects.create(motion=motion, at=moment, **counted)
        Consent.objects.create(resolution=resolution, proposal=proposal, author=user, at=moment)
        asked = {"text": {"title": "A slide!"}, "reason": "Say it louder.", "until": moment + timedelta(days=1)}
        base = Version.objects.create(proposal=proposal, number=1, at=moment, text={})
        ProposedChange.objects.create(base=base, by=clara, author=user, at=moment, **asked, **beside)
        MotionVote.objects.create(motion=motion, member=user, choice="for", at=moment, salt=b"hidden")
        said = {"interest": "work", "at": moment}
        Challenge.objects.create(proposal=proposal, member=user, by=clara, in_confidence="hidden", **said)
        Recusal.objects.create(proposal=proposal, member=user, **said)
        committee, _ = Committee.objects.get_or_create(cycle=cycle)
        Office.objects.create(committee=committee, member=user, rank=committee.offices.count())
        roads, _ = Department.objects.get_or_create(name="Roads")
        DepartmentMember.objects.create(department=roads, member=user)
        question = Opinion.objects.create(question="Is it?", due=moment + timedelta(1), by=clara, at=moment, **beside)
        found = {"verdict": "not", "words": "It is not.", "by": user, "at": moment, "salt": b"hidden"}
        Finding.objects.create(opinion=question, department=roads, **found)
        FindingDraft.objects.create(opinion=question, by=user, typed={"words": "It is"}, saved_at=moment)
        Seat.objects.create(committee=committee, holder=user, stands_for="The residents")
        Follow.begin(proposal, by=user, at=moment)
        Choice.make(user.pk, Kind.COMMENTED, Way.AT_ONCE)
        Returned.one_more(user.email, at=moment)
        Happening.note(Kind.COMMENTED, comment, at=moment)
        spread(moment)
        run = LetterRun.objects.create(cycle=other_line.cycle, made_at=moment)
        LetterCode.objects.create(
            run=run, resident=other_line, digest=user.name.encode() * 5, reference=user.name, made_at=moment
        )
        with transaction.atomic():
            user.record(Done.MADE, note=f"noted by {user.name}")
    ceremony.begin_key(cycle, [rosa, tomas], by=clara, at=moment, threshold=2)
    return key.make(cycle, [rosa, tomas], by=clara, at=moment)


def test_rosa_takes_away_all_rows_about_her_and_none_of_anybody_elses(
    full_life: list[Share], rosa: User, tomas: User
) -> None:
    kept, of_tomas = registry.kept_of(rosa), registry.kept_of(tomas)
    assert [label for label, rows in kept.items() if not rows] == []
    for model, name in registry._registered.rows:
        label, column = model._meta.label_lower, model._meta.get_field(name).attname
        assert {row[column] for row in kept[label]} == {rosa.pk}
        assert len(kept[label]) == model._base_manager.filter(**{name: rosa.pk}).count()
        assert [row for row in kept[label] if row in of_tomas[label]] == []


def test_what_rosa_takes_away_opens_nothing(full_life: list[Share], rosa: User, tomas: User) -> None:
    """In somebody else's hands it is no sign-in and no share, and it tells nothing about the register."""
    text = json.dumps(registry.kept_of(rosa), cls=DjangoJSONEncoder)
    rosa.refresh_from_db()
    factors = {each.type: each for each in Authenticator.objects.filter(user=rosa)}
    line = Resident.objects.get(verification__user=rosa)
    digests = [bytes(line.identifier_digest), bytes(line.person_digest), *digests_of_letters()]
    share = KeyShare.objects.get(holder=rosa)
    secrets = [
        *(rosa.password, rosa.password.rpartition("$")[2]),
        *("session-of-Rosa", "hidden"),
        *(factors["totp"].data["secret"], factors["recovery_codes"].data["seed"]),
        *factors["recovery_codes"].wrap().get_unused_codes(),
        *(each.hex() for each in digests),
        share.commitment,
        *(each.words for each in full_life),
        *("Tomas", tomas.email),
    ]
    assert [secret for secret in secrets if secret in text] == []


def digests_of_letters() -> list[bytes]:
    return [bytes(digest) for digest in LetterCode.objects.values_list("digest", flat=True)]


SPEAKS_OF_A_SECRET = re.compile(r"digest|hash|password|secret|session_key|token|commitment|^data$|seal|fingerprint")


def test_no_column_that_is_named_like_a_secret_is_taken_away(full_life: list[Share], rosa: User) -> None:
    columns = {f"{label}.{name}" for label, rows in registry.kept_of(rosa).items() for name in rows[0]}
    assert "accounts.user.email" in columns
    assert [each for each in columns if SPEAKS_OF_A_SECRET.search(each.rpartition(".")[2])] == []
