"""Where people have signed in before."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.models.person import User


class KnownNetwork(models.Model):
    """A network from which somebody has signed in: mails asked for from there are not used up by strangers."""

    MOST = 20  # of one person; the oldest goes

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_networks")
    network = models.CharField(max_length=64)  # a keyed digest: notices.limits.network_of
    last_used_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("known network")
        verbose_name_plural = gettext_lazy("known networks")
        constraints = (
            models.UniqueConstraint(
                name="a_network_is_known_once",
                fields=["user", "network"],
                violation_error_message=gettext_lazy("This network is known already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.network[:8]}"

    @classmethod
    def is_of(cls, email: str, network: str) -> bool:
        """Has whoever has this address signed in from there?"""
        return cls.objects.filter(user__email__iexact=email, network=network).exists()

    @classmethod
    def remember(cls, user: User, network: str, *, at: datetime) -> None:
        cls.objects.update_or_create(user=user, network=network, defaults={"last_used_at": at})
        of_theirs = cls.objects.filter(user=user).order_by("-last_used_at")
        cls.objects.filter(pk__in=[network.pk for network in of_theirs[cls.MOST :]]).delete()
