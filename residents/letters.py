"""Letters with a code, one sheet a resident: made from the register's file, which is not kept.

The register knows no names or addresses, so a clerk gives the file again; its lines are found by their digests.
A code is in clear in two places only: in memory while its letter is made, and on the paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO

import segno
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Cycle, District
from budgeting.stages import Stage
from lib import pdf
from lib.refusal import allow
from residents.digests import identifier_digest, person_digest
from residents.letter_codes import code_digest, new_code, new_reference
from residents.models import JoinedLine, LetterCode, LetterRun, Resident, StandingRegister
from residents.models.register import Residents
from residents.register_entries import RegisterEntry, entries_of
from residents.register_file import opened

MOST_SHEETS = 200  # in one PDF: about half a minute and half a gigabyte
LINES_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """One sheet: in clear, for the printer only."""

    name: str
    address: str
    postcode: str
    town: str
    district: str
    code: str
    reference: str

    @property
    def link(self) -> str:
        """With the code as its fragment, which no browser sends: it stands in no proxy's log (static/js/letter.js)."""
        return f"{settings.PUBLIC_URL}{reverse('verify_by_letter')}#{self.code}"

    @property
    def qr(self) -> SafeString:
        title = _("The address of the page where the code is typed")
        return mark_safe(segno.make(self.link, error="m").svg_inline(omitsize=True, title=title))  # noqa: S308  (ours)


def without_a_letter(residents: Residents) -> Residents:
    """Those of them to whom no letter was made, or whose letter was voided."""
    return residents.exclude(pk__in=LetterCode.objects.filter(voided_at=None).values("resident"))


@transaction.atomic
def make_codes(
    residents: Sequence[Resident], *, by: User | None, at: datetime, run: LetterRun | None = None
) -> list[tuple[str, str]]:
    """A fresh code and reference for each resident, in their order, on record. Older codes stop working.

    Only digests are stored: the codes returned are the only copy. They belong to the `run`, or to one of their own.
    """
    if not residents:
        return []
    run = run or LetterRun.objects.create(cycle=residents[0].cycle, made_at=at, made_by=by)
    live = LetterCode.objects.live().filter(resident__in=residents)
    voided = sorted(live.values_list("reference", flat=True))
    live.update(voided_at=at, voided_by=by)
    made = [(new_code(), new_reference()) for _ in residents]
    LetterCode.objects.bulk_create(
        LetterCode(run=run, resident=resident, digest=code_digest(code), reference=ref, made_at=at, made_by=by)
        for resident, (code, ref) in zip(residents, made, strict=True)
    )
    facts = {"letters": len(residents), "run": run.pk, **({"voided": voided} if voided else {})}
    AuditEvent.append(Done.LETTERS_MADE, by=by, on=residents[0].cycle, **facts)
    return made


def letters(
    cycle: Cycle,
    file: IO[bytes],
    *,
    by: User | None,
    at: datetime,
    district: District | None = None,
    limit: int | None = None,
    again: bool = False,
    first_line: int = 0,
) -> Iterator[Letter]:
    """Letters for the lines of a register's file that are on the register, with codes made as they are taken.

    Left out: who is verified, and who has a letter whose code still works unless `again`, which voids that one.
    Raises RegisterFileError or Refused as the register's import does.
    """
    allow(StandingRegister.why(cycle))
    entries = (
        entry
        for entry in entries_of(cycle, opened(file), years_alone=True)
        if isinstance(entry, RegisterEntry) and entry.line >= first_line and district in (None, entry.district)
    )
    left, run = limit, None
    while lines := list(islice(entries, LINES_AT_A_TIME)):
        due = _due(cycle, lines, again=again)[:left]
        if due and run is None:
            run = LetterRun.objects.create(cycle=cycle, made_at=at, made_by=by)
        codes = make_codes([resident for _entry, resident in due], by=by, at=at, run=run)
        for (entry, _resident), (code, reference) in zip(due, codes, strict=True):
            place = entry.address, entry.postcode, entry.town, entry.district.name
            yield Letter(entry.name, *place, code, reference)
        if left is not None and (left := left - len(due)) == 0:
            return


def _due(cycle: Cycle, entries: Sequence[RegisterEntry], *, again: bool) -> list[tuple[RegisterEntry, Resident]]:
    by_digest = {identifier_digest(cycle, entry.identifier): entry for entry in entries}
    names = JoinedLine.objects.filter(ended__identifier_digest__in=by_digest)  # second ones, of lines that stay
    for ended, stays in names.values_list("ended__identifier_digest", "stays__identifier_digest"):
        by_digest.setdefault(bytes(stays or b""), by_digest[bytes(ended or b"")])
    unverified = Resident.objects.on_register(cycle).unverified()
    residents = unverified.filter(identifier_digest__in=by_digest).select_related("cycle")
    if not again:
        residents = without_a_letter(residents)
    found = [(by_digest[resident.known_by[0]], resident) for resident in residents]
    same = [
        (entry, resident)
        for entry, resident in found
        if person_digest(cycle, entry.name, entry.born) == resident.known_by[1]
    ]
    return sorted(same, key=lambda pair: pair[0].line)


def sheets(cycle: Cycle, letters: Sequence[Letter]) -> bytes:
    """The PDF, one sheet a letter, in the city's languages, the main one first. At most MOST_SHEETS belong in one."""
    main = settings.LANGUAGE_CODE
    languages = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != main)
    context = {
        "letters": letters,
        "cycle": cycle,
        "voting": cycle.window(Stage.VOTING),
        "languages": languages,
        "site": settings.PUBLIC_URL.split("://")[-1] + reverse("verify_by_letter"),
    }
    return pdf.render("residents/letters.html", context, title=str(cycle), language=main)
