"""Roles that wait for somebody without an account."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models.person import User
from budgeting.models import District
from budgeting.people import RoleName
from lib.one_line import OneLine


class Invitations(models.QuerySet["Invitation"]):
    def waiting(self, at: datetime) -> "Invitations":
        """Those that can still be taken up."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A role that waits for somebody without an account: by one mail, for some days, once."""

    email = models.EmailField(gettext_lazy("e-mail address"))
    name = OneLine(gettext_lazy("name"), max_length=80)
    kind = models.CharField(gettext_lazy("role"), max_length=10, choices=RoleName)
    district = models.ForeignKey(District, on_delete=models.CASCADE, null=True, blank=True)
    begins = models.DateTimeField(gettext_lazy("from"))
    ends = models.DateTimeField(gettext_lazy("until"))
    language = models.CharField(gettext_lazy("language"), max_length=10)
    code_digest = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(gettext_lazy("invited"))
    expires_at = models.DateTimeField(gettext_lazy("good until"))
    accepted_at = models.DateTimeField(gettext_lazy("taken up"), null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(gettext_lazy("withdrawn"), null=True)

    objects = Invitations.as_manager()

    class Meta:
        ordering = ("invited_at", "pk")
        verbose_name = gettext_lazy("invitation")
        verbose_name_plural = gettext_lazy("invitations")

    def __str__(self) -> str:
        return f"{self.named}: {self.role}"

    @property
    def named(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def role(self) -> str:
        return f"{self.get_kind_display()}, {self.district or _('all districts')}"
