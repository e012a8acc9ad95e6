"""What the program remembers between two starts: theme, recent files, size and layout of the window. Never science."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 8


class Preferences:
    """Remembered choices.

    Parameters
    ----------
    store : QSettings
        The user's own, or a file of its own in tests.
    """

    def __init__(self, store: QSettings) -> None:
        self._store = store

    @property
    def mode(self) -> str:
        """The chosen theme: ``"system"``, ``"light"`` or ``"dark"``."""
        # Loaded late: the window is shown before there is a theme.
        from asplab.gui.look.theme import MODES

        mode = str(self._store.value("theme", "system"))
        return mode if mode in MODES else "system"

    def choose_mode(self, mode: str) -> None:
        """Remember a theme."""
        self._store.setValue("theme", mode)

    def page(self, step: str) -> str:
        """Return the page of a step that was seen last, empty at first."""
        return str(self._store.value(f"{step}_page", ""))

    def choose_page(self, step: str, key: str) -> None:
        """Remember a page of a step."""
        self._store.setValue(f"{step}_page", key)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Recently opened or saved places that are still there, the latest first."""
        return tuple(path for path in self.remembered if path.exists())

    @property
    def remembered(self) -> tuple[Path, ...]:
        """Recently opened or saved places, the latest first, whether they are still there or not."""
        found = self._store.value("recent", [])
        # A list of one comes back as a plain text from some stores.
        texts = [found] if isinstance(found, str) else list(found or ())
        return tuple(map(Path, texts))

    def remember(self, path: Path) -> None:
        """Put a place at the head of the recent ones."""
        resolved = path.resolve()
        kept = [str(other) for other in self.remembered if other != resolved]
        self._store.setValue("recent", [str(resolved), *kept][:MOST_RECENT])

    def forget(self, path: Path) -> None:
        """Take a place off the recent ones."""
        self._store.setValue("recent", [str(other) for other in self.remembered if other != path])

    @property
    def was_tour_taken(self) -> bool:
        """Whether the tour was begun once, so that it need not be offered again."""
        return str(self._store.value("tour_taken", "false")) == "true"

    def note_tour(self) -> None:
        """Remember that the tour was begun."""
        self._store.setValue("tour_taken", "true")

    def geometry(self, window: str = "main") -> QByteArray | None:
        """Return size and place that a window had when it was last closed."""
        value = self._store.value(_geometry_key(window))
        return value if isinstance(value, QByteArray) else None

    def remember_geometry(self, geometry: QByteArray, window: str = "main") -> None:
        """Remember size and place of a window."""
        self._store.setValue(_geometry_key(window), geometry)

    @property
    def figure_preset(self) -> str:
        """Name of the preset in which figures were made last, empty at first."""
        return str(self._store.value("figure_preset", ""))

    def choose_figure_preset(self, name: str) -> None:
        """Remember in which preset figures are made."""
        self._store.setValue("figure_preset", name)

    @property
    def layout(self) -> str:
        """Where the panels stood when the window was last closed, as `asplab.gui.layout` writes it; empty at first."""
        return str(self._store.value("layout", ""))

    def remember_layout(self, layout: str) -> None:
        """Remember where the panels stand."""
        self._store.setValue("layout", layout)


def _geometry_key(window: str) -> str:
    return "geometry" if window == "main" else f"geometry_{window}"
