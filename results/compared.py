"""Reports, held against the audit log: each file that is there is the one that was made."""

import hashlib
from collections.abc import Iterator

from audit.acts import Done
from audit.compared import compares, last_of_each
from audit.models import reference
from ballots.models import Count
from lib.private_files import open_if_there
from results.models import Report


def register() -> None:
    compares("Reports", reports)


def reports() -> Iterator[str]:
    """A file may be missing. What an earlier version made is older than any count whose entry has its moment."""
    made = last_of_each(Done.REPORT_MADE)
    for report in Report.objects.exclude(file="").order_by("pk"):
        entry, file = made.get(reference(report)), open_if_there(report.file)
        if entry is None:
            counts = Count.objects.filter(contest__cycle=report.cycle_id, at__lte=report.made_at)
            if counts.filter(entry__facts__has_key="at").exists():
                yield f"{reference(report)} was made by nobody."
        elif file:
            with file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != entry.facts["digest"]:
                yield f"the file of {reference(report)} is not the one that was made."
