"""The entries that take a measurement out of the analysis or bring it back, for every menu that offers them."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

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
        menu.addAction(f"Bring back ({reason})").triggered.connect(lambda: bring_back())
        return
    for words in REASONS:
        menu.addAction(f"Exclude: {words}").triggered.connect(lambda _checked=False, words=words: exclude(words))
    menu.addAction("Exclude: other…").triggered.connect(lambda: ask())
