"""What the city publishes of a vote, as files: what docs/verify/verify.py is given."""

import hashlib
import re
from collections.abc import Callable

from ballots import chain, draws
from ballots.opening import export
from budgeting.models import Contest
from results import downloads
from results.result import Result

Files = dict[str, str]


def published(contest: Contest, result: Result) -> Files:
    """By the names that a folder has them under."""
    batches = list(contest.batches.all())
    return {
        "paper.json": contest.paper.manifest_in_view,
        **{f"{batch.number}.txt": chain.text_of(batch) for batch in batches},
        "list.txt": chain.list_of(chain.in_force(batches)),
        "draws.json": draws.as_file(contest.cycle),
        "box.json": export(contest),
        "results.json": downloads.results_json(result),
        "ballots.pb": downloads.ballots_pb(result),
    }


def batches_of(files: Files) -> list[str]:
    return sorted((name for name in files if re.fullmatch(r"\d+\.txt", name)), key=lambda name: int(name[:-4]))


def rechained(files: Files, counts: bool = True) -> Files:
    """As whoever owns the database would publish an altered board: each batch names the one before as it is now, what
    is in force follows from the lines (unless not `counts`), and so do the list and the root in the result."""
    made, seen, previous, root = dict(files), set[str](), hashlib.sha256(files["paper.json"].encode()).hexdigest(), ""
    for name in batches_of(files):
        text = re.sub(r"(?m)^previous .*$", f"previous {previous}", files[name])
        for sign, one in re.findall(r"(?m)^([-+x]) (\S+)$", text):
            seen = seen | {one} if sign == "+" else seen - {one}
        if counts:
            text = re.sub(r"(?m)^in force .*$", f"in force {len(seen)} {chain.digest_of(seen)}", text)
            made["list.txt"] = chain.list_of(seen)
        made[name] = text
        root, previous = previous, hashlib.sha256(text.encode()).hexdigest()
        made["results.json"] = re.sub(r'"board_root": "\w+"', f'"board_root": "{previous}"', files["results.json"])
    assert root
    return made


def with_lines(change: Callable[[list[str]], None]) -> Callable[[str], str]:
    """A batch whose lines about envelopes are changed, and sorted as they have to be."""

    def changed(text: str) -> str:
        lines = text.splitlines()
        named = [line for line in lines if line[0] in "+-x~" and line[1] == " "]
        head = lines[: len(lines) - len(named)]
        change(named)
        ordered = sorted(named, key=lambda line: ("+-x~".index(line[0]), line))
        return "".join(f"{line}\n" for line in [*head, *ordered])

    return changed
