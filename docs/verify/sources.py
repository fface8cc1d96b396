"""Where what is published comes from: a folder with the files as they were saved, or the address of the contest."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from findings import CannotTell

SECONDS = 60  # so long a site may take to answer
LARGEST = 1_000_000_000  # bytes; no file that is published comes near it

# What a file is called in a folder: as the site calls it when it is saved, or by the plain name at the end.
NAMES = {
    "paper": "*paper.json",
    "results": "*results.json",
    "ballots": "*ballots.pb",
    "draws": "*draws.json",
    "box": "*box*.json",
    "log": "*log*.csv",
}


class Folder:
    """`paper.json`, `draws.json`, `results.json`, `ballots.pb`, `box.json`, `audit-log.csv`, the batches of the board
    as `1.txt`, `2.txt` and so on, and the board's list as any other `.txt`."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        if not self.path.is_dir():
            raise CannotTell(f"{path} is neither a folder nor an address that begins with https://.")

    def read(self, name: str) -> str | None:
        """The file's text; None if there is none."""
        found = sorted(self.path.glob(NAMES[name]))
        if len(found) > 1:
            raise CannotTell(f"{self.path} holds several files for {name}: {', '.join(each.name for each in found)}.")
        return _text_of(found[0]) if found else None

    def batches(self) -> list[str]:
        """The texts of the board's batches, as far as they follow each other from number 1."""
        numbered = {int(each.stem): each for each in self.path.glob("*.txt") if each.stem.isdecimal()}
        wanted = range(1, max(numbered, default=0) + 1)
        if missing := [str(number) for number in wanted if number not in numbered]:
            raise CannotTell(f"The batches {', '.join(missing)} of the board are missing in {self.path}.")
        return [_text_of(numbered[number]) for number in wanted]

    def in_force(self) -> str | None:
        """The board's list of what is in the box."""
        found = sorted(each for each in self.path.glob("*.txt") if not each.stem.isdecimal())
        if len(found) > 1:
            raise CannotTell(f"{self.path} holds several lists: {', '.join(each.name for each in found)}.")
        return _text_of(found[0]) if found else None


class Site:
    """The address of a contest, such as https://votes.example/2027/riverside/."""

    def __init__(self, address: str) -> None:
        parts = urllib.parse.urlsplit(address)
        path = [part for part in parts.path.split("/") if part]
        if parts.scheme not in ("http", "https") or not parts.netloc or len(path) < 2:
            raise CannotTell("The address of a contest is like https://votes.example/2027/riverside/.")
        *before, cycle, contest = path
        root = "/".join([f"{parts.scheme}://{parts.netloc}", *before, cycle])
        self.board = f"{root}/board/{contest}"
        self.addresses = {
            "paper": f"{root}/{contest}/ballot/paper.json",
            "results": f"{root}/{contest}/results/results.json",
            "ballots": f"{root}/{contest}/results/ballots.pb",
            "draws": f"{root}/draws.json",
        }

    def read(self, name: str) -> str | None:
        return _fetched(self.addresses[name]) if name in self.addresses else None

    def batches(self) -> list[str]:
        texts: list[str] = []
        while (text := _fetched(f"{self.board}/{len(texts) + 1}.txt")) is not None:
            texts.append(text)
        return texts

    def in_force(self) -> str | None:
        return _fetched(f"{self.board}.txt")


def source(where: str) -> Folder | Site:
    return Site(where) if where.startswith(("http://", "https://")) else Folder(where)


def read_file(path: str) -> str:
    return _text_of(Path(path))


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise CannotTell(f"{path.name} is not UTF-8.") from None
    except OSError as wrong:
        raise CannotTell(f"{path} cannot be read: {wrong.strerror}.") from None


def _fetched(address: str) -> str | None:
    """What an address answers; None if it is not found, which is how a site says that there is nothing yet."""
    headers = {"Cache-Control": "no-cache", "User-Agent": "verify.py"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 (Site takes http and https alone)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return answer.read(LARGEST).decode()
    except urllib.error.HTTPError as wrong:
        wrong.close()
        if wrong.code == 404:
            return None
        raise CannotTell(f"{address} answers {wrong.code}.") from None
    except UnicodeDecodeError:
        raise CannotTell(f"{address} gives something that is not UTF-8.") from None
    except (OSError, ValueError) as wrong:
        raise CannotTell(f"{address} cannot be reached: {getattr(wrong, 'reason', None) or wrong}.") from None
