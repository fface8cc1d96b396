"""A relation that leads to a room out of reach is seen in queries, as an attribute and in templates."""

import pytest

from tests.architecture import relations
from tests.architecture.law import Arrow
from tests.architecture.relations import Models, Relation, View
from tests.architecture.sources import Source, Template
from tests.test_architecture import LAW

MODELS = Models(
    fields={
        "budgeting.Cycle": frozenset({"id", "slug"}),
        "budgeting.Contest": frozenset({"id", "cycle", "cycle_id"}),
        "proposals.Comment": frozenset({"id", "contest", "author", "author_id", "facts"}),
        "proposals.CommentReport": frozenset({"id", "comment"}),
        "residents.Resident": frozenset({"id", "district", "age_band"}),
        "ballots.BallotBoxKey": frozenset({"id", "cycle"}),
        "ballots.Count": frozenset({"id", "contest"}),
        "ballots.Envelope": frozenset({"id", "contest", "resident", "resident_id"}),
        "results.Report": frozenset({"id", "contest"}),
    },
    relations=frozenset(
        {
            Relation("budgeting.Contest", "budgeting.Cycle", "cycle", "cycle"),
            Relation("budgeting.Cycle", "budgeting.Contest", "contests", "contests"),
            Relation("budgeting.Cycle", "ballots.BallotBoxKey", "box_key", "box_key"),
            Relation("budgeting.Contest", "ballots.Count", "count", "count"),
            Relation("budgeting.Contest", "ballots.Envelope", "envelopes", "envelopes"),
            Relation("budgeting.Contest", "results.Report", "reports", "reports"),
            Relation("budgeting.Contest", "proposals.Comment", "comment_set", "comment"),
            Relation("proposals.Comment", "budgeting.Contest", "contest", "contest"),
            Relation("proposals.Comment", "proposals.CommentReport", "reports", "reports"),
            Relation("accounts.User", "accounts.Role", "roles", "roles"),
            Relation("accounts.User", "proposals.Comment", "comments", "comments"),
            Relation("accounts.User", "ballots.KeyShare", "key_shares", "key_shares"),
            Relation("ballots.Envelope", "budgeting.Contest", "contest", "contest"),
            Relation("ballots.Envelope", "residents.Resident", "resident", "resident"),
        }
    ),
    values=frozenset({"age_band", "facts", "id", "slug"}),
    person="accounts.User",
)


def followed(file: str, text: str) -> list[Arrow]:
    source = Source(file, text)
    return relations.in_python(source, View(MODELS, LAW.in_sight(file), frozenset(relations.names_defined(source))))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proposals/views.py", "Contest.objects.filter(envelopes=None)"),
        ("proposals/views.py", "contests.exclude(cycle__box_key__threshold=2)"),
        ("proposals/views.py", "contests.filter(**{'envelopes__id': 3})"),
        ("proposals/views.py", "contests.filter(Q(envelopes__isnull=True) | ~models.Q(comment=None))"),
        ("proposals/views.py", "contests.annotate(votes=Count('envelopes', distinct=True))"),
        ("proposals/views.py", "contests.annotate(votes=Count(expression='envelopes'))"),
        ("proposals/views.py", "contests.order_by('-envelopes__id')"),
        ("proposals/views.py", "contests.prefetch_related('comment_set', Prefetch('envelopes'))"),
        ("proposals/views.py", "related = ('cycle', 'cycle__box_key')\ncontests.select_related(*related)"),
        ("proposals/views.py", "Exists(Key.objects.filter(pk=OuterRef('box_key')))"),
        ("proposals/views.py", "contest.envelopes.count()"),
        ("proposals/views.py", "if cycle.box_key: ..."),
        ("proposals/views.py", "hasattr(cycle, 'box_key')"),
        ("proposals/views.py", "getattr(contest, 'count', None)"),
        ("proposals/views.py", "Contest.objects.order_by('slug').filter(count__id=1)"),
        ("proposals/views.py", "Contest.objects.filter(Q(reports=None))"),
        ("proposals/views.py", "comments.filter(author__envelopes__id=1)"),
        ("proposals/views.py", "request.user.key_shares.count()"),
        ("proposals/views.py", "get_user_model().objects.filter(roles__kind='clerk')"),
        ("accounts/models.py", "self.comments.all()"),
        ("budgeting/models.py", "class Contest:\n    def votes(self):\n        return self.envelopes.all()"),
        ("budgeting/views.py", "contest.comment_set.first()"),
        ("ballots/opening.py", "envelope.resident.district"),
        ("ballots/opening.py", "Envelope.objects.values('resident__age_band')"),
        ("results/turnout.py", "envelopes.select_related('resident')"),
    ],
)
def test_a_relation_to_another_room_is_seen(file: str, text: str) -> None:
    assert LAW.trespasses(followed(file, text))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("ballots/board.py", "contest.envelopes.count()\nContest.objects.filter(envelopes=None, comment__id=1)"),
        ("ballots/casting.py", "Envelope.objects.filter(resident__district=None)\nenvelope.resident"),
        ("ballots/opening.py", "envelope.resident_id\nuser.key_shares.all()\nuser.comments.all()"),
        (
            "proposals/views.py",
            "Comment.objects.filter(reports__id=1)\ncomment.reports.all()\ncomments.filter(reports=None)",
        ),
        ("proposals/views.py", "contests.count()\ncontests.annotate(count=Count('comment'))\n'text'.count('x')"),
        ("proposals/views.py", "comments.filter(facts__envelopes=1).order_by('-contest__cycle__slug')"),
        ("proposals/views.py", "request.POST.get('envelopes')\nenvelopes = {'envelopes': 1}['envelopes']"),
        ("proposals/views.py", "class Row:\n    box_key: str\nrow.box_key"),
    ],
)
def test_a_relation_within_reach_is_free(file: str, text: str) -> None:
    assert followed(file, text) == []


def test_a_relation_to_another_room_is_seen_in_a_template() -> None:
    view = View(MODELS, LAW.in_sight("proposals/a.py"), frozenset())
    for text in (
        "{{ contest.envelopes.count }}",
        "{% if proposal.contest.cycle.box_key.made %}",
        "{{ a|add:c.envelopes }}",
    ):
        assert LAW.trespasses(relations.in_template(Template("templates/proposals/a.html", text), view))
    free = Template(
        "templates/proposals/a.html", '{{ envelopes.count }}{{ list.count }}{% x "contest.envelopes" %}{{ row.key }}'
    )
    assert relations.in_template(free, view) == []
    own = Template("templates/proposals/a.html", "{{ row.envelopes }}")
    keys = frozenset(relations.keys_written(Source("proposals/views.py", "rows = [{'envelopes': 1}]")))
    assert relations.in_template(own, view, keys) == []
