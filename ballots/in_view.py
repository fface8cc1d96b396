"""What was told of proposals when a paper was frozen, as it may be shown now: without what is withheld from view."""

import json
from typing import Any

from budgeting.models import Cycle
from lib.canonical import canonical
from proposals.models import Proposal

TEXTS = ("title", "summary")


def in_view(told: Any, cycle: Cycle) -> Any:
    """A manifest, or the plan of an act of two, with the sentence in place of each text that is withheld now."""
    withheld = {each.number: each for each in Proposal.objects.filter(cycle=cycle).exclude(withheld="")}
    return _shown(told, withheld) if withheld else told


def _shown(told: Any, withheld: dict[Any, Proposal]) -> Any:
    if isinstance(told, list):
        return [_shown(each, withheld) for each in told]
    if not isinstance(told, dict):
        return told
    project = withheld.get(told.get("proposal", told.get("number")))
    instead = {name: str(getattr(project, name)) for name in TEXTS if project and name in told}
    return {**{name: _shown(each, withheld) for name, each in told.items()}, **instead}


def manifest_in_view(manifest: str, digest: str, cycle: Cycle) -> str:
    """The exact text whose SHA-256 is the digest; or, while something on the paper is withheld, one that says so."""
    told = json.loads(manifest)
    shown = in_view(told, cycle)
    return manifest if shown == told else canonical({**shown, "sha256_of_the_whole": digest})
