from typing import Any

from django.db import migrations, models
from django.db.models import CASCADE, F, Q

PARTS = ("comment", "photo", "version")
REASONS = {
    "insult": "It insults or threatens people.",
    "private": "It shows or tells what is private of somebody.",
    "accuses": "It accuses somebody of something.",
    "foreign": "It belongs to somebody who has not allowed it.",
    "ad": "It is advertising.",
    "astray": "It has nothing to do with the budget.",
    "unreadable": "It cannot be read or understood.",
    "other": "Another reason, in words",
}


def of_a_proposal(name: str) -> Any:
    field = models.ForeignKey(to="proposals.proposal", on_delete=CASCADE, related_name="%(class)ss")
    return migrations.AlterField(name, "proposal", field)


def one_thing(name: str) -> models.CheckConstraint:
    at_most_one = Q()
    for kept in PARTS:
        at_most_one |= Q(**{f"{each}__isnull": True for each in PARTS if each != kept})
    return models.CheckConstraint(name=name, condition=at_most_one, violation_error_message="It is about one thing.")


class Migration(migrations.Migration):
    dependencies = [("proposals", "0005_what_must_not_stand")]

    operations = [
        of_a_proposal("complaint"),
        of_a_proposal("hiding"),
        migrations.AlterField(
            "hiding", "why", models.CharField(choices=list(REASONS.items()), max_length=10, verbose_name="reason")
        ),
        migrations.AddConstraint("complaint", one_thing("one_thing_is_reported")),
        migrations.AddConstraint(
            "complaint",
            models.UniqueConstraint(
                name="a_person_reports_a_thing_once",
                fields=["proposal", *PARTS, "by"],
                nulls_distinct=False,
                violation_error_message="You have reported this already.",
            ),
        ),
        migrations.AddConstraint("hiding", one_thing("one_thing_is_hidden")),
        migrations.AddConstraint(
            "hiding",
            models.CheckConstraint(
                name="a_hiding_has_a_reason",
                condition=~Q(why="other") | Q(words__regex=r"\S"),
                violation_error_message="Give the reason: it stays visible in its place.",
            ),
        ),
        migrations.AddConstraint(
            "hiding",
            models.CheckConstraint(
                name="another_confirms_a_hiding",
                condition=Q(confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False) & (Q(by__isnull=True) | Q(by__isnull=False) & ~Q(confirmed_by=F("by"))),
                violation_error_message="Another person confirms it.",
            ),
        ),
        migrations.AddConstraint(
            "hiding",
            models.UniqueConstraint(
                name="hidden_once_at_a_time",
                fields=["proposal", *PARTS],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                violation_error_message="It is hidden already.",
            ),
        ),
    ]
