"""What the README shows is run, so that it stays true."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import polars as pl
import pytest
from click.testing import CliRunner

from tracker import Study
from tracker.cli import main
from tracker.config import parse_config
from tracker.tables import LIST_KINDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FURTHER = sorted([*ROOT.glob("tracker/*/README.md"), *ROOT.glob("tests/*/README.md")])
TEXTS = "\n".join([README, *(path.read_text(encoding="utf-8") for path in FURTHER)])
CALL = r"(?:run |bin/)tracker "


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXTS, re.DOTALL)


def test_the_two_commands_are_there():
    assert "python3 -m pip install uv && python3 -m uv run tracker demo\n" in blocks("sh")
    assert "python3 -m uv run pytest\n" in blocks("sh")


@pytest.mark.parametrize(
    "line",
    [
        part.strip()
        for block in blocks("sh") + blocks("crontab")
        for line in block.splitlines()
        for part in re.split("&&|;|}", line)
        if re.search(CALL, part)
    ],
)
def test_every_command_shown_is_one_the_command_line_takes(line: str):
    words = shlex.split(re.split(CALL, line)[1])
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0, result.output


def test_what_the_readmes_link_to_is_there():
    for path in [ROOT / "README.md", *FURTHER]:
        links = re.findall(r"\]\((?!https?://)([^)#]+)\)", path.read_text(encoding="utf-8"))
        assert [link for link in links if not (path.parent / link).exists()] == []
    linked = re.findall(r"\]\((.+?/README\.md)\)", README)
    assert {ROOT / link for link in linked} == set(FURTHER)


def test_the_guard_sees_a_command_that_does_not_exist():
    for words in (["harvest"], ["report", "--opne"]):
        assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 2


def test_the_table_of_verbs_is_complete_and_right():
    verbs = dict(re.findall(r"^\| `tracker (\w+)(.*?)` \|", README, re.MULTILINE))
    assert set(verbs) == set(main.commands)
    for verb, usage in verbs.items():
        options = {
            option for item in main.commands[verb].params if isinstance(item, click.Option)
            for option in item.opts
        }  # fmt: skip
        assert set(re.findall(r"--?[\w-]+", usage)) <= options, verb


def test_the_settings_shown_are_read():
    collecting, themes, notify, overrides = blocks("toml")
    assert len(parse_config(notify).notify.urls) == 2
    config = parse_config(collecting)
    assert (config.collect.contact, config.source[0].follow) == ("mailto:desk@example.org", 3)
    assert [theme.name for theme in parse_config(themes).theme] == ["Honduras", "Strikes"]
    (source,) = parse_config(overrides).source
    assert source.override[0].kind == "most_read"


def test_the_line_for_cron_visits_what_is_configured_and_mails_only_what_failed(tmp_path: Path):
    ((setting, line),) = [block.splitlines() for block in blocks("crontab")]
    *fields, command = line.split(maxsplit=5)
    assert len(fields) == 5
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / "tracker.toml").write_text(
        '[[source]]\nname = "Dead"\nurl = "http://127.0.60.1:1/"\nallow_private = true\n'
    )
    program = programs / "tracker"  # as if the project were synced there
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tracker "$@"\n')
    program.chmod(0o755)
    env = {"HOME": "/", "PATH": "/usr/bin:/bin", setting.partition("=")[0]: str(tmp_path)}
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=env, cwd="/",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "failed Dead: 0 of 1 page," in done.stdout, done.stderr
    assert "refused the connection" in done.stdout
    shown = " ".join(blocks("sh"))
    (study,) = set(re.findall(r"--study (\w+)", command + shown))
    assert len(re.findall(f"{CALL}(?:-q )?--study {study}", command)) == len(
        re.findall(CALL, command)
    )
    assert (tmp_path / study / "tables" / "captures").is_dir()


def test_the_kinds_of_list_named_are_those_that_exist():
    paragraph = re.search(r"Kinds of list: (.*?)\n\n", README, re.DOTALL)
    assert paragraph
    assert set(re.findall(r"`(\w+)`", paragraph[1])) == set(LIST_KINDS) - {"article"}


def test_the_python_shown_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: Callable[..., pl.DataFrame]
):
    monkeypatch.chdir(tmp_path)
    table().write_parquet("x.parquet")
    study = Study("output")
    study.ingest("x.parquet")
    study.update()
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    attention = names["attention"]
    assert isinstance(attention, pl.DataFrame)
    assert attention.height
    assert Path("themes.html").stat().st_size > 1000
