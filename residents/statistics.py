"""The register in numbers: the only thing of it that results may know."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from budgeting.models import Cycle, District
from residents.models import RegisterImport, Resident


@dataclass(frozen=True, slots=True)
class RegisteredByAge:
    """For each district its age bands, youngest first: code, name, and how many stand on the register.

    `on`: the day the ages were worked out for; None where there was no register, or nobody wrote it down.
    """

    on: date | None
    bands: dict[District, list[tuple[str, str, int]]]


def registered_by_age(cycle: Cycle, districts: Collection[District]) -> RegisteredByAge:
    """The register of a cycle by district and age; the city-wide district has everybody. Two queries for all."""
    residents = Resident.objects.on_register(cycle)
    if not any(district.city_wide for district in districts):
        residents = residents.filter(district__in=districts)
    numbers, everybody = Counter[tuple[int, str]](), Counter[str]()
    for district, band, number in residents.values_list("district", "age_band").annotate(Count("pk")):
        numbers[district, band] = number
        everybody[band] += number
    made = RegisterImport.objects.that_made([cycle]).get(cycle.pk)
    bands = {
        district: [
            (band.value, str(band.label), everybody[band] if district.city_wide else numbers[district.pk, band])
            for band in Resident.AgeBand
        ]
        for district in districts
    }
    return RegisteredByAge(made.ages_on if made else None, bands)
