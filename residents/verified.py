"""Who is verified, for rooms that know nothing of the register: a condition, and no row of it."""

from django.db import models

from residents.models import Verification


def is_verified(user: models.OuterRef, cycle: models.OuterRef) -> models.Exists:
    """Whether the account that an outer query knows as `user` was tied to a line of the register of its `cycle`.

    A line that ended makes nobody verified. A register that was forgotten, or an account that was closed since, changes
    nothing: what was counted stays counted.
    """
    return models.Exists(Verification.objects.filter(user=user, cycle=cycle, resident__removed_at=None))
