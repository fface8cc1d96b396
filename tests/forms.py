"""A page's form as a browser would send it."""

from html.parser import HTMLParser


class Typed(HTMLParser):
    """What a browser would send of the form of a page, as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or ""
        if tag == "input" and given.get("type") not in ("submit", "checkbox"):
            self.fields[name] = given.get("value") or ""
        elif tag == "input" and "checked" in given:
            self.fields[name] = given.get("value") or "on"
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given.get("value") or ""

    def row(self, beginning: str, value: object) -> str:
        """The prefix of the row of which a field has this value; the one from which new rows are made is none."""
        found = {name.rpartition("-")[0] for name, had in self.fields.items() if had == str(value)}
        (prefix,) = [name for name in found if name.startswith(f"{beginning}-") and "__prefix__" not in name]
        return prefix


# What the set-up's page of an export of proposals asks for.
EXPORTED_COLUMNS = {
    f"proposalresource_{name}": "on"
    for name in ("cycle", "number", "district", "status", "title", "cost", "supporters", "latitude")
}
