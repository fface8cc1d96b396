"""The register in numbers: the only thing of it that results may know."""

from django.db.models import Count

from budgeting.models import Cycle, District
from residents.models import Resident


def registered_by_age(cycle: Cycle, district: District) -> list[tuple[str, str, int]]:
    """For each age band, youngest first: its code, its name, and how many stand on the register of the district.

    The city-wide district has everybody.
    """
    residents = Resident.objects.on_register(cycle)
    if not district.city_wide:
        residents = residents.filter(district=district)
    numbers = dict(residents.values_list("age_band").annotate(Count("pk")))
    return [(band.value, str(band.label), numbers.get(band.value, 0)) for band in Resident.AgeBand]
