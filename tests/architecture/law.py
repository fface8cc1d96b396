"""What the table of the law means: to which room a file belongs, and what it may reach."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Found:
    """A place in a file that breaks a rule, as a failing test prints it."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Arrow(Found):
    """A place where a file reaches something: an import, or what counts as one.

    `to` is dotted and begins with the room, as exactly as it is known: "ballots",
    "residents.statistics.registered_by_age".
    """

    to: str


@dataclass(frozen=True)
class Law:
    """The table. All names of files are relative to the root and written with slashes."""

    rooms: Mapping[str, Set[str]]
    """What each room may reach: a room, or one name in it ("residents.statistics.registered_by_age")."""
    for_everyone: Set[str]
    """Rooms that all but they themselves may reach without saying so."""
    files: Mapping[str, Set[str]]
    """What single files, or the files of a folder ("ballots/migrations/"), may reach besides."""
    composition_root: Set[str]
    """The files that may reach everything."""
    frame: Mapping[str, str]
    """Whose the pages and folders in templates/ are that have not the name of a room."""
    not_rooms: Set[str]
    """What else has Python in it at the top of the tree. Nobody imports it."""

    def room_of(self, file: str) -> str | None:
        """The room a file belongs to; a template by its folder in templates/. None: to no room."""
        top, *rest = PurePosixPath(file).parts
        if top == "templates" and rest:
            return rest[0] if rest[0] in self.rooms else self.frame.get(rest[0])
        return top if top in self.rooms and rest else None

    def room_of_template(self, name: str) -> str | None:
        """As `extends` and `render` name it, a partial or not: "ballots/box.html#opening"."""
        return self.room_of(f"templates/{name.partition('#')[0]}") if name.strip("/") else None

    def is_ours(self, dotted: str) -> bool:
        top = dotted.partition(".")[0]
        return top in self.rooms or top in self.not_rooms

    def allows(self, file: str, to: str) -> bool:
        """May this file reach that? Always, where one of the two is not in the house."""
        room = self.room_of(file)
        if file in self.composition_root or room is None or not self.is_ours(to):
            return True
        allowed = {room} | self.rooms[room]
        if room not in self.for_everyone:
            allowed |= self.for_everyone
        for name, more in self.files.items():
            if file == name or (name.endswith("/") and file.startswith(name)):
                allowed |= more
        return any(to == each or to.startswith(f"{each}.") for each in allowed)

    def in_sight(self, file: str) -> frozenset[str]:
        """The rooms a file may reach as a whole, its own among them."""
        return frozenset(room for room in self.rooms if self.allows(file, room))

    def trespasses(self, arrows: Iterable[Arrow]) -> list[Arrow]:
        return [arrow for arrow in arrows if not self.allows(arrow.file, arrow.to)]
