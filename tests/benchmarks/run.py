"""`make bench`: each row is our work and a named peer's, interleaved, on this machine, medians and their ratio.

A budget is what the design asks for. A row whose peer is not installed says so; nothing is skipped in silence.
"""

from __future__ import annotations

import io
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
ROUNDS = 5


@dataclass(frozen=True)
class Row:
    work: str
    ours: float
    peer: str
    theirs: float | None
    budget: str

    def line(self) -> str:
        if self.theirs is None:
            return f"{self.work:<46}{self.ours * 1000:>10.1f} ms  {self.peer:<34}{'':>10}      {self.budget}"
        ratio = self.ours / self.theirs
        return (
            f"{self.work:<46}{self.ours * 1000:>10.1f} ms  {self.peer:<34}{self.theirs * 1000:>10.1f} ms"
            f"  {ratio:>6.2f}x  {self.budget}"
        )


def against(work: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object], budget: str) -> Row:
    """Medians of interleaved rounds after one warm-up of each; who goes first alternates."""
    ours(), theirs()
    mine, other = [], []
    for number in range(ROUNDS):
        pairs = [(ours, mine), (theirs, other)]
        for run, times in pairs if number % 2 else reversed(pairs):
            begun = time.perf_counter()
            run()
            times.append(time.perf_counter() - begun)
    return Row(work, statistics.median(mine), peer, statistics.median(other), budget)


def alone(work: str, ours: Callable[[], object], budget: str, rounds: int = 20) -> Row:
    ours()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ours()
        times.append(time.perf_counter() - begun)
    return Row(work, statistics.median(times), "", None, budget)


def photograph(folder: Path, megapixels: int) -> Path:
    """A JPEG of real scenery, tiled and with noise, so that it compresses as a photograph does."""
    sides = {12: (4032, 3024), 48: (8064, 6048), 200: (16320, 12240)}[megapixels]
    with Image.open(ROOT / "resources" / "sample-photographs" / "dandelions.jpg") as scene:
        small = scene.convert("RGB").resize((2016, 1512))
    picture = Image.new("RGB", sides)
    for x in range(0, sides[0], 2016):
        for y in range(0, sides[1], 1512):
            noise = Image.effect_noise((2016, 1512), 18).convert("RGB")
            picture.paste(Image.blend(small, noise, 0.08), (x, y))
    path = folder / f"{megapixels}.jpg"
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Bench", 6
    picture.save(path, quality=91, exif=exif)
    return path


def photo_rows(folder: Path) -> list[Row]:
    from referral_client.base.files import write_file
    from referral_client.photo import rescan, strip

    rows = []
    for megapixels, budget, exif_budget in ((12, "2.5x", "0.25x"), (48, "2.5x", "0.25x"), (200, "3x", "0.5x")):
        source = photograph(folder, megapixels)
        target = folder / "out.jpg"

        def clean(source: Path = source, target: Path = target) -> None:
            write_file(target, strip(source.read_bytes()).data)

        def checked(source: Path = source, target: Path = target) -> None:
            write_file(target, strip(source.read_bytes()).data)
            rescan(target.read_bytes())

        def plain(source: Path = source, target: Path = target) -> None:
            write_file(target, source.read_bytes())

        def exiftool(source: Path = source, target: Path = target) -> None:
            target.unlink(missing_ok=True)
            subprocess.run(["exiftool", "-q", "-all=", "-o", str(target), str(source)], check=True)

        rows.append(against(f"strip a {megapixels} MP JPEG, both digests", clean, "plain read + write", plain, budget))
        rows.append(
            against(f"the same with the second look at {megapixels} MP", checked, "plain read + write", plain, "5x")
        )
        if shutil.which("exiftool"):
            rows.append(
                against(f"strip a {megapixels} MP JPEG", clean, "exiftool -all= as a process", exiftool, exif_budget)
            )
        else:
            rows.append(Row("exiftool is not installed", 0.0, "", None, ""))
    return rows


PEAK = "\nstatus = open('/proc/self/status').read()\nprint(int(status.split('VmHWM:')[1].split()[0]) // 1024)\n"

SEAL = (
    "import sys\n"
    "from pathlib import Path\n"
    "from referral_client.sealing.age_write import seal\n"
    "source = Path(sys.argv[1])\n"
    "with source.open('rb') as plain, open(sys.argv[2], 'wb') as out:\n"
    "    seal(plain, source.stat().st_size, [sys.argv[3]], out)\n"
)


def seal_rows(folder: Path) -> list[Row]:
    from referral_client.base.ids import system_random
    from referral_client.sealing.recipients import make_identity, recipient_of

    recipient = recipient_of(make_identity(system_random))
    rows, memory = [], {}
    age = shutil.which("age")
    classic = ""
    if age:
        made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True)
        classic = next(line.split(": ")[1] for line in made.stdout.splitlines() if "public key" in line)
    for mib in (10, 1024):
        source, target = folder / f"{mib}.bin", folder / "sealed.age"
        with source.open("wb") as out:
            for _ in range(mib):
                out.write(os.urandom(MIB))

        def ours(source: Path = source, target: Path = target, mib: int = mib) -> None:
            command = [sys.executable, "-c", SEAL + PEAK, str(source), str(target), recipient]
            memory[mib] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

        def theirs(source: Path = source, target: Path = target) -> None:
            subprocess.run(["age", "-r", classic, "-o", str(target), str(source)], check=True)

        if age:
            rows.append(
                against(
                    f"seal {mib} MiB with its digest, as a process", ours, "age (X25519), no digest", theirs, "1.2x"
                )
            )
        else:
            rows.append(alone(f"seal {mib} MiB (age is not installed: no peer)", ours, "1.2x", rounds=3))
    for mib, peak in memory.items():
        rows.append(Row(f"peak memory sealing {mib} MiB: {peak} MiB", 0.0, "", None, "64 MiB"))
    small = folder / "small.bin"
    small.write_bytes(os.urandom(5000))
    command = [sys.executable, "-c", SEAL + PEAK, str(small), str(folder / "small.age"), recipient]
    rows.append(alone("process: seal 5 kB", lambda: subprocess.run(command, capture_output=True, check=True), "300 ms"))
    return rows


class _Sink(BaseHTTPRequestHandler):
    """Reads what curl puts, as fast as a loopback server of the standard library can."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, MIB)))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


UPLOAD = (
    "import sys\n"
    "from pathlib import Path\n"
    "from referral_client.transport import Endpoint, NativeTransport\n"
    "carrier = NativeTransport(Endpoint(sys.argv[1], Path(sys.argv[2]).read_text()))\n"
    "ticket, package = Path(sys.argv[3]), Path(sys.argv[4])\n"
    "announced = carrier.announce(ticket.read_bytes())\n"
    "carrier.send_parts(announced, package, progress=lambda a, b: None, stop=lambda: False)\n"
    "carrier.complete(announced, size=package.stat().st_size, stop=lambda: False)\n"
    "carrier.close()\n"
)


def upload_rows(folder: Path) -> list[Row]:
    """One upload cannot be repeated under one id, so each round announces a new one."""
    from referral_client.base.clock import SystemClock, to_rfc3339
    from referral_client.base.ids import new_uuid, system_random
    from referral_client.practice import Council
    from referral_client.sealing.signing import SigningKeys
    from referral_client.sealing.ticket import Ticket, sign_ticket

    if not shutil.which("curl"):
        return [Row("curl is not installed: upload not compared", 0.0, "", None, "2.5x")]
    council = Council(folder / "council", SystemClock(), system_random)
    council.begin()
    council.start()
    keys = SigningKeys.make(system_random)
    package, ticket_file = folder / "package.bin", folder / "ticket.json"
    ca = council.folder / "tls" / "authority.pem"
    peaks: list[int] = []

    def new_package() -> None:
        import hashlib

        package.write_bytes(os.urandom(100 * MIB))
        ticket = Ticket(
            submission_id=new_uuid(system_random),
            destination_id="practice-front-door",
            org_id="bench",
            workstation="bench",
            parcel_sha256=hashlib.sha256(package.read_bytes()).hexdigest(),
            parcel_size=package.stat().st_size,
            rids=("0" * 32,),
            created_at=to_rfc3339(datetime.now(UTC)),
            bundle_seq=1,
            practice=True,
        )
        ticket_file.write_bytes(sign_ticket(ticket, keys))

    sink = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    mine, other = [], []
    try:
        for _ in range(3):
            new_package()
            command = [
                sys.executable,
                "-c",
                UPLOAD + PEAK,
                f"https://127.0.0.1:{council.port}",
                str(ca),
                str(ticket_file),
                str(package),
            ]
            begun = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            mine.append(time.perf_counter() - begun)
            peaks.append(int(done.stdout))
            begun = time.perf_counter()
            url = f"http://127.0.0.1:{sink.server_port}/"
            subprocess.run(["curl", "-sf", "-T", str(package), url], check=True, stdout=subprocess.DEVNULL)
            other.append(time.perf_counter() - begun)
    finally:
        sink.shutdown()
        council.stop()
    return [
        Row(
            "upload 100 MiB: process, TLS, digests, receipt",
            statistics.median(mine),
            "curl -T, plain http, no digest",
            statistics.median(other),
            "2.5x",
        ),
        Row(f"peak memory uploading 100 MiB: {max(peaks)} MiB", 0.0, "", None, "64 MiB"),
    ]


def form_rows() -> list[Row]:
    from referral_client.practice import sample_answers
    from referral_client.questionnaire import TODAY, load_library, reachable
    from referral_client.services.drafting import read_answers

    files = {path.name: path.read_bytes() for path in (ROOT / "forms").glob("*.yaml")}
    form = load_library(files).form("shropshire")
    answers = read_answers(sample_answers(), form)
    settings = {TODAY: "2026-11-22", "sector": "school"}
    return [
        alone("load and lint the shipped forms", lambda: load_library(files), "30 ms"),
        alone("all conditions and the path, sample family", lambda: reachable(form, answers, settings), "1 ms", 200),
    ]


def document_rows(folder: Path) -> list[Row]:
    command = [sys.executable, "-m", "referral_client", "--version"]
    return [
        alone(
            "process: referral-client --version", lambda: subprocess.run(command, capture_output=True, check=True), "-"
        ),
    ]


def main() -> None:
    out = io.StringIO()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores", file=out)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}; medians of {ROUNDS} interleaved rounds unless a row says otherwise\n", file=out
    )
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        for rows in (photo_rows(folder), seal_rows(folder), upload_rows(folder), form_rows(), document_rows(folder)):
            for row in rows:
                print(row.line(), file=out)
    sys.stdout.write(out.getvalue())
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    (build / "bench.txt").write_text(out.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
