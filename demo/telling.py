"""What the people of the demo have been told: what happened lately is new to them, and the rest they read long ago."""

from datetime import timedelta

from budgeting.stages import Stage
from demo.dates import within
from demo.town import Town
from notices.models import Follow, Happening, Mail, Notice
from proposals.models import Endorsement, Milestone, SavedSearch

LATELY = timedelta(days=10)


def follow(town: Town) -> None:
    """Whoever can be signed in as follows the round that collects proposals, since before it began."""
    collecting = town.cycles["collecting"]
    for name in town.city.sign_ins.values():
        person = town.people[name]
        Follow.by_itself(collecting, user=person.pk, at=town.now - timedelta(days=300))
    _look_for_trees(town)
    _wait_for_the_building(town)


def _look_for_trees(town: Town) -> None:
    """The resident has saved a search of what is proposed."""
    person, cycle = town.people[town.city.sign_ins["resident"]], town.cycles["collecting"]
    began = within(town.window("collecting", Stage.PROPOSING), 0.01, town.now)
    SavedSearch.keep(by=person, at=began, cycle=cycle, words="trees")


def _wait_for_the_building(town: Town) -> None:
    """The resident supported what was built last; the verified one waits for whatever is delayed."""
    resident, verified = (town.people[town.city.sign_ins[key]] for key in ("resident", "verified"))
    milestones = Milestone.objects.filter(proposal__cycle=town.cycles["finished"])
    if built := milestones.filter(kind=Milestone.Kind.DELIVERED).order_by("-at").first():
        supported = within(town.window("finished", Stage.PROPOSING), 0.9, town.now)
        Endorsement.objects.create(proposal=built.proposal, by=resident, at=supported)
    for delayed in milestones.filter(kind=Milestone.Kind.DELAYED):
        Follow.begin(delayed.proposal, by=verified, at=delayed.at - LATELY)


def leave_the_rest(town: Town) -> None:
    """The worker tells of what is left, in the first minute of the demo. Who voted has had the mail that says so."""
    Happening.objects.filter(at__lt=town.now - LATELY).update(spread_at=town.now)
    Notice.objects.filter(mail__leaves_no_row=True).delete()
    Mail.objects.filter(leaves_no_row=True).delete()
