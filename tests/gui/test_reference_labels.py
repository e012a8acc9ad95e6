"""Which reference ΔE counts from stands on the axes of η."""

from collections.abc import Callable
from typing import Any

import pytest
from toy_experiment import Toy

from asplab.core import Document, analyse
from asplab.core.settings import EnergySettings
from asplab.gui.look.theme import Theme
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.panels.polaron.fit import FitPage
from asplab.gui.view_state import ViewState


@pytest.mark.parametrize(("kind", "plot"), [(EfficiencyPanel, "plot"), (FitPage, "pulls")])
def test_the_axis_says_from_where_detuning_counts(make: Callable[..., Any], theme: Theme, kind: Any, plot: str) -> None:
    document = Document(Toy().experiment())
    panel = make(kind, theme)
    labels = []
    for settings in (EnergySettings(), EnergySettings(reference="mean", reference_offset_mev=5.0)):
        panel.display(analyse(document.with_settings(energies=settings)), ViewState())
        labels.append(getattr(panel, plot).plot_item.getAxis("bottom").labelText)
    assert labels == ["ΔE from PL peak (meV)", "ΔE from PL mean + 5 meV (meV)"]
