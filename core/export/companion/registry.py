"""The companion measurements: one is a file beside this one, and one line here."""

from collections.abc import Iterator
from html import escape
from typing import Any

from asplab.core.export.companion.absorption import ABSORPTION
from asplab.core.export.companion.cooling import COOLING, NEEDS
from asplab.core.export.companion.cooling_map import COOLING_MAP
from asplab.core.export.companion.exported import Exported
from asplab.core.export.companion.literature import LITERATURE
from asplab.core.export.companion.matched import MATCHED
from asplab.core.export.companion.power import POWER
from asplab.core.export.companion.sizes import SIZES
from asplab.core.export.companion.transients import TRANSIENTS
from asplab.core.export.companion.trend_pages import TRENDS
from asplab.core.export.companion.yields import YIELDS
from asplab.core.export.table import Table
from asplab.core.pipeline import Results

COMPANIONS: tuple[Exported, ...] = (
    POWER, YIELDS, MATCHED, TRANSIENTS, SIZES, COOLING, NEEDS, COOLING_MAP, TRENDS, ABSORPTION, LITERATURE,
)  # fmt: skip
TABLE_NAMES = tuple(name for one in COMPANIONS for name, _ in one.tables)
"""Names of the tables of all companion measurements."""


def companion(results: Results) -> dict[str, Any]:
    """Return one section of results.json for each companion measurement that the experiment holds."""
    sections = {one.name: one.rows(results) for one in COMPANIONS}
    return {name: section for name, section in sections.items() if section is not None}


def companion_section(results: Results) -> Iterator[str]:
    """Return the parts of the report's page of each companion measurement that the experiment holds."""
    told = False
    for one in COMPANIONS:
        parts = list(one.section(results))
        if parts:
            told = True
            yield f"<h3>{escape(one.title)}</h3>"
            yield from parts
    if not told:
        yield '<p class="muted">None in this experiment.</p>'


def companion_tables(results: Results) -> Iterator[Table]:
    """Return the tables of the companion measurements that the experiment holds."""
    for one in COMPANIONS:
        for _, build in one.tables:
            made = build(results)
            if made.rows:
                yield made
