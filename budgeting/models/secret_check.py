"""What the database knows of the secrets that were in use when it was set up: enough to tell another one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SecretCheck(models.Model):
    """A value computed from a secret, by which the same secret is recognised and from which it cannot be learnt."""

    name = models.CharField(_("name"), max_length=20, primary_key=True)  # SECRET_KEY, REGISTER_KEY
    value = models.BinaryField(_("check value"), max_length=32)

    class Meta:
        verbose_name = _("check value of a secret")
        verbose_name_plural = _("check values of secrets")

    def __str__(self) -> str:
        return self.name
