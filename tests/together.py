"""The holders of a key together, each in a session of their own, and the program that keeps what they know."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import Client

from ballots import ceremony, keeper
from ballots.keeper import Keeper
from ballots.models import Ceremony
from tests.cast import signed_in
from tests.databases import address_for_others

BOX = "/2027/box/"


AT_WORK: list[Keeper] = []
WAITS = ceremony.pause


@contextmanager
def attended(begun: Ceremony | None = None) -> Iterator[Keeper]:
    """The ceremony that is on, with its keeper at work whenever a session waits for it."""
    with keeper.keeping(begun or Ceremony.objects.get(ended_at=None)) as at_work:
        assert at_work
        assert at_work.take_up()
        AT_WORK.append(at_work)
        ceremony.pause = _all_look
        try:
            yield at_work
        finally:  # whatever else a test put there meanwhile
            AT_WORK.remove(at_work)
            ceremony.pause = _all_look if AT_WORK else WAITS


def _all_look() -> None:
    for each in AT_WORK:
        each.look()


def words_on(sheet: str) -> str:
    return " ".join(re.findall(r"<li><code>(\w+)</code></li>", sheet))


def take_sheet(holder: Client) -> str:
    """A holder has their sheet shown, prints it and types it back. Its words."""
    words = words_on(holder.post(f"{BOX}sheet/print/").content.decode())
    assert holder.post(f"{BOX}sheet/words/", {"words": words}).status_code == 302
    return words


def make_key(clerk: Client, holders: Sequence[object], threshold: int = 2, **more: object) -> list[str]:
    """A clerk calls the holders together, and each takes their sheet. The words of all, in the order of the sheets."""
    form = {"key-holders": [holder.pk for holder in holders], "key-threshold": threshold, **more}
    assert clerk.post(f"{BOX}key/", form).status_code == 302
    with attended() as at_work:
        parts = Ceremony.objects.get(ended_at=None).parts.select_related("holder")
        words = [take_sheet(signed_in(part.holder)) for part in parts]
        assert not at_work.look()
    return words


def give_words(clerk: Client, what: str, *given: tuple[object, str]) -> Client:
    """A clerk calls the holders together to a "rehearsal" or an "opening"; these give these words."""
    assert clerk.post(f"{BOX}{what}/").status_code == 302
    with attended() as at_work:
        for holder, words in given:
            client = signed_in(holder)
            assert client.post(f"{BOX}sheet/words/", {"words": words}).status_code == 302
        at_work.look()
    return client


@pytest.fixture
def keepers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """The processes the worker has started, which look into the tests' database."""
    monkeypatch.setenv("DATABASE_URL", address_for_others())
    for name in ("SECRET_KEY", "REGISTER_KEY"):
        monkeypatch.setenv(name, getattr(settings, name))
    monkeypatch.setattr(keeper, "_started", {})
    yield keeper._started
    for process in keeper._started.values():
        process.kill()
        process.wait()
