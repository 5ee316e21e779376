"""The world's pages as HTML: every outlet has a template of its own."""

from collections.abc import Callable
from datetime import datetime

import jinja2
from babel.dates import format_date, format_datetime

from tracker.simulate.desks import Link
from tracker.simulate.editions import Edition
from tracker.simulate.scripts import Script

AGO = {
    "en": ("{} min ago", "{}h ago", "{}d ago"),
    "de": ("vor {} Min.", "vor {} Std.", "vor {} Tg."),
    "es": ("hace {} min", "hace {} h", "hace {} d"),
    "el": ("πριν {} λεπτά", "πριν {} ώρες", "πριν {} ημέρες"),
}
"""How pages say how old a headline is: minutes, hours, days."""


def make_renderer(script: Script) -> Callable[[Edition], str]:
    """Return a function that turns an edition into the HTML its outlet would serve."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tracker.simulate"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )

    def render(edition: Edition) -> str:
        outlet, language = edition.outlet, script.languages[edition.outlet.language]
        code = outlet.language
        redesigned = outlet.redesigned is not None and edition.night >= outlet.redesigned
        template = environment.get_template(
            f"{outlet.code}-redesigned.html.j2" if redesigned else f"{outlet.code}.html.j2"
        )

        def ago(link: Link) -> str:
            minutes = int((edition.captured_at - link.published).total_seconds() // 60)
            unit, count = (0, minutes) if minutes < 60 else (1, minutes // 60)
            unit, count = (2, count // 24) if count >= 24 else (unit, count)
            return AGO[code][unit].format(max(1, count))

        return template.render(
            page=edition,
            own=edition.own,
            outlet=outlet,
            sections=language.sections,
            box=edition.box,
            ago=ago,
            day=lambda at: _day(at, code),
            moment=lambda at: format_datetime(at, "d. MMM, HH:mm", locale=code),
            comments=lambda link: link.number * 7919 % 140,
        )

    return render


def _day(at: datetime, language: str) -> str:
    return format_date(at, "long", locale=language)
