"""Where everything of a class's hub lies. Standard library alone."""

from dataclasses import dataclass
from pathlib import Path

from lessonlib.classroom.place import Place


@dataclass(frozen=True)
class Layout:
    """The hub's files in the folder of a class. What lies below place.hub is for whoever runs the hub alone."""

    place: Place

    @property
    def configuration(self) -> Path:
        """The class's configuration; the instructor's to change."""
        return self.place.hub / "jupyterhub_config.py"

    @property
    def service(self) -> Path:
        """The hub as a service of systemd's."""
        return self.place.hub / "course-hub.service"

    @property
    def roster(self) -> Path:
        """Who may log in: an account's name a line."""
        return self.place.hub / "students.txt"

    @property
    def passwords(self) -> Path:
        """The first passwords of accounts that the course has made, until they are handed out."""
        return self.place.hub / "passwords.csv"

    @property
    def register(self) -> Path:
        """Which accounts the course has made."""
        return self.place.hub / "accounts.json"

    @property
    def state(self) -> Path:
        """JupyterHub's database and secrets."""
        return self.place.hub / "state"

    @property
    def proxy(self) -> Path:
        """The proxy that JupyterHub needs, as npm installs it."""
        return self.place.hub / "proxy"

    @property
    def proxy_command(self) -> Path:
        return self.proxy / "node_modules" / ".bin" / "configurable-http-proxy"

    @property
    def trial_state(self) -> Path:
        return self.place.hub / "trial"

    @property
    def trial_register(self) -> Path:
        return self.trial_state / "accounts.json"

    @property
    def trial_settings(self) -> Path:
        """JupyterLab's settings in a trial; the invented students read them."""
        return self.place.settings / "trial"

    @property
    def trial_homes(self) -> Path:
        """The homes of the invented users: where students can get, each home closed to all but its owner."""
        return self.place.folder / "trial-homes"

    @property
    def git_config(self) -> Path:
        """git's settings for students: they trust the students' repository, which belongs to another account."""
        return self.place.settings / "gitconfig"
