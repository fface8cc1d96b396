"""Whatever the program writes, no other account of the machine can read it."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITE = """
import os, sys
os.umask(0o022)  # as a shell leaves it
import django
django.setup()
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, get_connection
from demo.papers import _write
from lib import safe_image
from lib.private_files import PrivateFiles
from tests.cast import picture

default_storage.save("photos/draft.jpg", ContentFile(b"a"))
PrivateFiles().save("reports/before.pdf", ContentFile(b"a"))
get_connection(settings.MAIL_TRANSPORT).send_messages([EmailMessage("Your code", "123456", to=["rosa@example.org"])])
demo = settings.VAR_DIR / "demo"
demo.mkdir(exist_ok=True)
(demo / "letters.pdf").write_bytes(b"a")
_write(demo / "sign-ins.txt", "a")
safe_image.redrawn(picture())
"""


def written(var: Path) -> str:
    """Run as a city's processes are; gives what they say against it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("EMAIL_")}
    env |= {"COMMON_PURSE_VAR": str(var), "DJANGO_SETTINGS_MODULE": "budgeting.settings"}
    return subprocess.run([sys.executable, "-c", WRITE], cwd=ROOT, env=env, capture_output=True, text=True).stderr


def modes(var: Path) -> dict[str, str]:
    found = {path.relative_to(var): path for path in var.rglob("*")}
    return {str(name): oct(stat.S_IMODE(path.stat().st_mode)) for name, path in found.items()}


@pytest.mark.long
def test_every_file_is_ours_alone_whoever_writes_it(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert written(var) == ""
    found = modes(var)
    kinds = {"media/photos/draft.jpg", "private/reports/before.pdf", "demo/letters.pdf", "demo/sign-ins.txt"}
    assert kinds <= set(found)
    assert {name.partition("/")[0] for name in found} == {"media", "private", "demo", "mail", "being-read"}
    assert {name: mode for name, mode in found.items() if mode not in {"0o600", "0o700"}} == {}


@pytest.mark.long
def test_16_what_run_prepares_is_ours_alone_too() -> None:
    """But where root runs it, the server's own account passes through var to what is the server's."""
    place = Path(tempfile.mkdtemp(dir="/var/tmp"))  # pytest's own folders are closed to that account
    place.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    command = [sys.executable, ROOT / "run", "--new", "manage", "check"]
    try:
        env["COMMON_PURSE_VAR"] = str(place / "var")
        subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, umask=0o022)
        found = modes(place / "var")
        assert {"preparing", "postgres", "postgres/gate", "postgres/users", "secrets/secret_key"} <= set(found)
        assert {name: mode for name, mode in found.items() if mode not in {"0o600", "0o700"}} == {}
        assert stat.S_IMODE((place / "var").stat().st_mode) == (0o700 if os.geteuid() else 0o711)
    finally:
        shutil.rmtree(place)


@pytest.mark.long
@pytest.mark.parametrize("folder", ["media", "private", "mail", "demo", "secrets"])
def test_a_folder_an_earlier_release_left_open_is_closed(tmp_path: Path, folder: str) -> None:
    old = tmp_path / "var" / folder
    old.mkdir(parents=True, mode=0o755)
    old.chmod(0o755)
    assert written(tmp_path / "var") == ""
    assert modes(tmp_path / "var")[folder] == "0o700"
