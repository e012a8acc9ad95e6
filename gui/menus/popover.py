"""Small windows that explain: the versions at work."""

from PySide6.QtWidgets import QMessageBox, QWidget

from asplab.core.provenance import software_versions


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
