"""Who may log in to a hub, and from where: what JupyterHub's own authenticators leave to whoever configures them.

Imported by JupyterHub alone, from the class's environment.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from jupyterhub.auth import Authenticator, PAMAuthenticator
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator

from lessonlib.classroom.hub.accounts import is_demonstration


def is_this_machine(host: str | None) -> bool:
    """Whether an address can be reached from this machine alone; none at all means every address."""
    if host == "localhost":
        return True
    try:
        return bool(host) and ip_address(host).is_loopback
    except ValueError:
        return False


class Demonstration(SharedPasswordAuthenticator):
    """One password for invented users, on this machine alone: whoever has it can be any of them."""

    def __init__(self, **options: object):
        super().__init__(**options)
        host = urlsplit(self.parent.bind_url).hostname
        if not is_this_machine(host):
            raise ValueError(
                f"This hub would listen on {host or 'every address'}. With a shared password anyone is anyone, so a "
                "demonstration listens on 127.0.0.1 alone. A class has a configuration of its own: teach hub."
            )
        real = sorted(name for name in self.allowed_users if not is_demonstration(name))
        if real or self.allow_all or self.admin_users:
            raise ValueError(f"A demonstration is for invented users alone, not for {', '.join(real) or 'everybody'}.")

    async def authenticate(self, handler: object, data: dict) -> dict | None:
        """Refuse a visitor from another machine, whom a proxy may have let in."""
        if not is_this_machine(handler.request.remote_ip):
            self.log.warning("A visitor from %s was refused.", handler.request.remote_ip)
            return None
        return await super().authenticate(handler, data)


class Guarded(Authenticator):
    """What every login of a class has to meet: named people only, and no password over an open line."""

    def __init__(self, **options: object):
        super().__init__(**options)
        host = urlsplit(self.parent.bind_url).hostname
        if not is_this_machine(host) and not self.parent.ssl_cert:
            raise ValueError(
                f"This hub would listen on {host or 'every address'} without encryption. Set c.JupyterHub.ssl_key and "
                "ssl_cert, or let it listen on 127.0.0.1 behind a web server that encrypts."
            )
        if self.allow_all or not self.allowed_users:
            raise ValueError(
                "This hub lets in whom students.txt and TEACHERS name. Name somebody; allow_all stays off."
            )


class LocalAccounts(Guarded, PAMAuthenticator):
    """The accounts of this machine, each with its own password."""


def guarded(kind: type[Authenticator]) -> type[Authenticator]:
    """An authenticator of JupyterHub's, as of a school's login, that must meet the same."""
    return type(f"Guarded{kind.__name__}", (Guarded, kind), {})
