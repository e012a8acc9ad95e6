"""A figure as it will be printed: at its final size, or as large as there is room."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from asplab.gui.language import tr

_MARGIN_PX = 16


class Preview(QScrollArea):
    """Shows one picture on white paper; what does not fit can be scrolled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._density = 1.0
        self._is_fitted = False
        self._paper = QLabel()
        self._paper.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self._paper)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Preview"))
        # Paper is white in either theme: it stands out from the ground of the window alone.
        self.setStyleSheet("QScrollArea, QLabel { background: palette(window); border-radius: 6px; }")

    @property
    def image(self) -> QImage:
        """The picture as given."""
        return self._image

    def display(self, image: QImage, density: float) -> None:
        """Show a picture with so many of its pixels to one of the screen's."""
        self._image, self._density = image, density
        self._draw()

    def display_fitted(self, is_fitted: bool) -> None:
        """Show it as large as there is room, or at its final size."""
        self._is_fitted = is_fitted
        self._draw()

    def display_words(self, words: str) -> None:
        """Say why there is no picture, or that it is being drawn."""
        self._image = QImage()
        self._paper.setText(words)

    def describe(self, words: str) -> None:
        """Tell assistive tools what is shown."""
        self._paper.setAccessibleName(words)
        self.setAccessibleDescription(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit into the new room."""
        super().resizeEvent(event)
        if self._is_fitted:
            self._draw()

    def _draw(self) -> None:
        if self._image.isNull():
            return
        shown, ratio = self._image, self.devicePixelRatioF()
        if self._is_fitted:
            room = (self.viewport().size() - QSize(_MARGIN_PX, _MARGIN_PX)) * ratio
            shown = shown.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        pixmap = QPixmap.fromImage(shown)
        pixmap.setDevicePixelRatio(ratio if self._is_fitted else self._density)
        self._paper.setPixmap(pixmap)
