"""./run bench pictures [SIDE]: how long visitors wait while five large pictures are looked at, and with what memory.

Each picture is SIDE by SIDE pixels (7000) with transparency. The application does nothing else, so what is measured is
the server, the machine and lib/safe_image.py.
"""

import io
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from PIL import Image

from tests.redrawing import served


def main(side: str = "7000") -> None:
    file = io.BytesIO()
    Image.new("RGBA", (int(side), int(side)), (0, 90, 80, 128)).save(file, "PNG")
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (server, address):
        measure(address, server, file.getvalue())


def measure(address: tuple[str, int], server: int, picture: bytes) -> None:
    send(address, b"")
    with ThreadPoolExecutor(5) as people:
        pictures = [people.submit(send, address, picture) for _ in range(5)]
        waits = []
        while not all(each.done() for each in pictures):
            waits.append(send(address, b"")[0])
            time.sleep(0.02)
    for each in pictures:
        print("a picture: {:5.1f} s, {}".format(*each.result()))
    print(f"{len(waits)} visitors: median {statistics.median(waits) * 1e3:.0f} ms, ", end="")
    print(f"of 100 the 95th {statistics.quantiles(waits, n=20)[-1] * 1e3:.0f} ms, the last {max(waits) * 1e3:.0f} ms")
    for worker in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        (most,) = (line for line in Path(f"/proc/{worker}/status").read_text().splitlines() if "VmHWM" in line)
        print(f"a worker's most memory: {int(most.split()[1]) // 1024} MB")


def send(address: tuple[str, int], body: bytes) -> tuple[float, str]:
    """Seconds until the answer, and the answer."""
    begun = time.perf_counter()
    connection = HTTPConnection(*address, timeout=300)
    connection.request("POST", "/", body)
    said = connection.getresponse().read().decode()
    connection.close()
    return time.perf_counter() - begun, said


if __name__ == "__main__":
    main(*sys.argv[1:])
