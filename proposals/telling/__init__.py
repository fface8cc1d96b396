"""What is told of proposals: to whom, in which words, and what is asked again before it goes. A file for each theme."""

from notices.kinds import tells
from proposals.telling import building, decisions, discussion, hidden, text


def register() -> None:
    for theme in (text, discussion, decisions, building, hidden):
        for kind, telling in theme.TOLD.items():
            tells(kind, telling)
