"""deploy/systemd/: units that systemd understands, that keep the site up, and that shut away what it does not need."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.deploy.site import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICE = ROOT / "deploy" / "systemd" / "common-purse.service"
ANALYZE = shutil.which("systemd-analyze")
with_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed: apt-get install systemd")


def settings_of(unit: Path) -> configparser.SectionProxy:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit.read_text())
    return read["Service"]


@with_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    """As it is installed, but for the program, which need not be at its place on this machine."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"^(Exec\w+=[-@:+!]*)\S+", rf"\g<1>{program}", unit.read_text(), flags=re.MULTILINE))
    done = subprocess.run([ANALYZE, "verify", "--man=no", copy], capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]) == (0, [])


@with_systemd
def test_the_service_is_shut_in() -> None:
    """systemd's own measure, 0 to 100: "OK" ends at 40, and a service that says nothing has 96."""
    command = [ANALYZE, "security", "--offline=true", "--threshold=25", SERVICE]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_the_service_comes_back_however_it_ended_and_may_finish_what_it_does() -> None:
    assert "StartLimitIntervalSec=0" in SERVICE.read_text()
    service = settings_of(SERVICE)
    assert (service["Restart"], service["KillMode"]) == ("always", "mixed")
    assert int(service["TimeoutStopSec"]) >= 60


def test_the_service_starts_what_is_there_with_options_it_knows() -> None:
    python, program, *options = settings_of(SERVICE)["ExecStart"].split()
    assert Path(python).name == "python3"
    assert Path(program).relative_to("/srv/common-purse") == Path("run")
    assert options == ["serve", "--host", "127.0.0.1", "--port", "8000"]


def test_the_socket_of_the_embedded_database_is_within_reach() -> None:
    """postgres.py puts it into /tmp, for `./run manage` in a terminal as well."""
    assert 'Path(f"/tmp/common-purse-' in (ROOT / "postgres.py").read_text()
    service = settings_of(SERVICE)
    assert (service["PrivateTmp"], service["ReadWritePaths"].split()) == ("no", ["/tmp"])


CHECK = """
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader("run", "run")
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)
run.fetch_libraries = lambda groups: None  # they are there
sys.exit(run.main("manage", ["check"]))
"""


@pytest.mark.long
def test_the_program_needs_to_write_to_the_places_of_the_service_only() -> None:
    """ProtectSystem=strict, as far as it is to be had without systemd: all but /tmp and /var/lib/common-purse is
    read-only. A database is made, filled and asked all the same.
    """
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root and unshare")
    state = Path("/var/lib/common-purse")
    state.mkdir(exist_ok=True)
    shut = "mount --make-rprivate /; mount --bind /tmp /tmp; mount --bind {0} {0}; mount -o remount,bind,ro /"
    places = f"touch /tmp; touch {state}; ! touch '{ROOT}/run'"
    done = subprocess.run(["unshare", "-m", "sh", "-ec", f"{shut.format(state)}; {places}"], capture_output=True)
    if done.returncode:
        pytest.skip(f"mounts are not ours to change here: {done.stderr.decode()}")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = ["unshare", "-m", "sh", "-ec", f'{shut.format(state)}; exec "$@"', "sh", sys.executable, "-c", CHECK]
        env["COMMON_PURSE_VAR"] = f"{folder}/var"
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
