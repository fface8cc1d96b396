"""What is printed from the ballot paper."""

import hashlib

from django.core.files.base import ContentFile
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ballots.models import BallotPaper
from ballots.printing import printed_ballot
from lib.private_files import PrivateFiles


@require_safe
def paper_ballot(request: HttpRequest, cycle: str, contest: str) -> FileResponse:
    """A contest's ballot to print. A frozen paper changes only in what is withheld from view: each is made once."""
    papers = BallotPaper.objects.select_related("contest__cycle", "contest__district")
    paper = get_object_or_404(papers, contest__cycle__slug=cycle, contest__slug=contest)
    language, kept = get_language() or "en", PrivateFiles()
    shown = hashlib.sha256(paper.manifest_in_view.encode()).hexdigest()
    name = f"ballots/{shown}-{language}.pdf"
    if not kept.exists(name):
        name = kept.save(name, ContentFile(printed_ballot(paper, language)))
    return FileResponse(kept.open(name), content_type="application/pdf", filename=f"ballot-{cycle}-{contest}.pdf")
