"""Make the virtual environment what a lock file says; runs before anything is installed.

Usage: python3 config/launch/install.py run|dev
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "hearth-installed"
LOG = ROOT / ".hearth" / "log" / "install.log"
LOCKS = {name: ROOT / "config" / "locks" / f"{name}.txt" for name in ("run", "dev")}
# What is installed for development also runs Hearth.
SUFFICES = {"run": ("run", "dev"), "dev": ("dev",)}

NETWORK_SIGNS = (
    "name resolution",
    "Name or service not known",
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Network is unreachable",
    "ProxyError",
    "SSLError",
    "Connection reset",
)


def main(wanted: str) -> None:
    """Install the lock file unless exactly that is installed already."""
    if _is_usable() and _fingerprints(SUFFICES[wanted]) & _installed():
        return
    LOG.parent.mkdir(parents=True, exist_ok=True)
    if not _is_usable():
        print("Making the virtual environment .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=True)
    print("Installing what Hearth needs (the first time takes a minute or two) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    _install(LOCKS[wanted])
    STAMP.write_text("\n".join(_fingerprints((wanted,))) + "\n")


def _is_usable() -> bool:
    """Say whether the environment is whole, at its place, and of the Python asked for, if any."""
    wanted = "sys.version_info[:2] == " if os.environ.get("PYTHON") else "sys.version_info >= "
    version = sys.version_info[:2] if os.environ.get("PYTHON") else (3, 11)
    check = f"import sys, pip; print(sys.prefix, {wanted}{version})"
    try:
        done = subprocess.run([str(PYTHON), "-c", check], capture_output=True, text=True)
    except OSError:
        return False
    return done.stdout.strip() == f"{VENV} True"


def _installed() -> "set[str]":
    return set(STAMP.read_text().split()) if STAMP.exists() else set()


def _fingerprints(names: "tuple[str, ...]") -> "set[str]":
    return {hashlib.sha256(LOCKS[name].read_bytes()).hexdigest() for name in names}


def _install(lock: Path) -> None:
    """Install ready-built packages; only where one is missing for this platform, build it."""
    said = _pip(lock, "--only-binary", ":all:")
    if said and "No matching distribution" in said and not _has_network_signs(said):
        if not (shutil.which("cc") or shutil.which("gcc")):
            sys.exit(
                f"{_last_error(said)}\nThere is no ready-built package for this Python "
                f"({sys.version.split()[0]}) on this machine, and no C compiler to build it. "
                f"Either use another Python (make run PYTHON=python3.12), or install a compiler "
                f"(apt-get install build-essential python3-dev), then try again."
            )
        said = _pip(lock)
    if said:
        sys.exit(f"{_last_error(said)}\n{_advice(said)}\nAll that pip said: {LOG}")


def _pip(lock: Path, *options: str) -> str:
    """Run pip; return nothing when it went well, else what it said."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--require-hashes", *options, "-r", str(lock)]
    with LOG.open("w") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, cwd=str(ROOT))
    return "" if done.returncode == 0 else LOG.read_text(errors="replace") or "pip said nothing"


def _has_network_signs(said: str) -> bool:
    return any(sign in said for sign in NETWORK_SIGNS)


def _last_error(said: str) -> str:
    lines = [line for line in said.splitlines() if line.lower().startswith("error")]
    return lines[-1] if lines else said.strip().splitlines()[-1]


def _advice(said: str) -> str:
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return "The disk is full. Make room (the packages need about 1 GB), then try again."
    if _has_network_signs(said):
        return (
            "The package index was not reached. Check the network and, behind a proxy, "
            "HTTPS_PROXY or pip's configuration; then try again."
        )
    if "DO NOT MATCH THE HASHES" in said:
        return (
            "A package is not the one the lock file names. Nothing of it was installed. "
            "Empty pip's cache (.venv/bin/pip cache purge), check the index, then try again."
        )
    if "command 'gcc' failed" in said or "Python.h" in said or "error: command" in said:
        return (
            "A package had to be built here and could not be. Install a compiler and Python's "
            "headers (apt-get install build-essential python3-dev), then try again."
        )
    return "Try again; when it fails in the same way, the lock file may need renewing: make lock."


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"{error}\nCheck that {ROOT} may be written to and that its disk is not full.")
    except subprocess.CalledProcessError:
        sys.exit(
            f"{sys.executable} could not make a virtual environment. Install the missing part "
            f"(apt-get install python3-venv), then try again."
        )
