"""Rosa's draft for Riverside, and the same once submitted."""

from collections.abc import Callable
from functools import partial

from accounts.models import User
from budgeting.models import Contest
from proposals.models import Proposal
from tests.cast import drafted, handed_in
from tests.keeping import kept


@kept
def draft(rosa: User, riverside_contest: Contest) -> Proposal:
    return drafted(rosa, riverside_contest)


@kept
def submitted(riverside_contest: Contest) -> Callable[..., Proposal]:
    """submitted(rosa, title="…"): a proposal handed in while proposals are collected."""
    return partial(handed_in, contest=riverside_contest)


@kept
def proposal(submitted: Callable[..., Proposal], rosa: User) -> Proposal:
    return submitted(rosa)
