"""Takes one guard after the other out of a copy of the program, and looks whether a test turns red.

    python -m tests.without_guards [part of a name ...]

A guard that nobody misses may as well not be there: whoever writes one, or the test that misses it, adds a line.
`test_without_guards.py` keeps the list true, and tries a few of it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Guard:
    """In `file`, `text` is what guards, and `without` stands there in its place; `tests` are to miss it."""

    name: str
    file: str
    text: str
    without: str
    tests: Sequence[str]


CLOSING, ROLES = "tests/accounts/test_closing_an_account.py", "tests/accounts/test_roles.py"
KEPT, GATES = "tests/residents/test_what_is_kept.py", "tests/front/test_who_gets_where.py"
SET_UP, TOLD = "tests/front/test_what_the_set_up_writes.py", "tests/budgeting/test_what_browsers_are_told.py"
FACTOR, CHANGES = "tests/accounts/test_second_factor.py", "tests/accounts/test_changes_of_an_account.py"
WHOSE, DAY = "tests/accounts/test_whose_account.py", "tests/accounts/test_a_working_day.py"
OLD = "tests/accounts/test_codes_grow_old.py"
ON_RECORD = "tests/front/test_acts_of_weight_are_on_record.py"
HIDING, HIDDEN_PAGES = "tests/proposals/test_hiding.py", "tests/proposals/test_hiding_pages.py"
BY_LETTER, TIES = "tests/ballots/test_voting_by_letter.py", "tests/residents/test_verification.py"
MESSAGES, IN_BULK = "tests/committee/test_messages_to_authors.py", "tests/committee/test_work_in_bulk.py"
REFUSES, SHUT = "tests/ballots/test_what_the_database_refuses.py", "ballots/migrations/0024_shut_is_shut.py"
FACT, OPENING = "ballots/migrations/0023_after_the_opening.py", "tests/ballots/test_after_the_opening.py"
NO_ALARM = "tests/front/test_no_false_alarm.py"

FENCE = "tests/audit/test_the_fence.py"

SETTINGS = "budgeting/settings.py"

GUARDS = [
    # The browser
    Guard(
        "no page is framed, by the policy", SETTINGS, '"frame-ancestors": [NONE]', '"frame-ancestors": ["*"]', [TOLD]
    ),
    Guard(
        "no page is framed, by the header", SETTINGS, 'X_FRAME_OPTIONS = "DENY"', 'X_FRAME_OPTIONS = "ALLOW"', [TOLD]
    ),
    Guard("no base address is changed", SETTINGS, '"base-uri": [NONE]', '"base-uri": ["*"]', [TOLD]),
    Guard("forms are sent to us alone", SETTINGS, '"form-action": [SELF]', '"form-action": ["*"]', [TOLD]),
    Guard("scripts read no cookie", SETTINGS, "CSRF_COOKIE_HTTPONLY = True", "CSRF_COOKIE_HTTPONLY = False", [TOLD]),
    Guard(
        "no other site sends cookies", SETTINGS, 'CSRF_COOKIE_SAMESITE = "Lax"', "CSRF_COOKIE_SAMESITE = None", [TOLD]
    ),
    Guard("cookies go over https", SETTINGS, "CSRF_COOKIE_SECURE = _secure", "CSRF_COOKIE_SECURE = False", [TOLD]),
    Guard("cookies are of one host", SETTINGS, '"__Host-session" if _secure', '"session" if _secure', [TOLD]),
    Guard("https is remembered", SETTINGS, "31_536_000 if _secure else 0", "0", [TOLD]),
    Guard("no address is told to others", SETTINGS, 'SECURE_REFERRER_POLICY = "same-origin"', "", [TOLD]),
    Guard("one host is answered", SETTINGS, '_public.hostname or "127.0.0.1"', '"*"', [TOLD]),
    Guard(
        "a form has a size", SETTINGS, "DATA_UPLOAD_MAX_MEMORY_SIZE = 5 *", "DATA_UPLOAD_MAX_MEMORY_SIZE = 50 *", [TOLD]
    ),
    Guard("nobody reads a city's mails", "budgeting/urls.py", "if settings.DEMO else []", "", [TOLD]),
    Guard(
        "what somebody sees is stored nowhere",
        "budgeting/middleware.py",
        "patch_cache_control(response, no_store=True, private=True)",
        "pass",
        [GATES],
    ),
    # The set-up
    Guard("nothing is deleted in bulk", "audit/admin.py", "    actions = None", "    pass", [SET_UP]),
    Guard(
        "the set-up is on record",
        "audit/admin.py",
        "        AuditEvent.append(done, by=request.user, on=form.instance, **facts)",
        "        pass",
        [SET_UP],
    ),
    Guard(
        "what is deleted is on record",
        "audit/admin.py",
        "        AuditEvent.append(Done.DELETED, by=request.user, on=obj, was=str(obj))",
        "        pass",
        [SET_UP],
    ),
    Guard(
        "no account is made there",
        "accounts/admin.py",
        "def has_add_permission(self, request: HttpRequest) -> bool:\n        return False",
        "def has_add_permission(self, request: HttpRequest) -> bool:\n        return True",
        [SET_UP],
    ),
    Guard(
        "no account is deleted there",
        "accounts/admin.py",
        "obj: User | None = None) -> bool:\n        return False",
        "obj: User | None = None) -> bool:\n        return True",
        [SET_UP],
    ),
    Guard(
        "no address or name is written there",
        "accounts/admin.py",
        'readonly_fields = ("email", "name", "joined_at", "last_login")',
        'readonly_fields = ("joined_at", "last_login")',
        [SET_UP],
    ),
    Guard(
        "nobody writes second factors, addresses or sign-ins there",
        "accounts/admin.py",
        "admin.site.unregister([EmailAddress, Authenticator, Group, SocialAccount, SocialApp, ",
        "admin.site.unregister([EmailAddress, Authenticator, Group, SocialAccount, ",
        [SET_UP],
    ),
    Guard(
        "no session is left to whoever enters it from now on",
        "accounts/admin.py",
        "            end_sessions(user, but=request)",
        "            pass",
        [SET_UP],
    ),
    Guard(
        "what the auditor's program said stays",
        "ballots/migrations/0028_what_the_program_said.py",
        "UPDATE OR DELETE OR TRUNCATE ON ballots_verdict",
        "UPDATE OF mark ON ballots_verdict",
        ["tests/ballots/test_an_auditor_walks_the_vote.py"],
    ),
    # Whose account, whose session
    Guard(
        "a role asks how this session signed in",
        "accounts/middleware.py",
        "not (gave_a_factor(request, user) and user.has_a_second_factor)",
        "not user.has_a_second_factor",
        [FACTOR],
    ),
    Guard(
        "a change is proved first",
        "accounts/middleware.py",
        "if name in CHANGES and not is_proved_freshly(request, user):",
        "if False:",
        [CHANGES],
    ),
    Guard(
        "a change is told",
        "accounts/changes.py",
        "    tell(user, [what for what, _facts in done], to=before.email)",
        "    pass",
        [CHANGES],
    ),
    Guard(
        "a change ends other sessions",
        "accounts/changes.py",
        "    end_sessions(user, but=request)\n\n\ndef _types",
        "\n\ndef _types",
        [CHANGES],
    ),
    Guard(
        "a granted role ends sessions",
        "accounts/models/person.py",
        "            self.end_sessions()",
        "            pass",
        [ROLES, FACTOR],
    ),
    Guard(
        "only a proved address carries a role",
        "accounts/models/person.py",
        'require(self.is_proved, _("Nobody has proved the address %s yet: it carries no role.") % self.email)',
        "pass",
        [WHOSE, ROLES],
    ),
    Guard(
        "only a proved address is tied to a line",
        "residents/models/verification.py",
        'require(user.is_proved, _("Nobody has proved the address of this account yet."))',
        "pass",
        [WHOSE, TIES],
    ),
    Guard(
        "nobody verifies themselves",
        "residents/models/verification.py",
        'require(by.pk != account.pk, _("Your own account is for another clerk to verify."))',
        "pass",
        [TIES],
    ),
    Guard(
        "staff are signed out when they leave",
        "accounts/middleware.py",
        "            if idle.left(request.session) <= 0:",
        "            if False:",
        [DAY],
    ),
    Guard(
        "no provider finds an account by an address",
        "accounts/elsewhere.py",
        "            address.verified = False",
        "            pass",
        [WHOSE],
    ),
    Guard(
        "a code to prove an address grows old",
        SETTINGS,
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600 * ",
        [OLD],
    ),
    # What is kept
    Guard(
        "where a session is, is a digest",
        "accounts/apps.py",
        "pre_save.connect(before_it_is_kept, sender=UserSession)",
        "pass",
        [KEPT],
    ),
    Guard(
        "nothing leads from an account to an envelope",
        "residents/retention.py",
        "    Verification.objects.filter(cycle=cycle).update(resident=None)\n",
        "",
        [KEPT],
    ),
    Guard(
        "nobody is forgotten before the count",
        "ballots/holding.py",
        "    if has_begun(cycle.pk) and unsettled(cycle).exists():",
        "    if False:",
        [KEPT],
    ),
    Guard(
        "an account is closed only by whoever it is",
        "accounts/changes.py",
        '        "closing",\n',
        "",
        [CLOSING],
    ),
    Guard(
        "nobody leaves with a share of the key",
        "ballots/leaving.py",
        "if held.exists() else",
        "if False else",
        [CLOSING],
    ),
    # The box
    Guard(
        "a box that is shut takes nothing more",
        SHUT,
        "    IF EXISTS (SELECT FROM ballots_boardbatch WHERE contest_id = NEW.contest_id AND final) THEN",
        "    IF false THEN",
        [REFUSES],
    ),
    Guard(
        "an envelope is what its fingerprint says",
        SHUT,
        "IF (NEW.sealed = OLD.sealed) <> (NEW.fingerprint = OLD.fingerprint) THEN",
        "IF false THEN",
        [REFUSES],
    ),
    Guard("who took part has a ballot", SHUT, "    IF NOT EXISTS (\n", "    IF false AND NOT EXISTS (\n", [REFUSES]),
    # The letter
    Guard(
        "a line with an account opens no booth",
        "residents/models/letter_code.py",
        '"removed_at": None, "verification": None,',
        '"removed_at": None,',
        [BY_LETTER],
    ),
    # What must not stand
    Guard(
        "what is hidden is in no list",
        "proposals/models/queries.py",
        "return SUBMITTED & (models.Q(hiding=None) | lapsed)",
        "return SUBMITTED",
        [HIDING],
    ),
    Guard(
        "what one person hid of a whole proposal lapses",
        "proposals/models/hiding.py",
        "(lapses := self.ends_alone_at) is not None and lapses <= at",
        "False",
        [HIDING],
    ),
    Guard(
        "nobody hides it every two days", "proposals/models/moderating.py", "if alone.exists():", "if False:", [HIDING]
    ),
    Guard(
        "a hidden photo is not sent",
        "proposals/views/browse.py",
        " or (found.hiding and not found.is_shown_hidden_to(request.user))",
        "",
        [HIDDEN_PAGES],
    ),
    Guard(
        "what a hidden version says is not compared",
        "proposals/views/browse.py",
        "any(not each.is_shown_hidden_to(request.user) for each in hidden)",
        "False",
        [HIDDEN_PAGES],
    ),
    Guard(
        "no paper is frozen over what is hidden",
        "ballots/paper.py",
        "    allow(why_not_over_hidden(contest, at))",
        "",
        ["tests/ballots/test_no_paper_over_what_is_hidden.py"],
    ),
    # The record
    Guard(
        "whoever holds a role signs in on record",
        "accounts/adapter.py",
        "            AuditEvent.note(Done.SIGNED_IN, by=user, on=user)",
        "            pass",
        [ON_RECORD],
    ),
    Guard(
        "shares that open nothing are on record",
        "ballots/views/ceremony.py",
        "        AuditEvent.note(Done.SHARES_REFUSED, by=request.user, on=part.ceremony.cycle, **facts)",
        "        pass",
        [ON_RECORD],
    ),
    # The fence
    Guard(
        "what only grows is not changed by whoever acts",
        "audit/fence.py",
        '*([] if self.no_update else ["UPDATE"])',
        '"UPDATE"',
        [FENCE],
    ),
    Guard(
        "nobody makes a table in which guards would look",
        "audit/fence.py",
        'acting.may_do(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")',
        "pass",
        [FENCE],
    ),
    Guard(
        "whoever acts is not who owns the tables",
        "lib/postgresql/acting.py",
        'return {**params, "user": role}',
        "return params",
        [FENCE],
    ),
    # Messages to authors, and work that is handed around
    Guard(
        "a clerk who is recused reads no messages",
        "committee/members.py",
        "return why_concerned(proposal, by) if by.is_clerk else",
        'return "" if by.is_clerk else',
        [MESSAGES],
    ),
    Guard(
        "an author reads messages about their own proposals alone",
        "committee/views/messages.py",
        "pk=thread, author=request.user.pk",
        "pk=thread",
        [MESSAGES],
    ),
    Guard(
        "whoever takes no part is written for by nobody",
        "committee/messaging.py",
        "or each.pk in concerned or",
        "or",
        [MESSAGES],
    ),
    Guard(
        "only whoever gives out work takes another's away",
        "committee/assigning.py",
        "        allow(why_not_end(each, by=by))\n",
        "",
        [IN_BULK],
    ),
    Guard(
        "work that has changed hands is not handed on again",
        "committee/assigning.py",
        "require(ended == 1,",
        "require(ended <= 1,",
        [IN_BULK],
    ),
    # What names frauds in what is stored
    Guard(
        "the roll is held against the box",
        "ballots/stocktaking.py",
        "    return found + roll.differences(contest)",
        "    return found",
        ["tests/ballots/test_one_ballot_more_or_less.py"],
    ),
    Guard(
        "what cannot be compared keeps nothing back",
        "audit/compared.py",
        "        except Exception as failure:",
        "        except ImportError as failure:",
        [NO_ALARM],
    ),
    Guard(
        "all is compared as of one moment",
        "front/management/commands/verify_audit.py",
        'cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")',
        "pass",
        [NO_ALARM],
    ),
]


# After the opening ---------------------------------------------------------------------------------------------------


def of_tables(what: str, before: str, *tables: str) -> list[Guard]:
    """One for each of the tables that are named in a row in the migration: without it, the others are."""

    def named(some: Sequence[str]) -> str:
        return ", ".join(f'"{table}"' for table in some)

    found = []
    for table in tables:
        without = before + named([other for other in tables if other != table]) + ("," if len(tables) == 2 else "")
        found.append(Guard(f"{what}: {table}", FACT, before + named(tables), without, [OPENING]))
    return found


ADDED_TO = ("openedballot", "invalidballot", "boardbatch", "envelope", "setaside", "novote")
GUARDS += [
    *of_tables("nothing joins what is open", "", *ADDED_TO),
    *of_tables("what is open came out of a box", 'came_out_of_a_box") for table in (', *ADDED_TO[:2]),
    *of_tables("it is not emptied", 'is_not_emptied") for table in (', "ballotboxkey", "keyshare"),
    *of_tables("nor is this", 'is_not_emptied") for table in (', "ballots_rehearsal", "proposals_award"),
]
TRIGGERS = {
    "an opening balances": ("ballots_opening", "balances", "", "opening_balances"),
    "a vote is none from elsewhere": ("ballots_fromelsewhere", "has_no_box", "BEFORE INSERT", "is_from_elsewhere"),
    "counts are numbered, and of an open box": ("ballots_count", "next_count", "BEFORE INSERT", "next_count"),
    "nobody rehearses with an open box": ("ballots_rehearsal", "is_over", "BEFORE INSERT", "rehearsal_is_over"),
    "holders stay": ("ballots_keyshare", "shares_stay", "BEFORE INSERT OR UPDATE OR DELETE", "shares_stay"),
    "so does their key": ("ballots_ballotboxkey", "rehearsed_with", "BEFORE DELETE", "rehearsed_key_stays"),
    "shares are needed": ("ballots_sharedestruction", "no_longer_needed", "BEFORE INSERT", "shares_are_needed"),
}
LINES = {name: "({}),".format(", ".join(f'"{word}"' for word in trigger)) for name, trigger in TRIGGERS.items()} | {
    "what came from elsewhere stays": 'only_grows("ballots_fromelsewhere"),',
    "a count stays": 'only_grows("ballots_count", "UPDATE OR DELETE"),',
    "an award follows it": 'migrations.RunSQL(AWARDS, "DROP TRIGGER follows_the_count ON proposals_award"),',
}
GUARDS += [Guard(name, FACT, line, "", [OPENING]) for name, line in LINES.items()]
ENDED, TOGETHER = "ballots/migrations/0027_what_ended_stays.py", "tests/ballots/test_the_ceremony.py"
KEEPER, CEREMONY = "ballots/keeper.py", "ballots/ceremony.py"
GUARDS += [
    Guard("a ceremony that ended stays", ENDED, "WHEN (OLD.ended_at IS NOT NULL)", "WHEN (false)", [TOGETHER]),
    Guard("so does what was done in it", ENDED, "AND ended_at IS NOT NULL", "AND false", [TOGETHER]),
    Guard("sessions believe no altered ceremony", CEREMONY, "    require_as_begun(", "    (lambda *_: 0)(", [TOGETHER]),
    Guard(
        "a sheet is taken by its holder alone",
        CEREMONY,
        "    require(all(constant_time_compare(each.vouched, code_of_taking(each)) for each in parts), ALTERED)\n",
        "",
        [TOGETHER],
    ),
    Guard("the keeper believes none", KEEPER, "kept.is_on and code(kept, parts) != self._code", "False", [TOGETHER]),
    Guard(
        "and takes none up", KEEPER, "                require_as_begun(", "                (lambda *_: 0)(", [TOGETHER]
    ),
    Guard(
        "one session is shown a sheet", KEEPER, "part.shown_in) != part.shown_in:", "part.shown_in) == 0:", [TOGETHER]
    ),
    Guard(
        "a sheet is of the key", CEREMONY, "require(share.commitment(", "(lambda *_: 0)(share.commitment(", [TOGETHER]
    ),
    Guard(
        "who reads the session's key is shown none",
        "ballots/views/ceremony.py",
        """|{request.META['CSRF_COOKIE']}""",
        "",
        [TOGETHER],
    ),
]


def sources() -> list[str]:
    """What git knows of, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def is_missed(guard: Guard, folder: Path) -> bool:
    """Does a test turn red without it? Runs in a copy of the program, with a database of its own."""
    for name in sources():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    file = folder / guard.file
    text = file.read_text()
    if text.count(guard.text) != 1:
        raise LookupError(f"“{guard.name}” is no longer in {guard.file}, or more than once")
    file.write_text(text.replace(guard.text, guard.without))
    aside = {"TEST_DATABASE": f"test_without_{os.getpid()}", "COMMON_PURSE_VAR": str(folder / "var")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *guard.tests],
        cwd=folder, env=os.environ | aside, capture_output=True, text=True,
    )  # fmt: skip
    if run.returncode not in (0, 1):  # 1: some tests failed; anything else is no answer
        raise RuntimeError(f"“{guard.name}”: {run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.returncode == 1


def main(parts: Sequence[str]) -> int:
    """How many guards nobody misses, at most 1; each is named."""
    tried = [guard for guard in GUARDS if not parts or any(part in guard.name for part in parts)]
    unmissed = 0
    for guard in tried:
        with tempfile.TemporaryDirectory() as folder:
            missed = is_missed(guard, Path(folder))
        unmissed += not missed
        print(f"{'missed' if missed else 'NOBODY MISSES'}: {guard.name}", flush=True)  # noqa: T201
    print(f"{len(tried) - unmissed} of {len(tried)} are missed.")  # noqa: T201
    return int(bool(unmissed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
