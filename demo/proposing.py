"""Proposing and discussing, in the demo city."""

from datetime import datetime, timedelta
from random import Random

from django.utils.timezone import get_current_timezone

from budgeting.calendar import Window
from budgeting.models import Contest
from budgeting.stages import Stage
from demo import content
from demo.dates import within
from demo.town import Town
from lib.safe_image import drawn_here
from proposals.models import Category, Comment, Endorsement, Proposal, Reason


def propose(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    """Every proposal of a round, in an order of arrival that mixes the districts."""
    chance = town.chance("arrival", plan)
    arriving = [(text, contests[part.district]) for part in town.city.rounds[plan] for text in part.proposals]
    chance.shuffle(arriving)
    window = town.window(plan, Stage.PROPOSING)
    for place, (text, contest) in enumerate(arriving):
        submitted = within(window, 0.05 + 0.6 * place / len(arriving), town.now)
        proposal = _submit(town, text, contest, submitted)
        _discuss(town, text, proposal, submitted, within(window, 0.99, town.now))
        if text.withdrawn:
            proposal.withdraw(by=town.people[text.author], at=within(window, 0.995, town.now), reason=text.withdrawn)
        _moderate(town, text, proposal)
    _endorse(town, plan, window)


def _submit(town: Town, text: content.Proposal, contest: Contest, at: datetime) -> Proposal:
    author = town.people[text.author]
    longitude, latitude = town.city.places[text.place]
    proposal = Proposal.objects.create(
        contest=contest,
        author=author,
        title=text.title,
        summary=text.summary,
        description=text.description,
        category=Category.objects.get(slug=text.category),
        cost=text.cost,
        upkeep=text.upkeep,
        beneficiaries=text.benefits,
        address=text.place,
        longitude=longitude,
        latitude=latitude,
        language=text.language,
        created_at=at - timedelta(hours=3),
    )
    with text.picture.open("rb") as file:
        proposal.add_photo(by=author, at=at - timedelta(hours=1), file=drawn_here(file), alt=text.alt)
    proposal.submit(by=author, at=at)
    return proposal


def _discuss(town: Town, text: content.Proposal, proposal: Proposal, after: datetime, before: datetime) -> None:
    written: list[Comment] = []
    chance, last = town.chance("comments", text.title), after
    for place, one in enumerate(text.comments, start=1):
        about = after + (before - after) * place / (len(text.comments) + 1)
        last = at = min(max(_awake(about, chance), last + timedelta(minutes=chance.randint(6, 90))), before)
        parent = written[one.answers - 1] if one.answers else None
        comment = proposal.comment(by=town.people[one.by], at=at, text=one.says, parent=parent)
        written.append(comment)
        if one.hidden:
            comment.hide(by=town.clerk, at=at + timedelta(hours=5), reason=one.hidden)
        if one.reported:
            comment.report(
                by=town.people[town.city.sign_ins["resident"]], at=at + timedelta(hours=2), reason=one.reported
            )


def _moderate(town: Town, text: content.Proposal, proposal: Proposal) -> None:
    """What the desk finds this morning."""
    ago = [town.now - timedelta(hours=hours) for hours in (6, 3, 1)]
    if text.hidden:
        hiding = proposal.hide(by=town.clerk, at=ago[0], why=Reason.PRIVATE, reason=text.hidden)
        hiding.answer_it(by=town.people[text.author], at=ago[1], text=text.answered)
    if text.photo_hidden:
        proposal.photos.get().hide(by=town.clerk, at=ago[0], why=Reason.FOREIGN, reason=text.photo_hidden)
    if text.reported:
        proposal.report(by=town.people[town.city.sign_ins["resident"]], at=ago[2], reason=text.reported)


def _awake(about: datetime, chance: Random) -> datetime:
    """A moment of the same day at which people write comments."""
    return about.astimezone(get_current_timezone()).replace(hour=chance.randint(8, 22), minute=chance.randint(0, 59))


def _endorse(town: Town, plan: str, window: Window) -> None:
    """Support before the review, more for what is better liked."""
    chance = town.chance("endorsements", plan)
    crowd = [town.account(line) for line in town.voters]
    text = {one.title: one for part in town.city.rounds[plan] for one in part.proposals}
    support = []
    for proposal in Proposal.objects.filter(cycle=town.cycles[plan], withdrawal=None).order_by("number"):
        one = text[proposal.title]
        wanted = one.endorsed if one.endorsed is not None else 6 + one.support * chance.randint(5, 20) // 10
        since = proposal.submitted_at or town.now
        while_open = within(window, 0.97, town.now) - since
        for user in chance.sample(crowd, min(wanted, len(crowd))):
            support.append(Endorsement(proposal=proposal, by=user, at=since + while_open * chance.random()))
    Endorsement.objects.bulk_create(support, batch_size=2_000)
