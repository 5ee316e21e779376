"""The direction of the imports is the architecture; these tests hold it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tracker

PACKAGE = Path(tracker.__file__).parent
STAGES = ("collector", "topics", "trends", "plotter")
JOINERS = ("intakes", "nights", "outputs")  # in the order of the flow: no one imports a later one
SHARED = ("tracker.errors", "tracker.ids", "tracker.tables", "tracker.names")
OWNERS = {
    "bertopic": ("topics/model.py",),
    "deltalake": ("store.py", "deltas.py"),
    "scrapy": ("collector/crawls/",),
    "playwright": ("collector/crawls/",),
    "click": ("cli.py", "commands/", "terminal.py"),
    "rich": ("terminal.py",),
    # those outside the plotter name the type of a figure
    "plotly": ("plotter/", "outputs/images.py", "outputs/single_charts.py", "study.py"),
    "kaleido": ("outputs/images.py",),
    "apprise": ("outputs/notifications.py",),
}
HEAVY = (
    *("polars", "bertopic", "plotly", "deltalake", "onnxruntime", "sklearn", "numpy", "rich"),
    *("scrapy", "twisted", "playwright"),
)


def imports(source: str) -> set[str]:
    """Return the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "tracker":
            found |= {f"tracker.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def faults(path: str, source: str) -> list[str]:
    """Return what a file imports although it must not."""
    stage = path.split("/")[0]
    found = []
    for name in sorted(imports(source)):
        top = name.split(".")[0]
        if top in OWNERS and not path.startswith(OWNERS[top]):
            found.append(f"{path}: {name} belongs to {', '.join(OWNERS[top])}")
        if stage in STAGES and top == "tracker":
            allowed = (*SHARED, f"tracker.{stage}")
            if not any(name == one or name.startswith(f"{one}.") for one in allowed):
                found.append(f"{path}: {name}; a stage may import {', '.join(allowed)}")
        if stage in JOINERS and name.startswith("tracker."):
            later = JOINERS[JOINERS.index(stage) + 1 :]
            if name.split(".")[1] in later:
                found.append(f"{path}: {name}; it stands later in the flow")
        below = path in ("errors.py", "ids.py", "names.py") or stage == "tables"
        if below and top == "tracker" and not name.startswith(SHARED):
            found.append(f"{path}: {name}; it stands below everything")
        shows = path in ("cli.py", "__main__.py") or path.startswith("commands/")
        if name.startswith(("tracker.cli", "tracker.terminal", "tracker.commands")) and not shows:
            found.append(f"{path}: {name}; only the command line knows a terminal")
    return found


@pytest.mark.parametrize("path", sorted(str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py")))
def test_imports_follow_the_flow(path):
    assert not faults(path, (PACKAGE / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("topics/events.py", "from tracker.store import Store"),
        ("trends/signals.py", "def f():\n    from tracker.topics.model import fit"),
        ("collector/feeds.py", "import tracker.config"),
        ("topics/events.py", "import bertopic"),
        ("outputs/views.py", "from deltalake import DeltaTable"),
        ("nights/updates.py", "from tracker.outputs.views import view_topics"),
        ("tables/values.py", "from tracker.store import Store"),
        ("study.py", "from tracker.cli import main"),
        ("study.py", "import click"),
        ("plotter/report.py", "from tracker import store"),
    ],
)
def test_the_guard_finds_what_it_guards_against(path, source):
    assert len(faults(path, source)) == 1


def heavy_after(code: str) -> set[str]:
    """Return which heavy packages a fresh Python has loaded after running `code`."""
    show = f"import sys; print(*(set({HEAVY!r}) & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import tracker",
        "from tracker.cli import main; main(['--help'], standalone_mode=False)",
        "from tracker.cli import main; main(['ingest', '--help'], standalone_mode=False)",
        "from tracker.cli import main; main(['sources', 'add', '--help'], standalone_mode=False)",
    ],
)
def test_importing_and_asking_for_help_load_nothing_heavy(code):
    assert heavy_after(code) == set()


def test_the_guard_sees_a_heavy_import():
    assert "polars" in heavy_after("import tracker.tables")


def test_importing_every_module_makes_no_files_and_sets_up_no_logging(tmp_path: Path):
    code = """
import importlib, logging, pathlib, pkgutil
import tracker
for module in pkgutil.walk_packages(tracker.__path__, "tracker."):
    if module.name != "tracker.__main__":
        importlib.import_module(module.name)
assert not logging.root.handlers
assert not list(pathlib.Path.cwd().iterdir())
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=280)
