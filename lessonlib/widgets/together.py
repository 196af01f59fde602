"""Widgets that show the same record: what is done in one is seen in all."""

import weakref
from typing import ClassVar


class Together:
    """Mixed in: `refresh_all` refreshes every living one."""

    _living: ClassVar["weakref.WeakSet[Together]"] = weakref.WeakSet()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._living.add(self)

    def refresh(self) -> None:
        """Show what is kept now."""
        raise NotImplementedError

    @classmethod
    def refresh_all(cls) -> None:
        """Refresh every one that is still there."""
        for each in list(cls._living):
            each.refresh()
