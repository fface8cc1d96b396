"""A mailbox that speaks as much IMAP (RFC 3501) over TLS as we ask of one, from a thread of its own, on a free port.

with mailbox(b"…", b"…") as box:
    settings.BOUNCE_MAILBOX = box.address       # with SSL_CERT_FILE set to box.certificate.chain
    ...
    assert box.left == [2]
"""

import re
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.certificates import Certificate, self_made

USER, PASSWORD = "bounces@city.example", 'p"a:ss/\\word'


class Mailbox(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def __init__(self, certificate: Certificate, mails: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.certificate = certificate
        self.mails = dict(enumerate(mails, start=1))
        self.deleted: set[int] = set()
        self.validity = 7
        self.asked: list[str] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)

    @property
    def address(self) -> str:
        return f"imaps://bounces%40city.example:p%22a%3Ass%2F%5Cword@localhost:{self.server_address[1]}/INBOX"

    @property
    def left(self) -> list[int]:
        return sorted(self.mails)

    def arrives(self, mail: bytes) -> int:
        number = max(self.mails, default=0) + 1
        self.mails[number] = mail
        return number


class _Talk(socketserver.StreamRequestHandler):
    server: Mailbox

    def setup(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, _space, words = line.decode().strip().partition(" ")
            self.server.asked.append(words)
            verb, _space, rest = words.partition(" ")
            answer = getattr(self, f"do_{verb.lower()}")(rest)
            self.say(f"{tag} {answer or 'OK done'}")
            if verb == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def do_capability(self, rest: str) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def do_login(self, rest: str) -> str | None:
        user, password = [re.sub(r"\\(.)", r"\1", each) for each in re.findall(r'"((?:[^"\\]|\\.)*)"', rest)]
        return None if (user, password) == (USER, PASSWORD) else "NO wrong"

    def do_select(self, rest: str) -> str | None:
        if rest != '"INBOX"':
            return "NO there is none"
        self.say(f"* {len(self.server.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] as ever")
        return None

    def do_uid(self, rest: str) -> None:
        verb, _space, rest = rest.partition(" ")
        getattr(self, f"do_uid_{verb.lower()}")(rest)

    def do_uid_search(self, rest: str) -> None:
        numbers = self.server.left
        if after := re.match(r"UID (\d+):\*", rest):
            numbers = [each for each in numbers if each >= int(after[1])] or numbers[-1:]
        self.say(f"* SEARCH {' '.join(map(str, numbers))}".strip())

    def do_uid_fetch(self, rest: str) -> None:
        number, most = map(int, re.match(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest).groups())
        content = self.server.mails[number][:most]
        self.wfile.write(
            f"* {number} FETCH (UID {number} BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
        )

    def do_uid_store(self, rest: str) -> None:
        assert rest.endswith(r"+FLAGS.SILENT (\Deleted)")
        self.server.deleted.add(int(rest.split()[0]))

    def do_expunge(self, rest: str) -> None:
        for number in self.server.deleted:
            self.server.mails.pop(number, None)

    def do_logout(self, rest: str) -> None:
        self.say("* BYE")


@contextmanager
def mailbox(*mails: bytes) -> Iterator[Mailbox]:
    with tempfile.TemporaryDirectory() as folder:
        certificate = self_made(Path(folder), "localhost", "127.0.0.1")
        with Mailbox(certificate, list(mails)) as box:
            thread = threading.Thread(target=box.serve_forever, name="mailbox")
            thread.start()
            try:
                yield box
            finally:
                box.shutdown()
                thread.join()
