#!/bin/sh
# Run a script with the first Python here that is new enough and can make virtual environments.
# The system's own comes first: distributions compile it with all optimisations, version managers
# with none, and then Hearth takes half as long again for whatever it does.
pythons="${PYTHON:-} ${SYSTEM_PYTHON:-/usr/bin/python3} python3 python3.14 python3.13 python3.12 python3.11"

for python in $pythons; do
    if "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then
        exec "$python" "$@"
    fi
done

for python in $pythons; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "This Python cannot make virtual environments: $(command -v "$python")" >&2
        echo "Install the missing part (apt-get install python3-venv), then try again." >&2
        exit 1
    fi
done
echo "Hearth needs Python 3.11 or newer, and found: $(python3 --version 2>&1 || echo none)." >&2
echo "Install one (apt-get install python3 python3-venv), or name one: make run PYTHON=..." >&2
exit 1
