"""What the tests of the readers share: real instrument files, where they are at hand."""

from pathlib import Path

import pytest

INSTRUMENT_FILES = Path(__file__).resolve().parents[4] / "shared" / "instrument-files"


@pytest.fixture
def instrument_files() -> Path:
    """Return the folder of real files; skip the test where it is missing."""
    if not INSTRUMENT_FILES.is_dir():
        pytest.skip(f"the real files are not at {INSTRUMENT_FILES}")
    return INSTRUMENT_FILES
