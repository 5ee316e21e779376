"""`tracker topics`: what a person has to say about topics."""

from datetime import datetime

import click

from tracker.commands.options import NIGHT, Settings
from tracker.commands.topic_words import print_said, tell_leaving
from tracker.commands.updating import warn_of
from tracker.terminal import make_safe, output_options, print_rows, show_progress, warn

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, one correction a line.")
_LATER = click.option(
    "--later", is_flag=True, help="Only note it; the next tracker update carries it out."
)
_TOPIC = click.argument("topic")


@click.group()
def topics() -> None:
    """Correct topics: merge, split, rename and pin them, and undo it.

    A topic is named by its id, the beginning of its id, or its label. What is said holds from the
    night the study stands at: nights before stay as they were. It holds through every later
    update and replay until it is undone.
    """


@topics.command()
@click.argument("keep")
@click.argument("others", metavar="OTHER...", nargs=-1, required=True)
@click.option(
    "--since", type=NIGHT,
    help="First night from which their headlines count for KEEP; tonight unless given.",
)  # fmt: skip
@_LATER
@_JSON
@click.pass_obj
def merge(
    settings: Settings,
    keep: str,
    others: tuple[str, ...],
    since: datetime | None,
    later: bool,
    as_json: bool,
) -> None:
    """Put other topics into KEEP, which keeps its id and label.

    The tracker does not split KEEP again.

    KEEP takes them in tonight: on nights before, their headlines count for the topic they were in
    then. With --since they count for KEEP from that night on, in charts, in `explain` and in what
    is called a rise; what was known on each night is kept, and `update --as-of` shows it.
    """
    with show_progress(settings.quiet) as progress:
        editor = settings.open().edit_topics(later=later, progress=progress)
        said = editor.merge(keep, others, since=since.date() if since else None)
    print_said(said, as_json)


@topics.command()
@_TOPIC
@click.option(
    "--events", "events", metavar="EVENT", multiple=True,
    help="An event that leaves, by its id or the beginning of it; may be repeated.",
)  # fmt: skip
@click.option(
    "--matching", metavar="TERM", multiple=True,
    help="Headlines with this word in any of its forms, or with these words in a row, leave. With "
    "a star they leave for every word that begins so: Kazakh* is Kazakhstan too, Kazakh is not. "
    "Written as the terms of themes; may be repeated.",
)  # fmt: skip
@click.option(
    "--whole-events", is_flag=True,
    help="With a headline that matches, all others of its event leave too.",
)  # fmt: skip
@click.option(
    "--since", type=NIGHT,
    help="First night from which they count for the new topic; tonight unless given.",
)  # fmt: skip
@click.option(
    "--dry-run", is_flag=True, help="Show the headlines that would leave; change nothing."
)
@_LATER
@_JSON
@click.pass_obj
def split(
    settings: Settings,
    topic: str,
    events: tuple[str, ...],
    matching: tuple[str, ...],
    whole_events: bool,
    since: datetime | None,
    dry_run: bool,
    later: bool,
    as_json: bool,
) -> None:
    """Take headlines out of a topic into a new one.

    By --events they leave event by event; `tracker topics show TOPIC` lists these. By --matching
    only the headlines that match leave, and an event of which others stay is parted: what leaves
    it is an event of its own. The tracker does not merge the two topics again.

    The new topic begins tonight: on nights before its headlines count for the topic they were in
    then. With --since they count for the new one from that night on, in charts, in `explain` and
    in what is called a rise; what was known on each night is kept, and `update --as-of` shows it.
    """
    if whole_events and not matching:
        raise click.UsageError("--whole-events: found no --matching; wanted one beside it")
    with show_progress(settings.quiet) as progress:
        editor = settings.open().edit_topics(later=later, progress=progress)
        night = since.date() if since else None
        if dry_run:
            leaving = editor.find_leaving(
                topic, events=events, matching=matching, whole_events=whole_events, since=night
            )
        else:
            said = editor.split(
                topic, events=events, matching=matching, whole_events=whole_events, since=night
            )
    if dry_run:
        print_rows(leaving.rows.drop("language"), "json" if as_json else None, None)
        if not as_json:
            click.echo(tell_leaving(leaving))
    else:
        print_said(said, as_json)


@topics.command()
@_TOPIC
@click.argument("label")
@click.option("--force", is_flag=True, help="Also a label that another topic has.")
@_LATER
@_JSON
@click.pass_obj
def rename(
    settings: Settings, topic: str, label: str, force: bool, later: bool, as_json: bool
) -> None:
    """Give a topic a label that stays."""
    from tracker.nights.topic_views import tell_theme

    with show_progress(settings.quiet) as progress:
        study = settings.open()
        editor = study.edit_topics(later=later, progress=progress)
        said = editor.rename(topic, label, force=force)
    print_said(said, as_json)
    for line in tell_theme(study.store, label):
        warn(line)


@topics.command()
@_TOPIC
@_LATER
@_JSON
@click.pass_obj
def pin(settings: Settings, topic: str, later: bool, as_json: bool) -> None:
    """Let a topic stay: it is not merged away, split, retired or given another label.

    It still takes in news and other topics, and sleeps when there is none.
    """
    with show_progress(settings.quiet) as progress:
        said = settings.open().edit_topics(later=later, progress=progress).pin(topic)
    print_said(said, as_json)


@topics.command()
@click.argument("corrections", metavar="CORRECTION...", nargs=-1, required=True)
@_LATER
@_JSON
@click.pass_obj
def undo(settings: Settings, corrections: tuple[str, ...], later: bool, as_json: bool) -> None:
    """Take corrections back, from the night the study stands at on.

    A topic that was merged away comes back under its old id; one that was split off goes back.
    """
    with show_progress(settings.quiet) as progress:
        said = settings.open().edit_topics(later=later, progress=progress).undo(corrections)
    print_said(said, as_json)


@topics.command()
@output_options
@click.pass_obj
def remodel(settings: Settings, form: str | None, limit: int | None) -> None:
    """Derive all topics anew, after a change of encoder or of settings under [topics].

    A topic that is clearly the same keeps its id. Shown is what became of each topic: merged,
    split, gone, new or kept, where most of its headlines are, and how many it had and has.
    Corrections are carried out again.
    """
    with show_progress(settings.quiet) as progress:
        result = settings.open().remodel(progress=progress)
    if form is None:
        counts = ", ".join(f"{n:,} {fate}" for fate, n in result.counts.items())
        for line in (*result.changes, counts):
            click.echo(make_safe(line))
    print_rows(result.moved, form, limit)
    warn_of(result.update)


@topics.command("corrections")
@output_options
@click.pass_obj
def list_corrections(settings: Settings, form: str | None, limit: int | None) -> None:
    """Show what was corrected, what holds, what was undone, and what is void and why."""
    from tracker.outputs.views import view_corrections

    print_rows(view_corrections(settings.open().store), form, limit)


@topics.command()
@_TOPIC
@output_options
@click.pass_obj
def show(settings: Settings, topic: str, form: str | None, limit: int | None) -> None:
    """Show a topic's events, the largest first; with what became of it before them.

    Of events with as many headlines the latest comes first.
    """
    from tracker.nights.topic_lives import view_topic_events, view_topic_life

    study = settings.open()
    life = view_topic_life(study.store, topic)
    if form is None:
        click.secho(make_safe(life.title), bold=True)
        for line in life.lines:
            click.echo(make_safe(line))
    print_rows(view_topic_events(study.store, topic), form, limit)
