"""What was the seed of a contest becomes the draw of its cycle, or of the contest where its cycle has several."""

from typing import Any

from django.db import migrations
from django.db.models import Max
from django.utils import timezone


def move(apps: Any, editor: Any) -> None:
    contests = apps.get_model("budgeting", "Contest").objects.exclude(lot_seed="")
    draws, papers = apps.get_model("budgeting", "Draw").objects, apps.get_model("ballots", "BallotPaper").objects
    for cycle in set(contests.values_list("cycle", flat=True)):
        here = contests.filter(cycle=cycle)
        all_of_it = apps.get_model("budgeting", "Contest").objects.filter(cycle=cycle)
        if here.count() == all_of_it.count() and here.values("lot_seed").distinct().count() == 1:
            groups = [(None, here[0].lot_seed, papers.filter(contest__cycle=cycle))]
        else:
            groups = [(one.pk, one.lot_seed, papers.filter(contest=one)) for one in here]
        for contest, seed, of_these in groups:
            at = of_these.aggregate(last=Max("frozen_at"))["last"] or timezone.now()
            drawn = {"seed": seed, "announced_at": at, "takes_place": at, "entered_at": at}
            draws.create(cycle_id=cycle, contest_id=contest, use="ties", what=seed, drawn_by="", **drawn)


class Migration(migrations.Migration):
    dependencies = [("ballots", "0006_a_vote_that_has_begun"), ("budgeting", "0011_public_draws")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
