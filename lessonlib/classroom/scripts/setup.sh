#!/usr/bin/env bash
# Runs once, when Gradescope makes its image: installs the course's environment with a Python that is new enough.
set -euo pipefail
cd "${AUTOGRADER:-/autograder}/source"

is_new_enough() {
    command -v "$1" >/dev/null && "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    # Ubuntu 22.04 and older come with an older Python; this archive has newer ones for them.
    apt-get update
    apt-get install -y software-properties-common
    add-apt-repository -y ppa:deadsnakes/ppa
    apt-get install -y python3.12 python3.12-venv
    python=python3.12
fi

"$python" course.py grade --help >/dev/null
