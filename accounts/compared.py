"""Roles and the set-up, held against the audit log: who holds one was given it, for that term."""

from collections.abc import Iterator
from typing import Any

from accounts.models import Role, User
from audit.acts import Done
from audit.compared import compares, entries, same_moment
from audit.models import reference
from budgeting.models import District

Held = tuple[str, str, str | None]  # an account as the log names it, a role, and the address of a district


def register() -> None:
    compares("Roles", roles)
    compares("Set-up", set_up)


def roles() -> Iterator[str]:
    """Each role has its entry with its term, and each that was given and not ended is there."""
    given = _given()
    for role in Role.objects.select_related("user", "district").order_by("pk"):
        held = (reference(role.user), role.kind, role.district.slug if role.district else None)
        facts = given.pop(held, None)
        if facts is None:
            yield f"{held[0]} is {_named(held)}, and no entry gives that role."
        elif not (same_moment(role.begins, facts.get("begins")) and same_moment(role.ends, facts.get("ends"))):
            yield f"{held[0]} is {_named(held)} for another term than the log has."
    districts = {None, *District.objects.values_list("slug", flat=True)}
    for held in given:
        if held[2] in districts:  # with a district that is gone its roles went
            yield f"{held[0]} was made {_named(held)}, nobody ended that, and it is not there."


def _given() -> dict[Held, dict[str, Any]]:
    """The roles that stand by the log, with what their last entry says of the term."""
    found: dict[Held, dict[str, Any]] = {}
    for entry in entries(Done.ROLE_GRANTED, Done.ROLE_REVOKED, Done.CHANGED):
        facts = entry.facts
        if entry.action == Done.CHANGED:
            if entry.object.startswith("budgeting.district:") and "slug" in facts:
                before, after = facts["slug"]
                found = {(who, role, after if at == before else at): what for (who, role, at), what in found.items()}
            continue
        held = (entry.object, facts["role"], facts["district"])
        found.pop(held, None)
        if entry.action == Done.ROLE_GRANTED:
            found[held] = facts
    return found


def _named(held: Held) -> str:
    return f"{held[1]} of {held[2]}" if held[2] else held[1]


def set_up() -> Iterator[str]:
    """Whoever may enter the set-up was let in by an entry: made on the server, or changed there."""
    let_in = set()
    for entry in entries(Done.MADE, Done.CHANGED).filter(object__startswith="accounts.user:"):
        if {"is_staff", "is_superuser"} & entry.facts.keys():
            let_in.add(entry.object)
    for user in User.objects.filter(is_staff=True) | User.objects.filter(is_superuser=True):
        if reference(user) not in let_in:
            yield f"{reference(user)} may enter the set-up, and no entry says so."
