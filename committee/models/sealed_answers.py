"""Which public answers there were when the committee had voted."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.motion import Motion
from committee.models.sealed import Sealed


class SealedAnswers(Sealed):
    """The digests of the public answers on a proposal as they were when a vote on it was over, in their own order.

    The log has one digest of them all, by nobody, so that none of them leads to whoever gave it. It only grows.
    """

    motion = models.OneToOneField(Motion, on_delete=models.PROTECT, related_name="sealed_answers")
    digests = ArrayField(models.CharField(max_length=64))

    class Meta:
        verbose_name = _("answers as sealed")
        verbose_name_plural = _("answers as sealed")

    def __str__(self) -> str:
        return str(self.motion)

    def content(self) -> dict[str, Any]:
        return {"proposal": self.motion.proposal_id, "answers": self.digests}
