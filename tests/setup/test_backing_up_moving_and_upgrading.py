"""What docs/running.md says of keeping a city, done by ./run itself: back up, move, lose a secret, upgrade, go back."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path

import pytest

from tests.served import free_port

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
BEFORE_THERE_WERE_BACKUPS = "ab6154b1"
OF_THE_FOLDER = (".venv", ".git", ".tools", "var", ".*_cache", "__pycache__", ".hypothesis", ".cities")
SET_UP = """
from django.db import transaction
from allauth.mfa.totp.internal.auth import TOTP
from accounts.models import User
from audit.acts import Done
from budgeting.models import Cycle, District
from residents.digests import identifier_digest
with transaction.atomic():
    clara = User.objects.create_superuser("clara@example.org", "correct horse battery", name="Clara")
    TOTP.activate(clara, "JBSWY3DPEHPK3PXP")
    cycle = Cycle.objects.create(slug="2027", title="Participatory budget 2027")
    District.objects.create(slug="riverside", name="Riverside")
    for _ in range(3):
        clara.record(Done.MADE, on=cycle)
"""
SAME_KEYS = """
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from budgeting.models import Cycle
from residents.digests import identifier_digest
print(decrypt(Authenticator.objects.get().data["secret"]))
print(identifier_digest(Cycle.objects.get(), "79033100120").hex())
"""

pytestmark = [pytest.mark.long, pytest.mark.drill]


class Machine:
    """A program in a folder and a city in another, with a database server of its own."""

    def __init__(self, program: Path, var: Path) -> None:
        self.program, self.var = program, var
        kept = ("PATH", "HOME", "LANG", "TMPDIR")
        self.env = {name: os.environ[name] for name in kept if name in os.environ} | {"COMMON_PURSE_VAR": str(var)}

    def run(self, *words: str, **env: str) -> tuple[int, str, str]:
        ran = subprocess.run(
            [sys.executable, self.program / "run", *words],
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return ran.returncode, ran.stdout, ran.stderr

    def does(self, *words: str, **env: str) -> str:
        code, out, told = self.run("manage", *words, **env)
        assert code == 0, told
        return out

    def refuses(self, *words: str, **env: str) -> str:
        """The one line in which it does, after the one that says which city it is."""
        code, _out, told = self.run("manage", *words, **env)
        assert code == 1
        [_which, line] = told.strip().splitlines()
        return line

    def serves(self) -> bool:
        """Does its home page come?"""
        port = free_port()
        command = [sys.executable, self.program / "run", "serve", "--port", str(port)]
        serving = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while serving.poll() is None:
                try:
                    return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).status == 200
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.2)
            return False
        finally:
            serving.terminate()
            serving.wait()


def libraries_for(program: Path) -> Path:
    """Lend the program our libraries, as if it had fetched them."""
    venv = program / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(ROOT / ".venv" / name)
    locked = b"".join((program / name).read_bytes() for name in ("pyproject.toml", "uv.lock"))
    (venv / "ready").write_text(f"{sha256(sys.version.encode() + locked).hexdigest()} database")
    return program


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    """This program with a small city."""
    program = tmp_path / "program"
    shutil.copytree(ROOT, program, ignore=shutil.ignore_patterns(*OF_THE_FOLDER))
    machine = Machine(libraries_for(program), tmp_path / "here")
    machine.does("shell", "-c", SET_UP)
    return machine


@pytest.fixture
def there(here: Machine, tmp_path: Path) -> Machine:
    """An empty machine with the same program."""
    return Machine(here.program, tmp_path / "there")


def test_a_city_moves_to_an_empty_machine(here: Machine, there: Machine, tmp_path: Path) -> None:
    (here.var / "media").mkdir(exist_ok=True)
    (here.var / "media" / "swing.webp").write_bytes(b"a swing")
    file, secrets = str(tmp_path / "city.tar"), str(tmp_path / "secrets.json")
    said = here.does("backup", file, "--secrets", secrets)
    head, keys = said.split("log to ")[1].split()[0], here.does("shell", "--no-imports", "-c", SAME_KEYS)
    assert "The audit log holds: 4 entries." in there.does("restore", file, "--secrets", secrets)
    assert "The audit log holds: 4 entries" in there.does("verify_audit", "--head", head)
    assert there.does("shell", "--no-imports", "-c", SAME_KEYS) == keys
    assert (there.var / "media" / "swing.webp").read_bytes() == b"a swing"
    assert there.refuses("restore", file).endswith("This database holds a city already: restore into an empty one.")
    assert there.serves()


def test_a_city_restored_without_its_secrets_does_not_start_until_they_are_back_or_given_up(
    here: Machine, there: Machine, tmp_path: Path
) -> None:
    file = str(tmp_path / "city.tar")
    here.does("backup", file)
    said = there.refuses("restore", file, REGISTER_KEY="another")
    assert "REGISTER_KEY in the environment is not that of this backup's city" in said
    assert "is missing: put it into" in there.refuses("restore", file)
    there.does("restore", file, "--lost", "REGISTER_KEY", "--lost", "SECRET_KEY")
    assert "_KEY is missing, and this database holds a city" in there.refuses("check")
    assert not list((there.var / "secrets").glob("*")), "none was made in silence"
    for name in ("REGISTER_KEY", "SECRET_KEY"):
        there.does("give_up_secret", name, "--yes")
    assert "The audit log holds: 6 entries" in there.does("verify_audit")
    assert there.serves()


def test_a_second_node_with_secrets_of_its_own_does_not_start(here: Machine, there: Machine) -> None:
    url = "print(__import__('django.db').db.connection.settings_dict['HOST'])"
    folder = here.does("shell", "--no-imports", "-c", url).strip()
    until_told = ["manage", "shell", "--no-imports", "-c", "print('up', flush=True); input()"]
    alive = subprocess.Popen(
        [sys.executable, here.program / "run", *until_told],
        env=here.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert alive.stdout.readline() == "up\n"
        address = f"postgresql://common_purse@/common_purse?host={folder}&port=5432"
        assert "_KEY is missing, and this database holds a city" in there.refuses("check", DATABASE_URL=address)
        told = there.refuses("check", DATABASE_URL=address, SECRET_KEY="x", REGISTER_KEY="x")
        assert told.startswith("REGISTER_KEY is not the one this city was set up with")
    finally:
        alive.communicate("\n")
    code, _out, told = here.run("serve", "--port", "0", REGISTER_KEY="another")
    assert code == 1
    assert "REGISTER_KEY is not the one this city was set up with" in told
    assert "Serving at" not in told


def test_an_upgrade_brings_the_tables_up_to_date_and_going_back_is_restoring(here: Machine, tmp_path: Path) -> None:
    file, secrets = str(tmp_path / "before.tar"), str(tmp_path / "secrets.json")
    here.does("backup", file, "--secrets", secrets)
    later = tmp_path / "later"
    shutil.copytree(here.program, later, symlinks=True)
    (later / "budgeting" / "migrations" / "0099_later.py").write_text(
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        f"    dependencies = [('budgeting', '{last_migration(later)}')]\n"
        "    operations = [migrations.RunSQL('CREATE TABLE later ()', 'DROP TABLE later')]\n"
    )
    upgraded = Machine(later, here.var)
    assert "The audit log holds: 4 entries" in upgraded.does("verify_audit")
    assert upgraded.serves()
    code, _out, told = here.run("manage", "check")
    assert code == 1
    assert "A later version than" in told.splitlines()[-1]
    back = Machine(here.program, tmp_path / "back")
    back.does("restore", file, "--secrets", secrets)
    assert "The audit log holds: 4 entries" in back.does("verify_audit")
    back.does("backup", str(tmp_path / "again.tar"))
    forth = Machine(later, tmp_path / "forth")
    assert "The audit log holds: 4 entries." in forth.does("restore", file, "--secrets", secrets)


def last_migration(program: Path) -> str:
    return max(path.stem for path in (program / "budgeting" / "migrations").glob("0*.py") if "0099" not in path.name)


def test_a_city_of_a_version_without_backups_is_upgraded_and_keeps_its_secrets(here: Machine, tmp_path: Path) -> None:
    archive = subprocess.run(["git", "archive", BEFORE_THERE_WERE_BACKUPS], cwd=ROOT, capture_output=True)
    if archive.returncode:
        pytest.skip("the history of the program is not here")
    old = tmp_path / "old"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(old, filter="data")
    before, var = Machine(libraries_for(old), tmp_path / "grown"), tmp_path / "grown"
    before.does("shell", "-c", SET_UP)
    keys = before.does("shell", "-c", SAME_KEYS).splitlines()[-2:]
    after = Machine(here.program, var)
    after.does("backup", str(tmp_path / "before.tar"))
    assert "The audit log holds: 4 entries" in after.does("verify_audit")
    assert after.does("shell", "--no-imports", "-c", SAME_KEYS).splitlines() == keys
    assert "REGISTER_KEY is not the one" in after.refuses("check", REGISTER_KEY="another")
    assert after.serves()
