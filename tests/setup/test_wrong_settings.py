"""A setting that is wrong ends whatever is started with one line: which variable, what was given, what is expected."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from budgeting import environment
from budgeting.environment import Variable, WrongSetting

ROOT = Path(__file__).parents[2]
ANYTHING_IS_RIGHT = {"SECRET_KEY", "REGISTER_KEY"}
TWO_LINES = "Halverne\nBcc: everybody@city.example"
NUMBERS = ["x", "-1", "1.5", "٣", "10000000000"]
SWITCHES = ["yes", "true", "2"]
WRONG: dict[str, list[str]] = {
    "PUBLIC_URL": ["budget.city.example", "ftp://x.example", "https://", "https://x.example/path", "https://x.example:0x"],
    "DATABASE_URL": ["nonsense", "mysql://db/purse", "postgres://db.city.example", "postgres://db:99999/purse",
                     "postgres://db/purse?port=x", "postgres://db/purse?sslmode"],
    "CITY_NAME": [TWO_LINES],
    "CITY_COUNTRY": [TWO_LINES],
    "CITY_COLOUR": ["#12", "red;}", "url(x)'"],
    "CITY_ZONE": ["Mars", "Europe", "../etc/passwd"],
    "CITY_LANGUAGE": ["de", "EN"],
    "CITY_CONTACT": ["budget", "budget@", "a b@city.example", "Budget <budget@city.example>"],
    "ANONYMOUS_BALLOTS_FROM": ["0", *NUMBERS],
    "TRUSTED_PROXIES": ["yes", *NUMBERS],
    "EMAIL_HOST": ["mail..example", "mail city.example", "smtp://mail.city.example", "-mail", f"{'m' * 64}.example"],
    "EMAIL_PORT": ["0", "65536", *NUMBERS],
    "EMAIL_USER": ["Zoë", "a\nb"],
    "EMAIL_PASSWORD": ["pässword"],
    "EMAIL_TLS": ["foo", "STARTTLS"],
    "SSL_CERT_FILE": ["/nowhere/city.pem", "/"],
    "MAIL_FROM": [
        *("Ville <no-reply@>", "no-reply", "Ville", "<@city.example>", "x@city.example\nBcc: a@b.c"),
        *("a@b.c, d@e.f", "Ville <a@b.c>, d@e.f", "é@city.example"),
    ],
    "MAIL_BOUNCES": ["bounces", "Ville <a@b.c>", "a@b.c, d@e.f", "é@city.example", "*+*@city.example", "b*@c.example",
                     f"{'b' * 24}+*@city.example", "bounces@*.example"],
    "BOUNCE_MAILBOX": ["bounces@city.example", "imap://a:b@mail.city.example/INBOX", "imaps://mail.city.example/INBOX",
                       "imaps://a@mail.city.example", "imaps://a:b@/INBOX", "imaps://a:b@mail:0x/INBOX",
                       "imaps://a:b%0D%0Ac@mail.city.example", "imaps://a:b@mail.city.example/%C3%A9",
                       "imaps://a:b@mail.city.example/INBOX?x=1"],
    "MAIL_PER_MINUTE": ["100001", *NUMBERS],
    "MAIL_QUIET_FROM": ["24", *NUMBERS],
    "MAIL_QUIET_UNTIL": ["24", *NUMBERS],
    "MAIL_DIGEST_AT": ["24", "7:30", *NUMBERS],
    "STAFF_SESSION_HOURS": ["0", "25", *NUMBERS],
    "STAFF_IDLE_MINUTES": ["4", "241", *NUMBERS],
    "SIGN_IN_SERVER": ["login.city.example", "http://login.city.example", "https://", "https://a:b@login.city.example"],
    "SIGN_IN_NAME": [TWO_LINES],
    "SIGN_IN_CLIENT": ["Zoë", "a\nb"],
    "SIGN_IN_SECRET": ["sécret"],
    "HSTS_SUBDOMAINS": SWITCHES,
    "MAP_TILES": ["tiles.city.example", "https://tiles.city.example/x.png", "https:///{z}/{x}/{y}.png"],
    "COMMON_PURSE_VAR": ["/etc/passwd", "/etc/passwd/var"],
    "COMMON_PURSE_DEMO": SWITCHES,
    "DJANGO_DEBUG": SWITCHES,
    "TEST_DATABASE": ["Test", "a-b", "a" * 60],
}  # fmt: skip
RIGHT = {
    "PUBLIC_URL": ["https://budget.city.example", "https://budget.city.example/", "http://[::1]:8000", "http://localhost"],
    "DATABASE_URL": ["postgres://purse:p%40ss@db.city.example/purse", "postgresql://purse@/purse?host=/tmp&port=5433",
                     "postgres:///purse?sslmode=verify-full"],
    "CITY_COLOUR": ["#7a1f3d", "#abc", "teal", "rgb(0 80 60 / 50%)"],
    "CITY_ZONE": ["Europe/Brussels", "UTC"],
    "CITY_CONTACT": ["budget@city.example", "o'neill+x@localhost"],
    "EMAIL_HOST": ["localhost", "mail.city.example", "192.0.2.1", "::1", "mail_1.example."],
    "MAIL_FROM": ["budget@city.example", "City of Halverne <budget@city.example>", '"Ville, mairie" <a@localhost>'],
    "MAP_TILES": ["https://tiles.city.example/{z}/{x}/{y}.png?key=1"],
    "TRUSTED_PROXIES": ["0", "2"],
    "HSTS_SUBDOMAINS": ["0", "1"],
    "SIGN_IN_SERVER": ["https://login.city.example", "https://login.city.example/realms/city"],
    "STAFF_IDLE_MINUTES": ["5", "240"],
    "MAIL_PER_MINUTE": ["0", "600"],
    "MAIL_BOUNCES": ["bounces@city.example", "bounces+*@city.example", "*@bounces.city.example", "b-*@localhost"],
    "BOUNCE_MAILBOX": ["imaps://bounces%40city.example:p%2Fss@mail.city.example", "imaps://a:b@192.0.2.1:1993/Bounces/Site"],
    "MAIL_DIGEST_AT": ["0", "23"],
}  # fmt: skip
DECLARED = {variable.name: variable for variable in environment.VARIABLES}
EACH_WRONG = [(name, given) for name, all_of_it in WRONG.items() for given in all_of_it]


def one_line_about(variable: Variable, given: str, told: str) -> bool:
    shown = variable.tells(given)
    assert given not in told or shown == repr(given), "what is hidden is shown"
    return told.strip() == f"{variable.name} is {shown}; expected: {variable.expected}." and told.count("\n") <= 1


def test_every_variable_is_tried_with_something_wrong() -> None:
    assert WRONG.keys() | ANYTHING_IS_RIGHT == DECLARED.keys()
    assert all(WRONG.values())


@pytest.mark.parametrize(("name", "given"), EACH_WRONG)
def test_what_is_wrong_is_said_in_one_line(monkeypatch, name: str, given: str) -> None:
    monkeypatch.setenv(name, given)
    with pytest.raises(WrongSetting) as wrong:
        environment.check()
    assert one_line_about(DECLARED[name], given, str(wrong.value))


@pytest.mark.parametrize(("name", "given"), [(name, given) for name in RIGHT for given in RIGHT[name]])
def test_what_is_right_is_taken(monkeypatch, name: str, given: str) -> None:
    monkeypatch.setenv(name, given)
    DECLARED[name].read()


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_what_is_empty_is_not_set(monkeypatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert DECLARED[name].read() == DECLARED[name].without


def test_no_password_is_shown(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://purse:hush@db.city.example:x/purse?password=hush2")
    monkeypatch.setenv("EMAIL_PASSWORD", "hüsh3")
    monkeypatch.setenv("BOUNCE_MAILBOX", "imaps://bounces:hush4@mail.city.example:x/INBOX")
    for name in ("DATABASE_URL", "EMAIL_PASSWORD", "BOUNCE_MAILBOX"):
        with pytest.raises(WrongSetting) as wrong:
            DECLARED[name].read()
        assert "sh" not in str(wrong.value).replace("shown", ""), str(wrong.value)


# Whatever is started -------------------------------------------------------------------------------------------------

RUN = [sys.executable, str(ROOT / "run")]
DOORS = {
    "./run serve": [*RUN, "serve", "--port", "0"],
    "./run demo": [*RUN, "demo", "--port", "0"],
    "./run manage": [*RUN, "manage", "check"],
    "manage.py": [sys.executable, str(ROOT / "manage.py"), "check"],
    "help of manage.py": [sys.executable, str(ROOT / "manage.py"), "help"],
    "the worker": [sys.executable, str(ROOT / "manage.py"), "worker", "--no-reload"],
}


def started(command: list[str], folder: Path, **given: str) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if name not in DECLARED}
    env |= {"COMMON_PURSE_VAR": str(folder / "var"), "DATABASE_URL": "postgres://127.0.0.1:1/nobody", **given}
    ran = subprocess.run(
        command, env=env, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.sampled(3)
@pytest.mark.parametrize("door", DOORS)
def test_9_a_wrong_setting_ends_every_command_with_one_line(tmp_path: Path, door: str) -> None:
    code, told = started(DOORS[door], tmp_path, EMAIL_TLS="foo")
    assert code == 1
    assert told == "EMAIL_TLS is 'foo'; expected: starttls, implicit or none.\n"
    assert not list(tmp_path.iterdir()), "nothing was begun"


@pytest.mark.long
@pytest.mark.parametrize("door", ["./run serve", "manage.py"])
@pytest.mark.parametrize("name", WRONG)
def test_9_each_variable_is_read_by_every_command(tmp_path: Path, door: str, name: str) -> None:
    code, told = started(DOORS[door], tmp_path, **{name: WRONG[name][0]})
    assert code == 1
    assert one_line_about(DECLARED[name], WRONG[name][0], told)


def test_9_the_pages_end_with_that_line_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "budgeting.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"]
    code, told = started([*command, "--log-level", "critical", "--pythonpath", str(ROOT)], tmp_path, CITY_ZONE="Mars")
    assert code == 4
    assert told == "CITY_ZONE is 'Mars'; expected: an IANA time zone, such as Europe/Brussels.\n"


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize("door", ["./run manage", "./run serve", "manage.py"])
def test_9_a_database_that_does_not_answer_is_one_line_too(tmp_path: Path, door: str) -> None:
    code, told = started(DOORS[door], tmp_path, DATABASE_URL="postgres://purse:hush@127.0.0.1:1/purse")
    *before, line = told.splitlines()
    assert code == 1
    assert line.startswith(
        "DATABASE_URL is 'postgres://…@127.0.0.1:1/purse'; expected: a database that lets us in, but "
    )
    assert "onnection refused" in line
    assert "hush" not in told
    assert before in ([], [f"Our city: database purse at 127.0.0.1, files in {tmp_path / 'var'}"])


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("nowhere.invalid", "--host nowhere.invalid is no address ("),
        ("192.0.2.7", "--host 192.0.2.7 is no address of this machine."),
        ("a..b", "--host a..b is no address ("),
    ],
)
def test_9_a_host_that_is_none_of_this_machine_is_named(tmp_path: Path, host: str, said: str) -> None:
    code, told = started([*RUN, "serve", "--host", host], tmp_path)
    assert code == 1
    assert told.startswith(said)
    assert told.count("\n") == 1


@pytest.mark.long
def test_9_an_address_of_six_is_served(tmp_path: Path) -> None:
    _code, told = started([*RUN, "serve", "--host", "::1", "--port", "0"], tmp_path)
    assert "is not free" not in told
    assert "DATABASE_URL" in told, "so far it came"


@pytest.mark.parametrize("port", ["x", "65536", "-1"])
def test_9_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    code, told = started([*RUN, "serve", f"--port={port}"], tmp_path)
    assert code == 2
    assert told.splitlines()[-1].endswith(f"argument --port: a port is a whole number up to 65535, and not '{port}'")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_9_a_folder_that_may_not_be_written_is_named_with_its_variable(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o500)
    code, told = started(DOORS["./run manage"], tmp_path)
    assert code == 1
    assert told.endswith(f"./run keeps this city in {tmp_path / 'var'} (COMMON_PURSE_VAR).\n")


def test_9_a_file_in_the_place_of_a_folder_is_named_with_its_variable(tmp_path: Path) -> None:
    (tmp_path / "var" / "preparing").mkdir(parents=True)
    code, told = started(DOORS["./run manage"], tmp_path)
    assert code == 1
    assert told.endswith(f"./run keeps this city in {tmp_path / 'var'} (COMMON_PURSE_VAR).\n")
