"""The entries that take a measurement out of the analysis or bring it back, for every menu that offers them."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from asplab.gui.language import tr
from asplab.gui.widgets.reason import REASONS


def add_exclusion_entries(
    menu: QMenu,
    reason: str | None,
    *,
    exclude: Callable[[str], None],
    ask: Callable[[], None],
    bring_back: Callable[[], None],
) -> None:
    """Add one entry for every reason to exclude, or one that brings back what is excluded.

    Parameters
    ----------
    reason : str or None
        Why it is excluded; None while it is in use.
    exclude : callable
        Takes the chosen reason.
    ask : callable
        Lets the user type another reason.
    bring_back : callable
    """
    if reason is not None:
        menu.addAction(tr("Bring back ({reason})", reason=REASONS.get(reason, reason))).triggered.connect(
            lambda: bring_back()
        )
        return
    for kept, words in REASONS.items():
        menu.addAction(tr("Exclude: {words}", words=words)).triggered.connect(
            lambda _checked=False, kept=kept: exclude(kept)
        )
    menu.addAction(tr("Exclude: other…")).triggered.connect(lambda: ask())
