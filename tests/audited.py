"""What `verify_audit` says."""

from io import StringIO

from django.core.management import call_command


def said(**options: object) -> list[str]:
    """What it names; it ends with 1 if it names anything."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err, **options)
    except SystemExit as end:
        ended_with = end.code
    else:
        ended_with = 0
    assert ended_with == (1 if err.getvalue() else 0)
    return err.getvalue().splitlines()
