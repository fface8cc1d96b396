"""Not only comments are reported and hidden; and what is hidden is shown again.

Reports and hidings of comments are kept. Whoever was still to be told that a comment of theirs was hidden is told.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models import CASCADE, PROTECT, SET_NULL

PERSON = settings.AUTH_USER_MODEL


def key(to: str, *, null: bool = True, on_delete: Any = CASCADE, related_name: str = "+") -> Any:
    return models.ForeignKey(to=to, null=null, on_delete=on_delete, related_name=related_name)


def somebody() -> Any:
    return key(PERSON, on_delete=SET_NULL)


def parts(name: str) -> list[Any]:
    """The columns by which a row says what it is about; the proposal is filled in below."""
    return [
        migrations.AddField(name, "proposal", key("proposals.proposal", related_name="%(class)ss")),
        migrations.AlterField(name, "comment", key("proposals.comment", related_name="%(class)ss")),
        migrations.AddField(name, "photo", key("proposals.photo", related_name="%(class)ss")),
        migrations.AddField(name, "version", key("proposals.version", related_name="%(class)ss")),
    ]


FILL = """
UPDATE proposals_complaint SET proposal_id = comment.proposal_id
FROM proposals_comment AS comment WHERE comment.id = comment_id;
UPDATE proposals_hiding SET proposal_id = comment.proposal_id, why = 'other'
FROM proposals_comment AS comment WHERE comment.id = comment_id;
UPDATE proposals_comment SET hiding_id = hiding.id FROM proposals_hiding AS hiding
WHERE hiding.comment_id = proposals_comment.id;
UPDATE notices_happening SET kind = 'something of yours was hidden', thing = 'proposals.hiding:' || hiding.id
FROM proposals_hiding AS hiding
WHERE kind = 'a comment was hidden' AND thing = 'proposals.comment:' || hiding.comment_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("proposals", "0004_saved_searches"),
        ("notices", "0004_what_happened_and_who_hears"),
        migrations.swappable_dependency(PERSON),
    ]

    operations = [
        migrations.RemoveConstraint("commentreport", "a_person_reports_a_comment_once"),
        migrations.RenameModel("CommentReport", "Complaint"),
        migrations.AlterModelOptions(
            "complaint",
            {"ordering": ("at", "pk"), "verbose_name": "report", "verbose_name_plural": "reports"},
        ),
        *parts("complaint"),
        migrations.RemoveConstraint("hiding", "a_hiding_has_a_reason"),
        migrations.AlterModelOptions(
            "hiding", {"ordering": ("at", "pk"), "verbose_name": "hiding", "verbose_name_plural": "hidings"}
        ),
        *parts("hiding"),
        migrations.RenameField("hiding", "reason", "words"),
        migrations.AlterField(
            "hiding", "words", models.TextField(blank=True, max_length=1000, verbose_name="in words")
        ),
        migrations.AddField("hiding", "why", models.CharField(max_length=10, default="other")),
        migrations.AddField("hiding", "confirmed_at", models.DateTimeField(null=True)),
        migrations.AddField("hiding", "confirmed_by", somebody()),
        migrations.AddField("hiding", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField("hiding", "ended_by", somebody()),
        *(
            migrations.AddField(
                thing,
                "hiding",
                models.ForeignKey(
                    to="proposals.hiding",
                    null=True,
                    editable=False,
                    on_delete=PROTECT,
                    related_name="+",
                ),
            )
            for thing in ("proposal", "comment", "photo", "version")
        ),
        migrations.CreateModel(
            name="AuthorsAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("text", models.TextField(max_length=1000, verbose_name="your answer")),
                ("read_at", models.DateTimeField(null=True)),
                ("by", somebody()),
                ("read_by", somebody()),
                (
                    "hiding",
                    models.OneToOneField(on_delete=CASCADE, related_name="answer", to="proposals.hiding"),
                ),
            ],
            options={
                "verbose_name": "author's answer",
                "verbose_name_plural": "authors' answers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text__regex", "\\S")),
                        name="an_authors_answer_says_something",
                        violation_error_message="Write your answer first.",
                    )
                ],
            },
        ),
        migrations.RunSQL(FILL),
    ]
