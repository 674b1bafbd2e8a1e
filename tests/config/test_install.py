"""What is said when the virtual environment cannot be made."""

import subprocess
import sys

import pytest

from config.launch import install, place

FINDER = place.ROOT / "config" / "launch" / "python.sh"


def write_python(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def saying(words):
    """Return a script of a Python that passes every check, and says this for all it prints."""
    return f'case "$2" in print*) echo "{words}";; esac'


def find_python(tmp_path, script, **environment):
    write_python(tmp_path / "python3", script)
    return subprocess.run(
        ["/bin/sh", str(FINDER), "-c", "print('found')"],
        env={"PATH": str(tmp_path), "SYSTEM_PYTHON": str(tmp_path / "none"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_suitable_python_is_used(tmp_path):
    assert find_python(tmp_path, f'exec {sys.executable} "$@"').stdout == "found\n"


def test_the_systems_python_comes_before_others(tmp_path):
    system = write_python(tmp_path / "system", saying("the system's"))

    assert find_python(tmp_path, saying("another"), SYSTEM_PYTHON=system).stdout == "the system's\n"


def test_the_python_asked_for_comes_first(tmp_path):
    system = write_python(tmp_path / "system", saying("the system's"))
    asked = write_python(tmp_path / "asked", saying("asked for"))

    done = find_python(tmp_path, saying("another"), SYSTEM_PYTHON=system, PYTHON=asked)

    assert done.stdout == "asked for\n"


def test_old_python_is_refused_with_what_to_install(tmp_path):
    done = find_python(tmp_path, '[ "$1" = --version ] && echo Python 3.9.2 || exit 1')

    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and found: Python 3.9.2" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_python_without_venv_is_refused_with_what_to_install(tmp_path):
    done = find_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')

    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        ("Failed to establish a new connection: NewConnectionError", "Check the network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one the lock file names"),
        ("error: command 'gcc' failed", "apt-get install build-essential python3-dev"),
    ],
)
def test_failed_install_says_what_to_do(said, advice):
    assert advice in install._advice(said)


def test_missing_wheel_without_compiler_says_what_to_do(monkeypatch):
    monkeypatch.setattr(install, "_pip", lambda *a: "ERROR: No matching distribution for numba")
    monkeypatch.setattr(install.shutil, "which", lambda name: None)

    with pytest.raises(SystemExit, match="no C compiler to build it"):
        install._install(install.LOCKS["run"])


def test_missing_wheel_is_built_where_there_is_a_compiler(monkeypatch):
    answers = iter(["ERROR: No matching distribution for numba", ""])
    monkeypatch.setattr(install, "_pip", lambda *options: next(answers))
    monkeypatch.setattr(install.shutil, "which", lambda name: "/usr/bin/cc")

    install._install(install.LOCKS["run"])

    assert next(answers, "none left") == "none left"
