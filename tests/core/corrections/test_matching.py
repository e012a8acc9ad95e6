"""Which background or blank serves a spectrum, and in which words none does."""

from itertools import permutations

import numpy as np

from asplab.core.corrections.frames import MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.corrections.matching import finder
from asplab.core.experiment import Condition
from asplab.core.settings import GroupingSettings


def blank(number: int, **stated: float) -> MeanFrame:
    nothing = np.zeros(2)
    return MeanFrame("emission_blank", number, Condition(**stated), nothing, nothing, 1.0, (f"{number}.csv",))


def test_one_reason_is_told_in_one_way_whatever_the_order_of_the_frames() -> None:
    frames = (
        blank(0, temperature_k=80.0, excitation_nm=457.0),
        blank(1, temperature_k=120.0, excitation_nm=500.0),
        blank(2, temperature_k=120.0, excitation_nm=457.0, probe_mw=1.0),
    )
    wanted = Condition(temperature_k=120.0, excitation_nm=457.0, probe_mw=2.0)
    gain = Gain(em_gain=False, neutral=False, accumulations=False)
    told = {finder(order, gain, GroupingSettings())(wanted)[1] for order in permutations(frames)}
    assert len(told) == 1
    (words,) = told
    assert "excitation, probe power, temperature" in words
    assert "leave that column empty" in words
