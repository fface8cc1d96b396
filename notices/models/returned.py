"""Addresses to which mails did not get: how often, until their owner is seen again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person, Reader

MOST = 3  # mails that come back from an address; from then on only what concerns a right goes there
KEPT_FOR = timedelta(days=180)  # then it is tried again


class Returned(models.Model):
    """Mails to somebody's address came back, and they have not signed in since, nor changed it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField()
    mails = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()  # the last

    class Meta:
        verbose_name = _("address from which mails came back")
        verbose_name_plural = _("addresses from which mails came back")

    def __str__(self) -> str:
        return f"{self.address}: {self.mails}"

    @classmethod
    def one_more(cls, address: str, *, at: datetime) -> None:
        """One came back from there because there is no such mailbox; of an address that is nobody's nothing is kept."""
        user = get_user_model().objects.filter(email__iexact=address).first()
        if user is None:
            return
        row, new = cls.objects.select_for_update().get_or_create(user=user, defaults={"address": address, "at": at})
        if not new and row.address.lower() != address.lower():
            row.mails = 0
        row.address, row.mails, row.at = address, row.mails + 1, at
        row.save()

    @classmethod
    def is_given_up(cls, reader: Reader) -> bool:
        """Is it of no use to write to this person, as long as their address is this one?"""
        return cls.objects.filter(user=reader.pk, address__iexact=reader.email, mails__gte=MOST).exists()

    @classmethod
    def given_up(cls, addresses: Iterable[str]) -> set[str]:
        """Those of these addresses, in small letters, to which only what concerns a right goes now."""
        rows = cls.objects.annotate(small=Lower("address"), theirs=Lower("user__email")).filter(mails__gte=MOST)
        here = rows.filter(small=models.F("theirs"), small__in=[each.lower() for each in addresses])
        return set(here.values_list("small", flat=True))

    @classmethod
    def forget(cls, person: Person) -> None:
        """They are here: perhaps their mailbox is, too."""
        cls.objects.filter(user=person.pk).delete()

    @classmethod
    def forget_old(cls, at: datetime) -> int:
        return cls.objects.filter(at__lt=at - KEPT_FOR).delete()[0]
