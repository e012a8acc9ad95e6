"""What stands on the banner, and until when: a message goes when what it speaks of is over."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from asplab.gui.widgets.banner import Banner


class Messages(QObject):
    """The banner's messages; a new one replaces the old one, a click dismisses it.

    Parameters
    ----------
    banner : Banner
    """

    def __init__(self, banner: Banner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner = banner
        self._text = self._cause = ""
        self._holds: Callable[[], bool] | None = None
        self._act: Callable[[], None] | None = None
        banner.action_chosen.connect(self._answer)

    def tell(
        self,
        tone: str,
        text: str,
        *,
        cause: str = "",
        holds: Callable[[], bool] | None = None,
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """Show a message.

        Parameters
        ----------
        tone : str
            ``"bad"``, ``"warn"`` or ``"info"``.
        text : str
            Plain text.
        cause : str
            What went wrong; :meth:`settle` with the same word takes the message away.
        holds : callable, optional
            Whether the message is still true; :meth:`review` takes it away when it is not.
        action, act : str and callable
            Caption of a button and what it does.
        """
        self._text, self._cause, self._holds, self._act = text, cause, holds, act
        self._banner.report(tone, text, action=action, action_key="act" if action else "")

    def settle(self, cause: str) -> None:
        """Take away the message about something that has gone well by now."""
        if cause and cause == self._cause and self._is_shown:
            self._clear()

    def review(self) -> None:
        """Take away a message that is no longer true."""
        if self._holds is not None and self._is_shown and not self._holds():
            self._clear()

    @property
    def _is_shown(self) -> bool:
        # An uncaught exception speaks past this class, and stays.
        return self._banner.message == self._text

    def _clear(self) -> None:
        self._text, self._cause, self._holds, self._act = "", "", None, None
        self._banner.clear()

    def _answer(self, _key: str) -> None:
        act = self._act
        self._clear()
        if act is not None:
            act()
