from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from tracker import Study
from tracker.cli import main
from tracker.demos import run_demo

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a notebook finds the demo study in."""
    folder = tmp_path_factory.mktemp("demo")
    run_demo(Study(folder / "output"), nights=20)
    return folder


def test_the_watch_list_of_the_demo_holds_for_later_commands(demo: Path):
    study = ["--study", str(demo / "output")]
    assert Study(demo / "output").config.study.title == "A made-up news world"
    listed = CliRunner().invoke(main, [*study, "themes", "list", "--csv"])
    assert "Bird flu" in listed.output
    tried = CliRunner().invoke(main, [*study, "themes", "test", "Bird flu"])
    assert tried.output.startswith("Bird flu takes"), tried.output


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stripped(path: Path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs"), cell.source
        assert cell.get("execution_count") is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the Jupyter packages warn each other
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_demo_study(path: Path, demo: Path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(demo)}}).execute()
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", [])
             for kind in output.get("data", {})}  # fmt: skip
    assert any("plotly" in kind for kind in kinds)
