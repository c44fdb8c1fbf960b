"""The servers that are compared: the production server and nginx, both before the same upstream, which is nginx too."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.mapping import lean, page
from providers.coupa import COUPA
from tests.production import Production, free_port, koine_serve

SIZES = {"1kB": 1_000, "400kB": 400_000}
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
# What asks for fields by name gets them alone, as from a vendor.
UPSTREAM = """server {{ listen 127.0.0.1:{port} backlog=4096; location / {{
  root {root}; if ($arg_fields) {{ rewrite ^/api/invoices$ /api/invoices_lean; }}
}} }}"""
PROXY = """
upstream vendor {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; }}
server {{ listen 127.0.0.1:{port} backlog=4096; location /proxy/ {{
  proxy_pass http://vendor/api/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 64 16k;
}} }}
"""


@dataclass(frozen=True)
class Server:
    """`pid` is that of its first process; `before` stands before what is asked for, `headers` go with it."""

    name: str
    port: int
    pid: int
    before: str
    headers: str = ""

    def request(self, path: str) -> bytes:
        """`path` may hold a query."""
        return f"GET {self.before}{path} HTTP/1.1\r\nHost: localhost\r\n{self.headers}\r\n".encode()

    def cpu(self) -> float:
        """Seconds of all threads of the process and its children."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        tasks = [task for pid in (self.pid, *children) for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


@dataclass(frozen=True)
class Bench:
    """What a round works with. `folder` is the upstream's."""

    upstream: Server
    nginx: Server
    koine: Server
    production: Production

    def passed(self, path: str) -> bytes:
        """A request of passthrough to the gateway."""
        return self.koine.request(f"proxy/{path}?integrated_account_id={self.production.account}")

    def unified(self, path: str, account: str = "") -> bytes:
        joint = "&" if "?" in path else "?"
        account = account or self.production.account
        return self.koine.request(f"unified/{path}{joint}integrated_account_id={account}")


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
def served(folder: Path) -> Iterator[Bench]:
    root = folder / "root"
    folder.chmod(0o755)  # nginx reads as nobody
    _fill(root / "api")
    below, beside = free_port(), free_port()
    with (
        nginx(folder / "upstream", UPSTREAM.format(port=below, root=root)) as upstream,
        nginx(folder / "nginx", PROXY.format(port=beside, upstream=below)) as rival,
        koine_serve(folder, f"http://127.0.0.1:{below}") as koine,
    ):
        yield Bench(
            Server("upstream", below, upstream, "/api/"),
            Server("nginx", beside, rival, "/proxy/"),
            Server("koine", koine.port, koine.pid, "/", f"Authorization: Bearer {koine.token}\r\n"),
            koine,
        )


def _fill(folder: Path) -> None:
    """Files of every size, and a page of 50 invoices, whole and with the fields alone that are mapped."""
    folder.mkdir(parents=True)
    (folder / "users").write_text("[]")
    for name, size in SIZES.items():
        (folder / name).write_bytes(b'{"a":"' + b"x" * (size - 8) + b'"}')
    whole, needs = page("invoices_list_new.json"), COUPA.resources["accounting/invoices"].sources[0].needs
    (folder / "invoices").write_bytes(orjson.dumps(whole))
    (folder / "invoices_lean").write_bytes(orjson.dumps([lean(record, needs) for record in whole]))
