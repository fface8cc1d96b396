"""Debian's nginx with deploy/nginx/common-purse.conf, of which only paths and ports are other than a city's.

    with in_front_of(site.port, tmp_path) as nginx:
        assert nginx.ask("GET", "/2027/").status == 200

A new case needs no more: `ask` for whole requests, `connect` for bytes of one's own, `said` for what it logged.
"""

import http.client
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.certificates import Certificate, self_made
from tests.deploy.site import NAME, ROOT, listens
from tests.served import free_port, wait_for

CONFIGURATION = ROOT / "deploy" / "nginx" / "common-purse.conf"
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
PATIENCE = 120  # seconds: far more than any answer takes, so that only what never comes is missed
# What Debian's /etc/nginx/nginx.conf says, as far as it reaches into a site's file.
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log;
worker_processes 2;
{user}
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    types {{ text/html html; }}
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    access_log {folder}/access.log;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/common-purse.conf;
}}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Nginx:
    folder: Path
    plain: int  # the ports, for 80 and 443
    secure: int
    certificate: Certificate

    def connect(self, source: str = "127.0.0.1", *, tls: bool = True, name: str | None = NAME) -> socket.socket:
        """A connection from an address of this machine (127.0.0.2 is another visitor), for who writes bytes."""
        port = self.secure if tls else self.plain
        door = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0))
        if not tls:
            return door
        try:
            context = ssl.create_default_context(cafile=str(self.certificate.chain))
            context.check_hostname = name == NAME
            return context.wrap_socket(door, server_hostname=name)
        except OSError:
            door.close()
            raise

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        source: str = "127.0.0.1",
        tls: bool = True,
    ) -> Answer:
        """One request. Raises http.client.RemoteDisconnected or ConnectionError where no answer comes."""
        talk = http.client.HTTPConnection(NAME)
        talk.sock = self.connect(source, tls=tls)
        with closing(talk):
            with suppress(ConnectionError):  # whoever is refused while still sending reads why
                talk.request(method, path, body, {"Host": NAME, **(headers or {})})
            answer = talk.getresponse()
            return Answer(answer.status, _joined(answer.headers), answer.read())

    def said(self) -> str:
        """All that stands in its logs."""
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


def _joined(headers: http.client.HTTPMessage) -> dict[str, str]:
    return {name: "; ".join(headers.get_all(name, [])) for name in headers.keys()}  # noqa: SIM118  (its own are pairs)


@contextmanager
def in_front_of(port: int, folder: Path) -> Iterator[Nginx]:
    """nginx for the site at this port. Skips the test where there is none."""
    if PROGRAM is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder.mkdir()
    folder.chmod(0o755)
    nginx = Nginx(folder, free_port(), free_port(), self_made(folder, NAME))
    written = with_own_places(CONFIGURATION.read_text(), nginx, port)
    (folder / "common-purse.conf").write_text(written)
    user = "user root;" if Path("/proc/self").stat().st_uid == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    with (folder / "start.log").open("w") as log:
        command = [PROGRAM, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "nginx.error.log"]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: listens(nginx.secure) or server.poll() is not None, folder / "start.log")
        assert server.poll() is None, nginx.said()
        yield nginx
    finally:
        server.terminate()
        server.wait(60)


def with_own_places(text: str, nginx: Nginx, port: int) -> str:
    places = {
        "/etc/letsencrypt/live/budget.city.example/fullchain.pem": str(nginx.certificate.chain),
        "/etc/letsencrypt/live/budget.city.example/privkey.pem": str(nginx.certificate.key),
        "/srv/common-purse/": f"{ROOT}/",
        "/var/log/nginx/": f"{nginx.folder}/",
        "listen 80": f"listen 127.0.0.1:{nginx.plain}",
        "listen [::]:80": f"listen [::1]:{nginx.plain}",
        "listen 443": f"listen 127.0.0.1:{nginx.secure}",
        "listen [::]:443": f"listen [::1]:{nginx.secure}",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    for usual, ours in places.items():
        assert usual in text, f"{CONFIGURATION.name} says {usual!r} no more"
        text = text.replace(usual, ours)
    if not socket.has_dualstack_ipv6():
        text = "\n".join(line for line in text.splitlines() if "listen [::1]" not in line)
    return text


def is_closed(door: socket.socket) -> bool:
    """Whether the other side hung up, without waiting."""
    door.settimeout(0.01)
    try:
        while door.recv(4096):
            pass
    except (TimeoutError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    return True


def until(ready: object, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
