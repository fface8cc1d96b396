"""The register in numbers: the only thing of it that results may know."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Count

from budgeting.models import Cycle, District
from residents.models import Resident


def registered_by_age(cycle: Cycle, districts: Collection[District]) -> dict[District, list[tuple[str, str, int]]]:
    """For each district its age bands, youngest first: code, name, and how many stand on the register.

    The city-wide district has everybody. One query for all.
    """
    residents = Resident.objects.on_register(cycle)
    if not any(district.city_wide for district in districts):
        residents = residents.filter(district__in=districts)
    numbers, everybody = Counter[tuple[int, str]](), Counter[str]()
    for district, band, number in residents.values_list("district", "age_band").annotate(Count("pk")):
        numbers[district, band] = number
        everybody[band] += number
    return {
        district: [
            (band.value, str(band.label), everybody[band] if district.city_wide else numbers[district.pk, band])
            for band in Resident.AgeBand
        ]
        for district in districts
    }
