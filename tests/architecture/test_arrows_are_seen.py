"""Every kind of arrow that the law counts as an import is seen, and what the law allows is left alone."""

from pathlib import Path
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from tests.architecture import arrows, site, templates
from tests.architecture.law import Law
from tests.architecture.sources import House, Source, Template
from tests.test_architecture import LAW


def test_rooms_and_templates_outside_the_law_are_seen(tmp_path: Path) -> None:
    for name in (
        "tally/rules.py",
        "helpers/deep/tools.py",
        "loose.py",
        "templates/nobody/a.html",
        "lib/templates/lib/b.html",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    house = House.at(tmp_path, LAW.rooms)
    assert house.top - LAW.not_rooms == {"tally", "helpers", "loose"}
    assert [source.name for source in house.sources] == ["tally/rules.py"]
    assert {page.name: LAW.room_of(page.name) for page in house.templates} == {
        "templates/nobody/a.html": None,
        "lib/templates/lib/b.html": "lib",
    }
    assert LAW.room_of_template("404.html") == "budgeting"
    assert LAW.room_of_template("mfa/index.html") == "accounts"
    assert LAW.room_of_template("elsewhere.html") is None


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proposals/views/browse.py", "from ballots.casting import cast"),
        ("proposals/views/browse.py", "import ballots.casting as other"),
        ("proposals/views/browse.py", "from ...ballots import casting"),
        ("proposals/pages.py", "from ..ballots.casting import cast"),
        ("proposals/views/__init__.py", "from ...ballots import casting"),
        ("proposals/models.py", "def late():\n    from ballots import casting"),
        ("proposals/models.py", "if TYPE_CHECKING:\n    from ballots.models import Envelope"),
        ("proposals/models.py", "try:\n    import accounts\nexcept ImportError:\n    pass"),
        ("proposals/urls.py", "path('', include('ballots.urls'))"),
        ("proposals/tasks.py", "import_module('ballots.tasks')"),
        ("results/turnout.py", "from residents.statistics import registered_by_age, anything_else"),
        ("results/turnout.py", "from residents.statistics import *"),
        ("results/turnout.py", "from residents import statistics"),
        ("results/turnout.py", "import residents.statistics"),
        ("results/turnout.py", "from residents.models import Resident"),
        ("proposals/models.py", "from residents.statistics import registered_by_age"),
        ("ballots/opening.py", "from residents.models import Resident"),
        ("ballots/models/paper.py", "from residents.models import Resident"),
        ("budgeting/views.py", "from accounts.models import User"),
        ("accounts/models.py", "from residents.models import Resident"),
        ("notices/models/mail.py", "from accounts.models import User"),
        ("audit/models.py", "from budgeting.models import Cycle"),
        ("audit/models.py", "from tally import count"),
        ("lib/jobs.py", "from audit.models import AuditEvent"),
        ("tally/rules.py", "from lib import money"),
        ("demo/loading.py", "from front import views"),
        ("front/views.py", "from demo.mailbox import mailbox"),
        ("front/views.py", "from tests.conftest import person"),
        ("lib/start.py", "import postgres"),
    ],
)
def test_an_import_turned_round_is_seen(file: str, text: str) -> None:
    law = Law(**{**vars(LAW), "rooms": {**LAW.rooms, "notices": {"lib", "budgeting"}}})
    assert law.trespasses(arrows.imports(Source(file, text)))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proposals/views/browse.py", "from . import write\nfrom ..models import Proposal\nimport proposals.rules"),
        ("proposals/models.py", "from tally import count\nfrom lib import clock\nfrom audit.models import AuditEvent"),
        ("results/turnout.py", "from residents.statistics import registered_by_age\nfrom ballots.models import Count"),
        ("ballots/casting.py", "from residents.models import Resident"),
        ("ballots/migrations/0001_ballots.py", "from residents.models import Resident"),
        ("budgeting/urls.py", "import accounts.urls, demo.mailbox, front.urls"),
        ("front/views.py", "from ballots.models import Envelope\nfrom django.db import models"),
    ],
)
def test_an_import_the_law_allows_is_free(file: str, text: str) -> None:
    assert LAW.trespasses(arrows.imports(Source(file, text))) == []


@pytest.mark.parametrize("text", ["import django", "from django.db import models", "def f():\n    import django_tasks"])
def test_django_in_the_count_is_seen(text: str) -> None:
    assert arrows.django_in_the_count(Source("tally/rules.py", text))
    assert not arrows.django_in_the_count(Source("lib/rules.py", text))


LIBRARIES = {
    "ballots": "ballots.templatetags.ballots",
    "money": "lib.templatetags.money",
    "i18n": "django.templatetags.i18n",
}
ADDRESSES = {"ballot": {"ballots"}, "proposals": {"proposals"}, "home": {"front"}, "account_login": set()}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("templates/proposals/detail.html", "{% load i18n ballots %}"),
        ("templates/proposals/detail.html", "{% load vote_button from ballots %}"),
        ("templates/proposals/detail.html", '{% include "ballots/row.html" with a=b %}'),
        ("templates/proposals/detail.html", '{% include "ballots/booth/row.html#line" %}'),
        ("templates/proposals/detail.html", "{% extends 'ballots/frame.html' %}"),
        ("templates/proposals/detail.html", "{% extends 'account/base.html' %}"),
        ("templates/proposals/detail.html", "<a href=\"{% url 'ballot' cycle.slug %}\">"),
        ("templates/base.html", '{% url "home" as here %}'),
        ("templates/components/nav.html", '{% nav_link words "proposals" %}'),
        ("templates/403.html", "{% url 'proposals' %}"),
        ("templates/account/login.html", '{% include "proposals/row.html" %}'),
        ("proposals/templates/proposals/x.html", '{% include "ballots/row.html" %}'),
    ],
)
def test_an_arrow_of_a_template_is_seen(file: str, text: str) -> None:
    assert LAW.trespasses(templates.arrows(Template(file, text), LAW, LIBRARIES, ADDRESSES))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("templates/ballots/box.html", '{% load ballots money %}{% extends "base.html" %}{% url "proposals" %}'),
        (
            "templates/proposals/detail.html",
            '{% url "account_login" %}{% url name %}{% include page %}{% url "typo" %}',
        ),
        ("templates/proposals/detail.html", "{% comment %}{% load ballots %}{% endcomment %}{# {% load ballots %} #}"),
        ("templates/mfa/index.html", '{% extends "allauth/layouts/base.html" %}{% include "components/nav.html" %}'),
        ("templates/front/home.html", '{% load ballots %}{% include "proposals/row.html" %}{% url "home" %}'),
    ],
)
def test_what_a_template_may_reach_is_free(file: str, text: str) -> None:
    assert LAW.trespasses(templates.arrows(Template(file, text), LAW, LIBRARIES, ADDRESSES)) == []


def test_an_address_is_its_views_and_what_django_brings_is_nobodys() -> None:
    def desk(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    desk.__module__ = "ballots.views"
    front, admins = ModuleType("front.urls"), [path("", desk, name="index")]
    front.urlpatterns = [
        path("desk/", desk, name="desk"),
        path("old/", RedirectView.as_view(url="/"), name="moved"),
        path("language/", set_language, name="set_language"),
    ]
    patterns = [path("", include(front)), path("admin/", (admins, "admin", "admin"))]
    letters = Source("demo/mailbox.py", "urlpatterns = [path('mail/', mailbox, name='mailbox')]")
    names = site.addresses(LAW, [letters], patterns)
    assert names == {"desk": {"ballots"}, "moved": {"front"}, "set_language": set(), "mailbox": {"demo"}}


@pytest.mark.parametrize(
    "text",
    [
        "reverse('ballot', args=[1])",
        "urls.reverse_lazy(viewname='ballot')",
        "def view(request):\n    return redirect('ballot' if request.user else 'proposals')",
        "resolve_url('home')",
        "@login_required(login_url='home')\ndef view(request): ...",
        "class Page(RedirectView):\n    pattern_name = 'ballot'",
        "class Noun:\n    def address(self):\n        return reverse('ballot')",
    ],
)
def test_an_address_of_another_room_is_seen(text: str) -> None:
    assert LAW.trespasses(arrows.addresses(Source("proposals/views.py", text), ADDRESSES))


@pytest.mark.parametrize(
    "text",
    [
        "reverse('proposals')\nreverse('account_login')\nreverse('admin:index')\nredirect(proposal)\nredirect('/')",
        "class Noun:\n    def get_absolute_url(self):\n        return reverse('ballot')",
        "words = {'ballot': 1}\nlist(reversed('ballot'))",
    ],
)
def test_an_address_within_reach_is_free(text: str) -> None:
    assert LAW.trespasses(arrows.addresses(Source("proposals/views.py", text), ADDRESSES)) == []


@pytest.mark.parametrize(
    "text",
    [
        "render(request, 'ballots/box.html')",
        "render_to_string('ballots/box.html#opening')",
        "@register.inclusion_tag('ballots/vote_button.html')\ndef vote_button(): ...",
        "class Slip(Form):\n    template_name = 'ballots/slip.html'",
        "render(request, f'ballots/{step}.html')",
        "PAGE = 'front/home.html'",
        "send('ballots/mail.txt')",
    ],
)
def test_a_template_of_another_room_is_seen(text: str) -> None:
    assert LAW.trespasses(arrows.pages(Source("proposals/views.py", text), LAW, {"ballots/mail.txt"}))


@pytest.mark.parametrize(
    "text",
    [
        "render(request, 'proposals/detail.html')\nrender(request, 'base.html')\nrender(request, 'forms/field.html')",
        '"""templates/ballots/box.html"""',
        "'report.html', 'ballots/other.txt', f'', f'{name}.html'",
    ],
)
def test_a_template_within_reach_is_free(text: str) -> None:
    assert LAW.trespasses(arrows.pages(Source("proposals/views.py", text), LAW, {"ballots/mail.txt"})) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proposals/models.py", "owner = models.ForeignKey('residents.Resident', on_delete=models.CASCADE)"),
        ("proposals/models.py", "owner = models.OneToOneField(to='accounts.User')"),
        ("proposals/models.py", "owners = ManyToManyField('proposals.Proposal', through='ballots.BallotLine')"),
        ("proposals/migrations/0001_proposals.py", "models.ForeignKey(to='residents.resident')"),
        ("proposals/migrations/0001_proposals.py", "dependencies = [('ballots', '0001_ballots')]"),
        (
            "proposals/migrations/0001_proposals.py",
            "def fill(apps, editor):\n    apps.get_model('ballots', 'Envelope')",
        ),
        ("ballots/models/paper.py", "owner = models.ForeignKey('residents.Resident')"),
    ],
)
def test_a_model_of_another_room_named_by_a_string_is_seen(file: str, text: str) -> None:
    assert LAW.trespasses(arrows.foreign_keys(Source(file, text)))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proposals/models.py", "models.ForeignKey(settings.AUTH_USER_MODEL)\nmodels.ForeignKey('budgeting.Cycle')"),
        ("proposals/models.py", "models.ForeignKey('self')\nmodels.ForeignKey('Comment')"),
        (
            "proposals/migrations/0001_a.py",
            "dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]",
        ),
        ("proposals/migrations/0001_a.py", "dependencies = [('budgeting', '0001_calendar'), ('audit', '0001_log')]"),
        ("ballots/models/box.py", "models.ForeignKey('residents.Resident')"),
        ("ballots/migrations/0001_a.py", "dependencies = [('residents', '0001_register')]"),
    ],
)
def test_a_model_within_reach_is_free(file: str, text: str) -> None:
    assert LAW.trespasses(arrows.foreign_keys(Source(file, text))) == []


def test_anything_named_by_a_string_is_seen() -> None:
    known = {"ballots.tasks", "ballots.envelope", "budgeting.models"}
    for text in ("receiver(post_save, sender='ballots.Envelope')", "TASK = 'ballots.tasks.publish'"):
        assert LAW.trespasses(arrows.dotted(Source("proposals/start.py", text), known))
    for text in (
        "'budgeting.models.Cycle'",
        "'ballots.csv'",
        "'ballots.view_envelope'",
        "'ballots'",
        "'Ballots. Tasks'",
    ):
        assert not LAW.trespasses(arrows.dotted(Source("proposals/start.py", text), known))


@pytest.mark.parametrize(
    "text",
    [
        "for relation in User._meta.related_objects: ...",
        "Envelope._meta.get_field('resident').related_model",
        "Cycle._meta.get_fields(include_hidden=True)",
        "apps.get_model('ballots', 'Envelope')",
        "registry.get_app_config('ballots')",
        "Cycle._meta.apps",
        "getattr(field, 'related_model')",
        "ContentType.objects.get(model='envelope').model_class()",
    ],
)
def test_asking_django_for_another_room_is_seen(text: str) -> None:
    assert arrows.asks_django(Source("proposals/views.py", text))
    assert not arrows.asks_django(Source("proposals/migrations/0002_fill.py", text))


def test_asking_a_model_for_itself_is_free() -> None:
    text = "Proposal._meta.get_field('title').max_length\nself._meta.label_lower\nget_user_model()\nself._meta.fields"
    assert not arrows.asks_django(Source("proposals/views.py", text))


NAMED_IN_THE_DATABASE = {
    **{"budgeting_cycle": "budgeting", "ballots_envelope": "ballots", "residents_resident": "residents"},
    "proposals_fold": "proposals",
}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("budgeting/models.py", "cursor.execute('SELECT 1 FROM ballots_envelope')"),
        ("proposals/models.py", "cursor.execute('SELECT FROM ballots' + '_envelope')"),
        ("proposals/models.py", "sql = 'SELECT FROM ballots_' + table"),
        ("proposals/models.py", "sql = 'SELECT FROM ballots_%s' % 'envelope'"),
        ("proposals/models.py", "sql = 'SELECT FROM ballots_{}'.format('envelope')"),
        ("budgeting/models.py", "sql = '''\nLOCK \"ballots_envelope\" IN SHARE MODE'''"),
        ("budgeting/models.py", "cursor.execute(f'SELECT {what} FROM ballots_envelope')"),
        ("budgeting/models.py", "cursor.execute(f'LOCK ballots_{table}')"),
        ("budgeting/models.py", "function = 'proposals_fold'"),
        ("budgeting/migrations/0002_guards.py", "migrations.RunSQL('CREATE TRIGGER a ON ballots_envelope')"),
        ("proposals/migrations/0002_guards.py", "SQL = 'SELECT FROM residents_resident'"),
        ("ballots/opening.py", "cursor.execute('SELECT FROM residents_resident')"),
    ],
)
def test_a_table_of_another_room_is_seen(file: str, text: str) -> None:
    assert LAW.trespasses(arrows.sql(Source(file, text), NAMED_IN_THE_DATABASE))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proposals/models.py", "cursor.execute('LOCK budgeting_cycle')\nfunction = 'proposals_fold'"),
        ("ballots/migrations/0002_guards.py", "SQL = 'SELECT FROM residents_resident JOIN budgeting_cycle'"),
        ("budgeting/models.py", "'ballots_envelopes', 'my_ballots_envelope', f'ballots_'"),
        ("budgeting/models.py", "def f():\n    '''Not ballots_envelope.'''"),
    ],
)
def test_a_table_within_reach_is_free(file: str, text: str) -> None:
    assert LAW.trespasses(arrows.sql(Source(file, text), NAMED_IN_THE_DATABASE)) == []


def test_a_function_of_the_database_is_known_by_the_migration_that_makes_it() -> None:
    text = "SQL = '''CREATE FUNCTION ballots_no() RETURNS trigger; create or replace function Other(a text)'''"
    assert arrows.functions_made(Source("ballots/migrations/0002_a.py", text)) == {"ballots_no", "other"}
    assert arrows.functions_made(Source("ballots/models.py", text)) == set()
