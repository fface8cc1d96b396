"""Each rule that holds within a room is seen to find what breaks it, and nothing else."""

import pytest

from tests.architecture import habits, templates
from tests.architecture.sources import Source, Template
from tests.test_architecture import LAW


@pytest.mark.parametrize(
    "files",
    [
        {"ballots/a.py": "from ballots.b import x", "ballots/b.py": "from ballots import a"},
        {
            "ballots/a.py": "from . import b",
            "ballots/b.py": "def late():\n    from .c import x",
            "ballots/c.py": "import ballots.a",
        },
        {"ballots/a.py": "from ballots.b import x", "ballots/b.py": "if TYPE_CHECKING:\n    from ballots.a import y"},
        {
            "ballots/models/__init__.py": "from ballots.models.a import A",
            "ballots/models/a.py": "from ballots.b import x",
            "ballots/b.py": "from ballots.models import A",
        },
    ],
)
def test_a_circle_is_seen(files: dict[str, str]) -> None:
    assert habits.circles([Source(name, text) for name, text in files.items()]) == [sorted(files)]


def test_a_package_that_gathers_its_files_is_no_circle() -> None:
    files = {
        "ballots/models/__init__.py": "from ballots.models.a import A\nfrom ballots.models.b import B",
        "ballots/models/a.py": "",
        "ballots/models/b.py": "from ballots.models.a import A\nfrom . import a",
        "ballots/views.py": "from ballots.models import A",
    }
    assert habits.circles([Source(name, text) for name, text in files.items()]) == []


@pytest.mark.parametrize(
    "text",
    [
        "from django.utils import timezone\nat = timezone.now()",
        "from django.utils import timezone as tz\nmodels.DateTimeField(default=tz.now)",
        "from django.utils.timezone import now\nnow()",
        "import django.utils.timezone\ndjango.utils.timezone.now()",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "import datetime as dt\ndt.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "from django.utils.timezone import localdate\nlocaldate()",
        "from django.utils import timezone\ntimezone.localtime()",
        "import time\ntime.time()",
        "from time import time\nstarted = time()",
        "from django.db.models.functions import Now\nrows.filter(at__lt=Now())",
        "cursor.execute('SELECT now()')",
        "cursor.execute(f'UPDATE {table} SET at = clock_timestamp()')",
        "RawSQL('current_timestamp', [])",
        "cursor.execute(\"SELECT 'now'::timestamptz\")",
        "Func(function='NOW')",
        "import time\ntime.strftime('%Y')",
        "from email.utils import formatdate\nformatdate()",
        "made_at = models.DateTimeField(auto_now_add=True)",
    ],
)
def test_a_clock_read_elsewhere_is_seen(text: str) -> None:
    assert habits.clock_reads(Source("ballots/board.py", text))
    assert not habits.clock_reads(Source("lib/clock.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.strftime('%Y', at.timetuple())\ntime.monotonic()\ntime.perf_counter()\ntime.sleep(1)",
        "from lib import clock\nat = clock.now()",
        "from django.utils import timezone\ntimezone.localdate(at)\ntimezone.localtime(value=at)",
        "from datetime import datetime\ndatetime.fromisoformat(text)\ndatetime.now_or_never\ncell.now()",
        "from django.db.models.functions import Now\nat = models.DateTimeField(db_default=Now())",
        "def now():\n    '''Never SELECT now().'''\nnow()",
    ],
)
def test_what_reads_no_clock_is_free(text: str) -> None:
    assert habits.clock_reads(Source("ballots/board.py", text)) == []


@pytest.mark.parametrize(
    "text", ['{% now "Y" %}', "{{ at|timesince }}", "{{ at|naturaltime }}", "{% if at|timeuntil %}"]
)
def test_a_clock_read_in_a_template_is_seen(text: str) -> None:
    assert templates.clock_reads(Template("templates/base.html", text))
    assert not templates.clock_reads(Template("templates/base.html", "{{ now }}{{ at|timesince:now }}{% nowhere %}"))


@pytest.mark.parametrize(
    "text", ["from lib import clock", "from lib.clock import now", "def f():\n    import lib.clock"]
)
def test_a_model_with_a_clock_of_its_own_is_seen(text: str) -> None:
    for file in ("ballots/models/box.py", "ballots/models/__init__.py", "accounts/models.py"):
        assert habits.clocks_of_models(Source(file, text))
    assert not habits.clocks_of_models(Source("ballots/views/box.py", text))


@pytest.mark.parametrize(
    "text", ["import ballots.models.report", "from lib import geography", "def f():\n    from . import b"]
)
def test_live_code_in_a_migration_is_seen(text: str) -> None:
    assert habits.live_code(Source("ballots/migrations/0003_reports.py", text), LAW.rooms)
    assert not habits.live_code(Source("ballots/views.py", text), LAW.rooms)
    assert not habits.live_code(Source("ballots/migrations/0003_reports.py", "import django.db.models"), LAW.rooms)


@pytest.mark.parametrize(
    "text",
    [
        "def freeze(contest, by, at): ...",
        "def freeze(contest, by): ...",
        "def freeze(contest, at, *, by): ...",
        "class Noun:\n    async def hide(self, by, /): ...",
        "if True:\n    class A:\n        class B:\n            def ask(self, by=None, *, at): ...",
    ],
)
def test_a_verb_that_takes_who_acts_by_place_is_seen(text: str) -> None:
    assert habits.positional_verbs(Source("ballots/paper.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "def freeze(contest, *, by, at): ...",
        "def stage(windows, at): ...",
        "def outer():\n    def inner(by): ...\n    return lambda by, at: 1",
    ],
)
def test_a_verb_that_names_who_acts_is_free(text: str) -> None:
    assert habits.positional_verbs(Source("ballots/paper.py", text)) == []


def test_what_is_too_long_is_seen() -> None:
    long, long_class = "x = 1\n" * 301, "class Noun:\n" + "    x = 1\n" * 200
    assert habits.too_long(Source("ballots/paper.py", long))
    assert habits.too_long(Source("ballots/paper.py", long_class))
    assert habits.too_long(Source("tally/rules.py", long_class))
    assert habits.too_long(Template("templates/base.html", "<p>\n" * 161))
    assert habits.too_long(Template("templates/base.html", "x" * 161))
    assert not habits.too_long(Source("ballots/paper.py", "x = 1\n" * 300))
    assert not habits.too_long(Source("tally/pabulib.py", long))
    assert not habits.too_long(Source("ballots/migrations/0001_ballots.py", long))
    assert not habits.too_long(Template("templates/base.html", f"{'x' * 160}\n" * 160))
