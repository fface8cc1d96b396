"""The cards of a member as a spreadsheet, out and in. Reading it changes nothing: it says what would change."""

from collections.abc import Iterable, Sequence
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources
from import_export.instance_loaders import BaseInstanceLoader

from budgeting.models import Cycle
from budgeting.people import Person
from committee.calendar import Kind
from committee.sheets.columns import FIXED, About, Answered, in_every_language
from committee.sheets.rows import CardRow, questions_of, rows_of


class CardSheet(resources.Resource):
    """`changed`: the rows on which something was typed otherwise, once a sheet has been read."""

    class Meta:
        import_id_fields = ("number", "step")
        skip_diff = True
        use_transactions = False
        instance_loader_class = BaseInstanceLoader  # none: the rows are loaded together

    def __init__(self, person: Person, cycle: Cycle) -> None:
        super().__init__()
        self.cycle = cycle
        questions = questions_of(cycle)
        self.rows = rows_of(person, cycle, questions)
        self.changed: list[CardRow] = []
        self._left = {(str(row.proposal.number), row.step): row for row in self.rows}
        self._known = set(self._left)
        self._steps = {word: kind for kind in Kind for word in {kind.value, *in_every_language(kind.label)}}
        self.fields = {name: About(attribute=name, column_name=name) for name in FIXED}
        for question in questions:
            for is_comment in (False, True):
                column = Answered(question, is_comment=is_comment, currency=cycle.currency)
                self.fields[column.column_name] = column

    # Out

    def dataset(self) -> Any:
        """With what is asked now; the titles in the reader's language."""
        return self.export(self.rows)

    def get_export_fields(self, selected_fields: Any = None) -> list[Any]:
        return [each for each in self.fields.values() if isinstance(each, About) or not each.question.retired_at]

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [self.title_of(each.column_name) for each in self.get_export_fields()]

    def title_of(self, name: str) -> str:
        return str(FIXED[name]) if name in FIXED else self.fields[name].title

    # In

    def read(self, names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[tuple[int, str, str]]:
        """Take what is typed into `changed`. What is wrong: the place of the row from 0, the column, and a sentence."""
        data = tablib.Dataset(*rows, headers=list(names))
        result = self.import_data(data)  # it saves what save_instance below saves
        for failed in result.error_rows:
            raise failed.errors[0].error
        return [
            (invalid.number - 1, name, sentence)
            for invalid in result.invalid_rows
            for name, sentences in invalid.error.message_dict.items()
            for sentence in sentences
        ]

    def get_or_init_instance(self, instance_loader: Any, row: dict[str, str]) -> tuple[CardRow, bool]:
        """Each card is there once. Raises ValidationError at the column that leads nowhere."""
        step = self._steps.get(row["step"].casefold())
        if step is None:
            raise ValidationError({"step": _("No step of the review is called “%s”.") % row["step"][:40]})
        key = row["number"], step
        if key not in self._known:
            raise ValidationError({"number": _("No card of yours is for this proposal and step in %s.") % self.cycle})
        if key not in self._left:
            raise ValidationError({"number": _("This card stands on an earlier line already.")})
        return self._left.pop(key), False

    def import_instance(self, instance: CardRow, row: dict[str, str], **options: Any) -> None:
        super().import_instance(instance, row, **options)
        if not instance.typed:
            return
        version = instance.version_of(row["mark"])
        if version is None:
            raise ValidationError({"mark": _("This line was not taken from your own sheet of this round.")})
        if version != instance.version:
            raise ValidationError(
                {"mark": _("This card was changed since you downloaded the sheet. Download it again, type it there.")}
            )

    def skip_row(self, instance: CardRow, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return not import_validation_errors and not instance.typed

    def save_instance(self, instance: CardRow, is_create: bool, row: Any, **options: Any) -> None:
        self.changed.append(instance)

    def save_m2m(self, instance: CardRow, row: Any, **options: Any) -> None:
        """There is nothing of the kind."""
