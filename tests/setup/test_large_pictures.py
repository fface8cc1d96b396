"""Five pictures at once that are 196 MB each once decoded, sent to the site's own server."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest
from PIL import Image

from tests.redrawing import served
from tests.thoroughness import many

pytestmark = pytest.mark.long


def most_memory(process: int) -> int:
    """In MB, since it began."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[1]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says so much of a process")
def test_five_large_pictures_at_once_leave_the_workers_small(tmp_path: Path) -> None:
    file = io.BytesIO()
    side = many(3000, 7000)
    Image.new("RGBA", (side, side), (0, 90, 80, 128)).save(file, "PNG", compress_level=1)

    with served(tmp_path) as (server, (host, port)):

        def send(body: bytes) -> str:
            connection = HTTPConnection(host, port, timeout=300)
            connection.request("POST", "/", body)
            said = connection.getresponse().read().decode()
            connection.close()
            return said

        with ThreadPoolExecutor(6) as people:
            pictures = [people.submit(send, file.getvalue()) for _ in range(5)]
            assert people.submit(send, b"").result() == "ok"
            answers = {picture.result() for picture in pictures}
        assert answers <= {str(min(side, 1600)), "Many photos are being looked at just now. Try again in a minute."}
        assert str(min(side, 1600)) in answers
        workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        assert len(workers) == 2
        assert all(most_memory(int(worker)) < 300 for worker in workers)
