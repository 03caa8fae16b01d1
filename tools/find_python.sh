#!/bin/sh
# Print the first Python that can make Ringfall's environment, or one line saying what to install.
#
# $PYTHON wins when set. Then `python3`, so that a chosen default counts; then the versions Ringfall
# is tested with, newest first. Each candidate is started, not only looked up: a version switcher
# leaves commands on the PATH that refuse to run.

set -u

OLDEST=3.11
NEWEST=3.14 # numba publishes wheels up to here; without one pip would try to compile LLVM bindings
venv_missing=
unfit=

try() {
    command -v "$1" >/dev/null 2>&1 || return 1
    found=$("$1" -c 'import sys; print("%s %d.%d" % (
        sys.implementation.name, sys.version_info[0], sys.version_info[1]))' 2>/dev/null) || return 1
    minor=${found#cpython 3.}
    case $minor in
        *[!0-9]*) unfit="${unfit:-$1 is $found}"; return 1 ;;
    esac
    if [ "$minor" -lt "${OLDEST#3.}" ] || { [ -z "${PYTHON:-}" ] && [ "$minor" -gt "${NEWEST#3.}" ]; }
    then
        unfit="${unfit:-$1 is Python 3.$minor}"
        return 1
    fi
    # Debian ships venv without ensurepip until python3-venv is installed.
    if ! "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        venv_missing="$1 (Python 3.$minor)"
        return 1
    fi
    command -v "$1"
    exit 0
}

if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON"
else
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        try "$candidate"
    done
fi

if [ -n "$venv_missing" ]; then
    echo "ringfall: $venv_missing lacks the venv module." \
        "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
else
    echo "ringfall: CPython $OLDEST to $NEWEST is needed, and ${unfit:-${PYTHON:-python3} does not run}." \
        "Install one, or name it: make PYTHON=/path/to/python3 ..." >&2
fi
exit 1
