"""Time stamps in the ways that people write them."""

import numpy as np
import pytest

from asplab.core.grouping.clock import Timeline, clock, form_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("14:03:22", 50602.0),
        ("14:03:22.5", 50602.5),
        ("00:01", 60.0),
        ("12.5", 12.5),
        ("1970-01-02T00:00:10", 86410.0),
        ("1970-01-02 01:00:10+01:00", 86410.0),
        ("02.01.1970 00:00:10", 86410.0),
        ("01/02/1970 00:00", 86400.0),
    ],
)
def test_a_time_stamp_becomes_seconds(text, seconds):
    assert clock(text) == seconds


@pytest.mark.parametrize("text", ["noon", "25:00", "2026-13-01", ""])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        clock(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("12.5", "seconds"),
        ("14:03", "clock"),
        (" 14:03:22 ", "clock"),
        ("05.03.2026 14:03", "date"),
        ("2026-03-05T14:03:22", "date"),
        ("2026-03-05T14:03:22+01:00", "zoned date"),
    ],
)
def test_the_form_of_a_time_stamp_says_what_it_can_be_compared_with(text, form):
    assert form_of(text) == form


def test_what_is_no_time_has_no_form():
    with pytest.raises(ValueError, match=r".*"):
        form_of("noon")


def test_times_of_day_after_midnight_are_later_whichever_of_them_are_asked_for():
    night = ["22:00", "23:30", "00:30", "02:00", "05:00"]
    line = Timeline.of(night)
    np.testing.assert_allclose(line.seconds(night), 3600.0 * np.array([22.0, 23.5, 24.5, 26.0, 29.0]))
    np.testing.assert_allclose(line.seconds(["00:30", "05:00"]), 3600.0 * np.array([24.5, 29.0]))


def test_a_long_day_stays_in_its_order():
    line = Timeline.of(["07:00", "09:00", "14:00", "18:00", "22:00"])
    np.testing.assert_allclose(line.seconds(["07:00", "22:00"]), 3600.0 * np.array([7.0, 22.0]))


def test_stamps_of_two_forms_or_missing_ones_are_no_times():
    assert Timeline.of(["22:00", "2026-03-05 22:00"]).seconds(["22:00"]) is None
    assert Timeline.of(["22:00", ""]).seconds(["22:00", ""]) is None
    assert Timeline.of([""]).seconds([]) is None
