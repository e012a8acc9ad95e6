"""What the columns of a copied plot are called."""

import numpy as np

from asplab.gui.plots.copying import series_columns
from asplab.gui.plots.drawn import Series

TIPS = ("<b>180 K, ΔE = 20 meV</b><br>η = 0.93", "<b>180 K, ΔE = 33 meV</b><br>η = 0.90")


def heads(series: Series) -> list[str]:
    return [name for name, _ in series_columns(series, 1, "ΔE (meV)", "η")]


def test_columns_bear_the_temperature_that_all_tips_share() -> None:
    assert heads(Series("text", x=[1.0, 2.0], y=[0.5, 0.4], tips=TIPS)) == ["ΔE (meV) [180 K]", "η [180 K]"]


def test_a_label_goes_before_the_tips_and_open_points_are_told_apart() -> None:
    assert heads(Series("text", label="joint", x=[1.0], y=[0.5], tips=TIPS))[0] == "ΔE (meV) [joint]"
    assert heads(Series("text", x=[1.0], y=[0.5], tips=TIPS, is_open=True))[0] == "ΔE (meV) [180 K, open symbols]"


def test_only_what_bears_no_name_at_all_is_numbered() -> None:
    assert heads(Series("text", x=np.arange(2), y=np.arange(2))) == ["ΔE (meV) [series 2]", "η [series 2]"]
    told_apart = ("<b>80 K</b>", "<b>100 K</b>")
    assert heads(Series("text", x=[1.0, 2.0], y=[1.0, 2.0], tips=told_apart))[0] == "ΔE (meV) [series 2]"
