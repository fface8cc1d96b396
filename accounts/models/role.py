"""The roles people hold, each for a term."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import District
from budgeting.people import RoleName
from lib.refusal import require


class Roles(models.QuerySet["Role"]):
    def standing(self, at: datetime) -> "Roles":
        """Those whose term it is, as `Role.stands` says of one."""
        begun = models.Q(begins=None) | models.Q(begins__lte=at)
        return self.filter(begun, models.Q(ends=None) | models.Q(ends__gt=at))


class Role(models.Model):
    """What a member of staff, committee or council may do, in one district or in all (`district` empty)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(gettext_lazy("role"), max_length=10, choices=RoleName)
    district = models.ForeignKey(
        District, on_delete=models.CASCADE, null=True, blank=True, help_text=gettext_lazy("Empty: all districts.")
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    granted_at = models.DateTimeField(db_default=Now(), editable=False)
    begins = models.DateTimeField(gettext_lazy("from"), null=True, blank=True)  # empty: once granted
    ends = models.DateTimeField(gettext_lazy("until"), null=True, blank=True)  # empty: until it is ended
    told = models.BooleanField(default=False, editable=False)  # have the others who may confirm been told? new_roles.py

    objects = Roles.as_manager()

    class Meta:
        verbose_name = gettext_lazy("role")
        verbose_name_plural = gettext_lazy("roles")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "district"],
                nulls_distinct=False,
                name="a_role_is_granted_once",
                violation_error_message=gettext_lazy("This person has this role there already."),
            ),
            models.CheckConstraint(
                condition=models.Q(begins=None) | models.Q(ends=None) | models.Q(ends__gt=models.F("begins")),
                name="a_term_ends_after_it_begins",
                violation_error_message=gettext_lazy("The term is over before it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.district or _('all districts')}"

    def stands(self, at: datetime) -> bool:
        """Is this its term? One that is over, or has not begun, is no role anywhere."""
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)

    @property
    def since(self) -> datetime:
        """From when on it has been seen and could be used."""
        return max(self.granted_at, self.begins or self.granted_at)

    @transaction.atomic
    def revoke(self, *, by: Any, at: datetime) -> None:
        """Take the role away, on record. Raises Refused where that would leave nobody who gives roles."""
        if self.kind == RoleName.CLERK:
            others = Role.objects.standing(at).filter(kind=RoleName.CLERK).exclude(user=self.user_id)
            is_needed = by is not None and not by.is_superuser and not others.exists()
            require(not is_needed, _("No clerk would be left. Grant the role to somebody else first."))
        district = self.district and self.district.slug
        AuditEvent.append(Done.ROLE_REVOKED, by=by, on=self.user, role=self.kind, district=district)
        self.delete()
