"""Whether any page, however broken, is harvested in time, in little memory and as promised.

usage: python tests/bench/fuzz_harvest.py FOLDER N [--seed S] [--save FOLDER] [--text]

Real pages below FOLDER (.html, .htm, .txt with --text; also .gz and WARC) are mutated N times and
harvested in child processes, which are held to 2 s and 500 MB an input; then come bombs made by
hand. Printed are the inputs tried, the slowest in processor milliseconds and the largest in
megabytes; what broke a limit or a promise is saved.
"""

import argparse
import multiprocessing
import platform
import random
import resource
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "collector" / "harvest"))

import mutations
from page_faults import find_faults

from tracker.collector.archives import list_files, read_documents
from tracker.collector.documents import Document
from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.html import explain_html, harvest_html
from tracker.collector.harvest.text import harvest_text

SECONDS = 2.0
MEGABYTES = 500.0
PATIENCE = 15.0
"""Processor seconds after which a child ends: each input is read three times."""
BOMBS = sorted(mutations.BOMBS)


@dataclass(frozen=True)
class Outcome:
    """What became of one input: processor seconds, peak megabytes, and what was wrong."""

    seconds: float
    megabytes: float
    fault: str = ""

    @property
    def offends(self) -> bool:
        return bool(self.fault) or self.seconds > SECONDS or self.megabytes > MEGABYTES


def read_bodies(folder: Path, form: str) -> list[bytes]:
    # A text beside its page is passed over in folders, so texts are named one by one.
    places = sorted(folder.rglob("*.txt*")) if form == "text" else [folder]
    files = [file for place in places for file in list_files(place) if file.form != "table"]
    documents = (document for file in files for document in read_documents(file))
    return [d.body for d in documents if isinstance(d, Document) and d.form == form]


def make_input(bodies: list[bytes], seed: int, number: int) -> bytes:
    """Return mutated page `number`, or a bomb where the number is negative; always the same."""
    if number < 0:
        return mutations.BOMBS[BOMBS[-number - 1]]()
    return mutations.mutate(bodies, random.Random(f"{seed}:{number}"))


def try_input(body: bytes, *, text: bool) -> str:
    """Return what is wrong with the page that an input gives."""
    url = "https://www.post.example/2024/05/14/bridge-closes/"
    try:
        if text:
            one, two = (harvest_text(decode(body), url=url) for _ in range(2))
        else:
            one, two = (harvest_html(body, url=url) for _ in range(2))
            explain_html(body, url=url)
    except Exception:
        return traceback.format_exc()
    return "; ".join([*find_faults(one), *(["differs the second time"] if one != two else [])][:5])


def work(pipe: Connection, bodies: list[bytes], seed: int, text: bool) -> None:
    """Try the inputs whose numbers come through the pipe, and send back what became of them."""
    limit = 4_000_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    while (number := pipe.recv()) is not None:
        body = make_input(bodies, seed, number)
        reset_peak()
        # Without a handler the signal ends the process, even in the midst of a parser's loop.
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        started = time.process_time()
        fault = try_input(body, text=text)
        # An input is harvested twice and, as HTML, explained.
        seconds = (time.process_time() - started) / (2 if text else 3)
        pipe.send(Outcome(seconds, read_peak(), fault))


def reset_peak() -> None:
    """Have the kernel forget the peak of memory until now, where it can."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def read_peak() -> float:
    """Return the peak of this process's memory in megabytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


class Child:
    """A process that tries inputs; stopped and started again when one never ends."""

    def __init__(self, bodies: list[bytes], seed: int, text: bool) -> None:
        self._context = multiprocessing.get_context("fork")
        self._arguments = (bodies, seed, text)
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=work, args=(theirs, *self._arguments), daemon=True
        )
        self._process.start()
        theirs.close()

    def run(self, number: int) -> Outcome:
        self._pipe.send(number)
        try:
            outcome: Outcome = self._pipe.recv()
        except EOFError:
            self._process.join()
            self._start()
            return Outcome(PATIENCE, 0.0, "it took too long, or the process died")
        return outcome


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=Path("offenders"))
    parser.add_argument("--text", action="store_true")
    options = parser.parse_args()
    bodies = read_bodies(options.folder, "text" if options.text else "html")
    if not bodies:
        parser.error(f"{options.folder}: found no pages; wanted some")
    child = Child(bodies, options.seed, options.text)
    numbers = [*range(-len(BOMBS), 0), *range(options.n)]
    outcomes = {}
    for number in numbers:
        outcome = outcomes[number] = child.run(number)
        if number < 0:
            name = BOMBS[-number - 1]
            print(f"{name:>22}: {outcome.seconds * 1000:6,.0f} ms, {outcome.megabytes:4.0f} MB")
        if outcome.offends:
            name = f"bomb-{BOMBS[-number - 1]}" if number < 0 else f"{options.seed}-{number}"
            options.save.mkdir(parents=True, exist_ok=True)
            path = options.save / f"{name}.bin"
            path.write_bytes(make_input(bodies, options.seed, number))
            path.with_suffix(".why").write_text(repr(outcome) + "\n" + outcome.fault)
            print(f"offends: {path}: {str(outcome)[:300]}", flush=True)
        if number > 0 and number % 1000 == 0:
            print(f"{number:,} tried", flush=True)
    mutated = [outcomes[number] for number in range(options.n)]
    n_bad = sum(outcome.offends for outcome in outcomes.values())
    print(f"Python {platform.python_version()}, {len(bodies)} pages, seed {options.seed}")
    print(f"{len(mutated):,} mutated pages and {len(BOMBS)} bombs tried, {n_bad} offenders")
    for name, group in (("mutated pages", mutated), ("all", list(outcomes.values()))):
        slowest = max((outcome.seconds for outcome in group), default=0.0)
        largest = max((outcome.megabytes for outcome in group), default=0.0)
        print(f"{name}: slowest {slowest * 1000:,.0f} ms, largest {largest:.0f} MB")
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main())
