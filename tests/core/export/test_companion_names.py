"""The guide names every key and table of the companion measurements."""

from pathlib import Path

import pytest

from asplab.core.export.companion.registry import COMPANIONS, TABLE_NAMES

GUIDE = Path(__file__).parents[3] / "resources" / "guide" / "companions.md"


@pytest.mark.parametrize(("column", "names"), [(2, tuple(one.name for one in COMPANIONS)), (3, TABLE_NAMES)])
def test_the_table_of_the_guide_names_what_the_exports_hold(column: int, names: tuple[str, ...]) -> None:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines[: lines.index("## Power")] if line.startswith("| ")]
    told = [name for row in rows[1:] for name in row[column].split("`")[1::2]]
    assert set(names) <= set(told)
    assert set(told) - set(names) <= ({"temperature_trends", "overlay"} if column == 2 else set())
