"""What a city would hand out on paper: the sign-ins, the key holders' shares, a few letters. All under var/demo."""

from pathlib import Path

from django.conf import settings

from demo.loading import Town
from demo.people import PASSWORD, sign_ins
from residents.letters import sheets

SHEET = "sign-ins.txt"


def hand_out(town: Town, folder: Path) -> None:
    """Write everything whoever tries the demo needs, readable for them alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / "key-shares.txt", key_shares(town))
    (folder / "letters.pdf").write_bytes(sheets(town.cycles["voting"], town.letters))
    _write(folder / SHEET, sheet(town, folder))


def handed_out(folder: Path) -> str:
    """The sheet of sign-ins once more, with today's address: its first line ends with the one it was written for."""
    text = (folder / SHEET).read_text()
    return text.replace(text.splitlines()[0].rpartition(" ")[2], settings.PUBLIC_URL)


def sheet(town: Town, folder: Path) -> str:
    lines = [
        f"{town.city.name} is loaded: {settings.PUBLIC_URL}",
        "",
        f"Sign in at {settings.PUBLIC_URL}/accounts/login/ with the password {PASSWORD}",
        "",
        *(f"  {one.email:32}{one.name}" for one in sign_ins(town.city)),
        "",
        "All but the last three are asked for a code of six digits. This prints the current one:",
        "  ./run manage demo_code clerk@halverne.example",
        "",
        "To try:",
        *_to_try(town),
        "",
        f"A letter's code to vote with and no account, for {town.letters[1].name}: {town.letters[1].code}",
        f"One to tie to the resident's account, for {town.letters[0].name}: {town.letters[0].code}",
        f"The letters themselves: {folder / 'letters.pdf'}",
        f"The key holders' words: {folder / 'key-shares.txt'}",
    ]
    return "\n".join(lines) + "\n"


def _to_try(town: Town) -> list[str]:
    voting, next_year = (town.cycles[plan].slug for plan in ("voting", "collecting"))
    acts = {
        "sign up and propose": f"/{next_year}/",
        "vote, as verified": f"/{voting}/",
        "vote with a letter and no account": "/verify/letter/",
        "verify by letter, as resident": "/verify/letter/",
        "decide, as committee": "/desk/",
        "give an opinion, as department": "/me/department/",
        "answer the committee, as author": "/me/",
        "see what a committee decided": f"/{voting}/shortlist/",
        "end the vote, open, count, as clerk": f"/{voting}/box/",
        "take the report home, as council": f"/{voting}/results/",
        "read the city's mail": "/demo/mail/",
    }
    return [f"  {act:37}{settings.PUBLIC_URL}{address}" for act, address in acts.items()]


def key_shares(town: Town) -> str:
    """The words of every share of a box that is not open yet. A real city never has them in one place."""
    parts = ["A real city never keeps these together: each line is one person's sealed sheet.\n"]
    for plan, shares in town.shares.items():
        parts.append(f"Ballot box {town.cycles[plan].slug}: two of three open it")
        parts += [
            f"  {share.number}  {holder.name:16}{share.words}"
            for share, holder in zip(shares, town.holders, strict=True)
        ]
    return "\n".join(parts) + "\n"


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
