"""Every setting as it stands in the inspector: name, unit, range and what it does."""

from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.models import QUANTITIES
from asplab.gui.settings_catalogue.steps import STEPS
from asplab.gui.settings_catalogue.systematics import EFFECTS

__all__ = ["EFFECTS", "QUANTITIES", "STEPS", "Entry", "Group"]
