"""What passthrough costs: the production server beside nginx, both before the same upstream, in turn in one run.

`python -m bench.proxy` needs nginx (`apt-get install -y --no-install-recommends nginx-light`). CPU is user and system
time of the server's processes per request; added times are those of the same load on the upstream itself, taken off.
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.load import Load, press
from tests.production import free_port, koine_serve

SIZES = {"1 kB": 1_000, "400 kB": 400_000}
CONNECTIONS = (1, 16, 64, 256)
ROUNDS, SECONDS = 3, 1.0
PACE = 500.0  # requests a second for the last part
# As the image and scripts/up set them: glibc else gives large buffers back to the system again and again.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "268435456"}

NGINX = """
daemon off; master_process on; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json; sendfile on; tcp_nodelay on;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  {servers}
}}
"""
UPSTREAM = "server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ root {root}; }} }}"
PROXY = """
upstream vendor {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; }}
server {{ listen 127.0.0.1:{port} backlog=4096; location /proxy/ {{
  proxy_pass http://vendor/api/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 64 16k;
}} }}
"""


@dataclass(frozen=True)
class Server:
    """One candidate: `pid` is that of its first process, `target` and `headers` are what it is asked with."""

    name: str
    port: int
    pid: int
    target: str
    headers: str = ""

    def request(self, size: str) -> bytes:
        target = self.target.format(size.replace(" ", ""))
        return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{self.headers}\r\n".encode()

    def cpu(self) -> float:
        """Seconds of all threads of the process and its children."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        tasks = [task for pid in (self.pid, *children) for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@dataclass(frozen=True)
class Figures:
    """Medians over the rounds of a candidate; times in microseconds."""

    rate: float
    cpu: float
    p50: float
    p99: float


@contextlib.contextmanager
def nginx(folder: Path, servers: str) -> Iterator[int]:
    """Its first process."""
    folder.mkdir()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, servers=servers))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(  # noqa: S603
        [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    )
    try:
        time.sleep(0.3)
        assert process.poll() is None, (folder / "errors").read_text()
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def candidates(folder: Path) -> Iterator[list[Server]]:
    root = folder / "root"
    (root / "api").mkdir(parents=True)
    folder.chmod(0o755)  # nginx reads as nobody
    (root / "api" / "users").write_text("[]")
    for name, size in SIZES.items():
        (root / "api" / name.replace(" ", "")).write_bytes(b'{"a":"' + b"x" * (size - 8) + b'"}')
    below, beside = free_port(), free_port()
    with (
        nginx(folder / "upstream", UPSTREAM.format(port=below, root=root)) as upstream,
        nginx(folder / "nginx", PROXY.format(port=beside, upstream=below)) as rival,
        koine_serve(folder, f"http://127.0.0.1:{below}") as koine,
    ):
        yield [
            Server("upstream", below, upstream, "/api/{}"),
            Server("nginx", beside, rival, "/proxy/{}"),
            Server(
                "koine",
                koine.port,
                koine.pid,
                f"/proxy/{{}}?integrated_account_id={koine.account}",
                f"Authorization: Bearer {koine.token}\r\n",
            ),
        ]


async def measure(
    servers: list[Server], size: str, connections: int, rate: float | None = None
) -> dict[str, Figures]:
    """The candidates in turn, round by round."""
    rounds: dict[str, list[tuple[Load, float]]] = {server.name: [] for server in servers}
    for number in range(ROUNDS + 1):
        for server in servers:
            before = server.cpu()
            load = await press(
                server.port, server.request(size), connections, SECONDS if number else 0.3, rate
            )
            if number:  # the first is to warm up
                rounds[server.name].append((load, server.cpu() - before))
    return {name: figures(found) for name, found in rounds.items()}


def figures(rounds: list[tuple[Load, float]]) -> Figures:
    return Figures(
        rate=statistics.median(load.rate for load, _ in rounds),
        cpu=statistics.median(cpu / len(load.latencies) for load, cpu in rounds) * 1e6,
        p50=statistics.median(load.quantile(0.5) for load, _ in rounds) * 1e6,
        p99=statistics.median(load.quantile(0.99) for load, _ in rounds) * 1e6,
    )


def show(label: str, found: dict[str, Figures]) -> None:
    direct, rival, koine = found["upstream"], found["nginx"], found["koine"]
    print(
        f"{label:22}{koine.rate:9.0f}{rival.rate:9.0f}{koine.cpu:10.0f}{rival.cpu:8.0f}{koine.cpu / rival.cpu:7.1f}"
        f"{(koine.p50 - direct.p50) / 1000:11.2f}{(rival.p50 - direct.p50) / 1000:8.2f}"
        f"{(koine.p99 - direct.p99) / 1000:11.2f}{(rival.p99 - direct.p99) / 1000:8.2f}"
    )


async def compare(servers: list[Server]) -> None:
    print(
        f"{'':22}{'requests/s':>18}{'CPU µs/request':>18}{'':>7}{'added p50 ms':>19}{'added p99 ms':>19}\n"
        f"{'size, connections':22}{'koine':>9}{'nginx':>9}{'koine':>10}{'nginx':>8}{'ratio':>7}"
        f"{'koine':>11}{'nginx':>8}{'koine':>11}{'nginx':>8}"
    )
    for size in SIZES:
        for connections in CONNECTIONS:
            show(f"{size}, {connections}", await measure(servers, size, connections))
    show(f"1 kB, {PACE:.0f} requests/s", await measure(servers, "1 kB", 16, PACE))


def main() -> int:
    if not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists():
        print("nginx is missing: apt-get install -y --no-install-recommends nginx-light", file=sys.stderr)
        return 1
    os.environ.update(MALLOC)
    with tempfile.TemporaryDirectory() as folder, candidates(Path(folder)) as servers:
        uvloop.run(compare(servers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
