"""Searches of the list of proposals, by what stands after "?" in its address."""

from datetime import datetime

from django.http import QueryDict

from accounts.models import User
from budgeting.models import Cycle
from proposals.forms.search import SearchForm
from proposals.models import SavedSearch


def searched(cycle: Cycle, address: str) -> SearchForm:
    return SearchForm(cycle, QueryDict(address))


def save(user: User, cycle: Cycle, address: str, at: datetime) -> SavedSearch:
    return SavedSearch.keep(by=user, at=at, cycle=cycle, **searched(cycle, address).to_save)
