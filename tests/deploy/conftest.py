"""A city that votes and collects proposals by the real clock, served, with nginx in front: once for all of a file."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from ballots import key
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.people import RoleName
from proposals.models import Proposal
from tests.cast import cycle_of_2027, enrol, person, propose, put_on_paper, square
from tests.databases import Aside, address_for_others
from tests.deploy.nginx import Nginx, in_front_of
from tests.deploy.site import Site, serving


@pytest.fixture(scope="module")
def city(aside: Callable[[str], Aside]) -> Aside:
    """Rosa, who lives in Riverside and proposed something there, and Clara, the clerk."""
    place = aside("deploy")
    with place.in_use():
        found()
    return place


def found() -> None:
    """2027 votes and 2028 collects proposals, by the real clock, since the servers do not know the tests' one."""
    now, hour = timezone.now(), timedelta(hours=1)
    riverside = District.objects.create(slug="riverside", name="Riverside", boundary=square(0, 0), population=12_000)
    rosa, clara = person("Rosa"), person("Clara", RoleName.CLERK)

    voting = cycle_of_2027()
    Phase.objects.filter(cycle=voting, stage="voting").update(opens=now - hour, closes=now + hour)
    put_on_paper(Contest.objects.create(cycle=voting, district=riverside, budget=250_000_00))
    holders = [clara, person("Ines", RoleName.COUNCIL), person("Otto", RoleName.AUDITOR)]
    before = now - timedelta(days=1)
    shares = key.make(voting, holders, by=clara, at=before)
    key.rehearse(voting, shares[:2], by=clara, at=before)
    enrol(rosa, voting, riverside)

    proposing = Cycle.objects.create(slug="2028", title="Participatory budget 2028", currency="EUR")
    Phase.objects.create(cycle=proposing, stage="proposing", opens=now - hour, closes=now + hour)
    contest = Contest.objects.create(cycle=proposing, district=riverside, budget=250_000_00)
    Proposal.objects.filter(pk__in=[each.pk for each in propose(contest, costs=[10_000_00])]).update(author=rosa)


@pytest.fixture(scope="module")
def site(city: Aside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with city.in_use():
        url = address_for_others()
    with serving(tmp_path_factory.mktemp("site"), url) as served:
        yield served


@pytest.fixture(scope="module")
def nginx(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with in_front_of(site.port, tmp_path_factory.mktemp("proxy") / "nginx") as running:
        yield running
