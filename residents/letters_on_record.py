"""Letters and their codes, held against the audit log."""

from collections import Counter
from collections.abc import Iterator

from audit.acts import Done
from audit.compared import Row, entries, last_of_each
from audit.models import reference
from residents.models import LetterCode, LetterRun, Resident


def letters() -> Iterator[str]:
    """As many codes as were made, for the lines for which they were when somebody posted them; a code that was used, or
    was made worthless, works no more. With a register letters go.
    """
    yield from _made()
    yield from _posted()
    yield from _used()
    ended = {entry.facts["reference"] for entry in entries(Done.LETTER_VOIDED, Done.LETTER_ENDED)}
    for entry in entries(Done.LETTERS_MADE):
        ended.update(entry.facts.get("voided", ()))
    for name in (
        LetterCode.objects.live().filter(reference__in=ended).order_by("pk").values_list("reference", flat=True)
    ):
        yield f"letter {name} was made worthless, and works."


def _made() -> Iterator[str]:
    """Letters of an earlier version, which had no runs, are one run of each cycle."""
    made, earlier = Counter[int](), Counter[str]()
    for entry in entries(Done.LETTERS_MADE):
        if "run" in entry.facts:
            made[entry.facts["run"]] += entry.facts["letters"]
        else:
            earlier[entry.object] += entry.facts["letters"]
    forgotten = last_of_each(Done.REGISTER_FORGOTTEN)
    for run in LetterRun.objects.select_related("cycle").order_by("pk"):
        of_cycle = reference(run.cycle)
        said = made[run.pk] if run.pk in made else earlier.pop(of_cycle, 0)
        if of_cycle not in forgotten and run.codes.count() != said:
            yield f"{run.codes.count()} letters of {reference(run)} are stored, and {said} were made."


def _posted() -> Iterator[str]:
    posted, forgotten = last_of_each(Done.LETTERS_POSTED), last_of_each(Done.REGISTER_FORGOTTEN)
    moved = _moved()
    for run in LetterRun.objects.exclude(posted_at=None).select_related("cycle").order_by("pk"):
        entry = posted.get(reference(run))
        codes = {} if reference(run.cycle) in forgotten else {"codes": run.digest(moved)}
        if not Row(Done.LETTERS_POSTED, reference(run), run.posted_by_id, {}, codes).is_told_by(entry):
            yield f"{reference(run)} was not posted as it stands."


def _moved() -> dict[str, int]:
    """For each letter that went along as lines were joined, by its reference, for which line it was made."""
    found: dict[str, int] = {}
    for entry in entries(Done.LINES_JOINED):
        for name in entry.facts.get("letters", ()):
            found.setdefault(name, entry.facts["ended"])
    return found


def _used() -> Iterator[str]:
    """By a code an account is verified, or claims the line."""
    label = f"{Resident._meta.label_lower}:"
    by_letter = entries(Done.RESIDENT_VERIFIED, Done.CLAIM_FILED).filter(facts__method="letter")
    lines = {
        entry.facts["resident"] if entry.action == Done.CLAIM_FILED else int(entry.object.removeprefix(label))
        for entry in by_letter
    }
    used = LetterCode.objects.exclude(used_at=None)
    for code in used.exclude(resident__in=lines).order_by("pk"):
        yield f"letter {code} is said to have been used, and no entry says for what."
    with_codes = LetterCode.objects.filter(resident__in=lines).exclude(resident__in=used.values("resident"))
    for line in with_codes.order_by("resident").values_list("resident", flat=True).distinct():
        yield f"the letter of {label}{line} was used, and is said not to have been."
