"""Progress of work in parts, and the words for numbers of things."""

from threading import Event

import pytest

from asplab.core.counting import counted
from asplab.core.errors import Cancelled
from asplab.core.progress import Progress


def test_parts_of_parts_fill_their_share_of_the_whole() -> None:
    told: list[tuple[float, str]] = []
    whole = Progress(lambda fraction, text: told.append((fraction, text)))
    second = whole.part(0.5, 1.0)
    second.step(1, 2, "half of the second half")
    second.part(0.0, 0.5).step(1, 1, "its first half")
    assert told == [(0.75, "half of the second half"), (0.75, "its first half")]


def test_a_part_stops_with_the_whole() -> None:
    stop = Event()
    part = Progress(cancelled=stop).part(0.0, 0.5)
    part.step(0, 1, "before")
    stop.set()
    with pytest.raises(Cancelled, match="after"):
        part.step(1, 1, "after")


@pytest.mark.parametrize(("low", "high"), [(-0.1, 1.0), (0.5, 0.4), (0.5, 1.1)])
def test_a_part_outside_the_whole_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="ascending fractions"):
        Progress().part(low, high)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "no hypotheses"), (1, "1 hypothesis"), (2, "2 hypotheses"), (12, "12 hypotheses")]
)
def test_numbers_stand_with_the_right_noun(count: int, words: str) -> None:
    assert counted(count, "hypothesis", "hypotheses") == words
    assert counted(count, "detuning") == words.replace("hypothesis", "detuning").replace("hypotheses", "detunings")
