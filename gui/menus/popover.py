"""Small windows that explain: the keys, the versions at work."""

from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QMessageBox, QWidget

from asplab.core.provenance import software_versions

KEYS = (
    ("1 – 7", "steps"),
    ("PgUp, PgDown", "colder, warmer"),
    ("A", "view all; also a double-click on a plot"),
    ("X", "exclude the selected condition or file, or bring it back; also a right-click on its point, curve or row"),
    ("Tab, ← →", "reach and move a window edge or cutoff; Shift ×10"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Ctrl+I, Ctrl+Shift+I, Ctrl+O", "import a folder, import files, open a project"),
    ("Ctrl+Shift+V", "paste a published table"),
    ("Ctrl+S, Ctrl+Shift+S", "save, save as"),
    ("F5", "recompute everything"),
    ("?", "this list"),
)


class KeyList(QDialog):
    """Every key and what it does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for row, (key, words) in enumerate(KEYS):
            name, text = QLabel(key), QLabel(words)
            name.setProperty("role", "title")
            text.setProperty("role", "muted")
            grid.addWidget(name, row, 0)
            grid.addWidget(text, row, 1)


def about_box(parent: QWidget) -> QMessageBox:
    """Return what says which versions are at work."""
    versions = software_versions()
    own = versions.pop("asplab")
    others = ", ".join(f"{name} {version}" for name, version in versions.items())
    box = QMessageBox(QMessageBox.Icon.NoIcon, "About ASPLab", f"<b>ASPLab {own}</b>", parent=parent)
    box.setInformativeText(
        "Up-conversion efficiency, quantum yield and polaron parameters from anti-Stokes photoluminescence.<br>"
        f"<br>{others}"
    )
    return box
