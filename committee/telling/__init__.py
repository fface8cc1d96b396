"""What a committee tells: to whom, in which words, and what is asked again before it goes. A file for each theme."""

from committee.telling import changes, departments, mergers, messages


def register() -> None:
    """Said at start-up: what each kind of happening tells."""
    changes.register()
    departments.register()
    mergers.register()
    messages.register()
