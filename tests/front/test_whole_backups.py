"""A backup that is not whole, or holds what no city's does, is refused before anything is done."""

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from front.manifest import Manifest, read_manifest, unpack
from lib.refusal import Refused

FILES = {"database.dump": b"a dump", "media/photos/1/swing.webp": b"a swing", "private/reports/2027.pdf": b"a report"}
TOLD = {
    "made_at": "2027-03-01T12:00:00+00:00",
    "version": "1.0",
    "city": "Halverne",
    "migrations": ["budgeting.0001_extensions"],
    "check_values": {"SECRET_KEY": "0" * 64},
    "audit_head": f"5:{'a' * 64}",
    "files": {name: sha256(content).hexdigest() for name, content in FILES.items()},
}


def backup(path: Path, *more: tarfile.TarInfo, holds: dict[str, bytes] = FILES, **told: object) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in {**holds, "manifest.json": json.dumps({**TOLD, **told}).encode()}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info in more:
            tar.addfile(info)
    return path


def unpacked(path: Path, folder: Path) -> Manifest:
    with tarfile.open(path, "r:") as tar:
        manifest = read_manifest(path, tar)
        unpack(path, tar, manifest, folder)
    return manifest


def test_a_whole_one_is_unpacked(tmp_path: Path) -> None:
    manifest = unpacked(backup(tmp_path / "x.tar"), tmp_path / "to")
    assert Manifest.read(manifest.write()) == manifest
    written = {path.relative_to(tmp_path / "to"): path for path in (tmp_path / "to").rglob("*") if path.is_file()}
    assert {str(name): path.read_bytes() for name, path in written.items()} == FILES
    assert {path.stat().st_mode & 0o777 for path in written.values()} == {0o600}


@pytest.mark.parametrize("name", FILES)
def test_12_a_file_that_was_damaged_is_named(tmp_path: Path, name: str) -> None:
    damaged = backup(tmp_path / "x.tar", holds={**FILES, name: b"\0" * 7})
    with pytest.raises(Refused, match=f"x.tar was damaged: {name} in it is not what was backed up. Nothing was done"):
        unpacked(damaged, tmp_path / "to")


@pytest.mark.parametrize("name", FILES)
def test_12_a_file_that_is_missing_is_missed(tmp_path: Path, name: str) -> None:
    less = {each: content for each, content in FILES.items() if each != name}
    with pytest.raises(Refused, match="is not a whole backup"):
        unpacked(backup(tmp_path / "x.tar", holds=less), tmp_path / "to")


@pytest.mark.parametrize("kept", range(0, 4096, 256))
def test_12_a_file_that_was_cut_off_is_no_whole_backup(tmp_path: Path, kept: int) -> None:
    content = backup(tmp_path / "x.tar").read_bytes()
    assert b"manifest.json" not in content[: 3 * 1024]
    (tmp_path / "cut.tar").write_bytes(content[:kept])
    with pytest.raises((Refused, tarfile.ReadError)):  # with which `restore` says the same
        unpacked(tmp_path / "cut.tar", tmp_path / "to")


@pytest.mark.parametrize(
    "told",
    [
        {"migrations": None},
        {"migrations": [1]},
        {"check_values": {"SECRET_KEY": "zz"}},
        {"check_values": []},
        {"check_values": {"SECRET_KEY": 7}},
        {"check_values": {"OTHER": "0" * 64}},
        {"audit_head": "x"},
        {"audit_head": None},
        {"city": {}},
        {"files": None},
        {"files": {}},
        {"files": {**TOLD["files"], "media/x": "no digest"}},
        {"more": 1},
    ],
    ids=str,
)
def test_12_a_manifest_that_says_nonsense_is_no_whole_backup(tmp_path: Path, told: dict[str, object]) -> None:
    with pytest.raises(Refused, match="is not a whole backup of Common Purse"):
        unpacked(backup(tmp_path / "x.tar", **told), tmp_path / "to")


MEMBERS = [
    ("../outside", tarfile.REGTYPE),
    ("media/../../outside", tarfile.REGTYPE),
    ("/tmp/outside", tarfile.REGTYPE),
    ("secrets/secret_key", tarfile.REGTYPE),
    ("media", tarfile.REGTYPE),
    ("media/link", tarfile.SYMTYPE),
    ("media/link", tarfile.LNKTYPE),
    ("media/pipe", tarfile.FIFOTYPE),
    ("media/folder", tarfile.DIRTYPE),
    ("media/photos/1/swing.webp", tarfile.REGTYPE),
    ("manifest.json", tarfile.SYMTYPE),
]


@pytest.mark.parametrize(("name", "kind"), MEMBERS)
@pytest.mark.parametrize("is_told_of", [True, False])
def test_12_what_is_no_plain_file_of_a_city_is_not_unpacked(
    tmp_path: Path, name: str, kind: bytes, is_told_of: bool
) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "database.dump"
    files = {**TOLD["files"], **({name: sha256(b"").hexdigest()} if is_told_of else {})}
    with pytest.raises(Refused):
        unpacked(backup(tmp_path / "x.tar", info, files=files), tmp_path / "to")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "to").exists()
