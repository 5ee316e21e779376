"""`tracker themes`: what the themes take, and try words before they are written down."""

from typing import TYPE_CHECKING

import click

from tracker.commands.options import Settings
from tracker.names import count, part_kind
from tracker.terminal import make_safe, output_options, print_json, print_rows, warn

if TYPE_CHECKING:
    from tracker.topics.theme_samples import ThemeSample


@click.group()
def themes() -> None:
    """Look at themes: what they are made of, what they take and nearly take."""


@themes.command("list")
@output_options
@click.pass_obj
def list_all(settings: Settings, form: str | None, limit: int | None) -> None:
    """Show the themes in force with their words: the watch list, then countries."""
    from tracker.nights.theme_trials import view_watched

    study = settings.open()
    print_rows(view_watched(study.store, study.config), form, limit)


@themes.command()
@click.argument("name")
@click.option(
    "--term", "terms", multiple=True, help="Also take headlines with this word; may be repeated."
)
@click.option(
    "--exclude", multiple=True, help="Leave out headlines with this word; may be repeated."
)
@click.option(
    "--like", multiple=True,
    help="Also take headlines close in meaning to this phrase; may be repeated.",
)  # fmt: skip
@click.option("--threshold", type=click.FloatRange(0, 1), help="How close, as a cosine.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True,
    help="Headlines of each sort.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Draw another sample.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one headline a line.")
@click.pass_obj
def test(
    settings: Settings,
    name: str,
    terms: tuple[str, ...],
    exclude: tuple[str, ...],
    like: tuple[str, ...],
    threshold: float | None,
    limit: int,
    seed: int,
    as_json: bool,
) -> None:
    """Show headlines that a theme takes, and why, and near misses.

    Where that is said of an earlier wording of a headline, it is shown too.

    NAME is a theme of tracker.toml or a country; words given as options are added to its own, so
    that they can be tried first. With --term or --like it may be a new name. Nothing is stored.
    """
    from tracker.nights.theme_trials import try_theme
    from tracker.nights.topic_views import list_called

    study = settings.open()
    sample = try_theme(
        study.store, study.config, study.load_encoder, name, terms=terms, exclude=exclude,
        like=like, threshold=threshold, n=limit, seed=seed,
    )  # fmt: skip
    if as_json:
        for row in sample.rows.iter_rows(named=True):
            print_json(row)
        return
    _print_sample(name, sample)
    for topic in list_called(study.store, part_kind(name)[1]):
        warn(f"a topic is called so too: tracker topics show {topic}")


def _print_sample(name: str, sample: "ThemeSample") -> None:
    shown = sample.rows.filter("taken").height
    some = f"; {shown} of them" if shown < sample.n_taken else ""
    taken = f"{sample.n_taken:,} of {count(sample.n_headlines, 'headline')}"
    click.secho(make_safe(f"{name} takes {taken}{some}:"), bold=True)
    _print_part(sample, taken=True)
    misses = sample.rows.height - shown
    click.secho(f"near misses, {misses:,}:", bold=True)
    _print_part(sample, taken=False)


def _print_part(sample: "ThemeSample", *, taken: bool) -> None:
    for row in sample.rows.iter_rows(named=True):
        if row["taken"] is taken:
            score = "" if row["score"] is None else f"{row['score']:.2f}"
            why = f"{row['how']} {row['what']}" if row["what"] else row["how"]
            click.echo(make_safe(f"  {score:>5}  {row['title']}"))
            if row["wording"]:
                click.echo(make_safe(f"         earlier: {row['wording']}"))
            click.secho(make_safe(f"         {why}; {row['source']}"), dim=True)
