"""The world's pages as HTML: every outlet has a template of its own."""

from collections.abc import Callable

import jinja2
from babel.dates import format_date, format_datetime, format_timedelta

from tracker.simulate.desks import Link
from tracker.simulate.editions import Edition
from tracker.simulate.scripts import Script

LOCALES = {"en": "en_GB", "de": "de", "es": "es", "el": "el"}
"""How each language writes its dates."""


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
        locale = LOCALES[outlet.language]
        redesigned = outlet.redesigned is not None and edition.night >= outlet.redesigned
        template = environment.get_template(
            f"{outlet.code}-redesigned.html.j2" if redesigned else f"{outlet.code}.html.j2"
        )

        def ago(link: Link) -> str:
            age = link.published - edition.captured_at
            return format_timedelta(age, threshold=1.0, add_direction=True, locale=locale)

        return template.render(
            page=edition,
            own=edition.own,
            outlet=outlet,
            sections=language.sections,
            box=edition.box,
            ago=ago,
            day=lambda at: format_date(at, "long", locale=locale),
            moment=lambda at: format_datetime(at, "d MMM HH:mm", locale=locale),
            comments=lambda link: link.number * 7919 % 140,
        )

    return render
