"""The ballot on paper, printed from the same frozen paper as the booth shows."""

from django.utils import translation
from django.utils.translation import gettext as _

from ballots.models import BallotPaper
from lib import pdf


def printed_ballot(paper: BallotPaper, language: str) -> bytes:
    """A contest's ballot as a PDF, in a language."""
    contest = paper.contest
    with translation.override(language):
        title = _("Ballot: %s") % contest
    context = {
        "contest": contest,
        "cycle": contest.cycle,
        "paper": paper,
        "lines": paper.lines.select_related("proposal"),
        "marks": contest.has_marks,
    }
    return pdf.render("ballots/printed_ballot.html", context, title=title, language=language)
