#!/bin/sh
# Installs opsmon from the wheels beside this file; no network is asked: sh install.sh [FOLDER]
# FOLDER is /opt/opsmon unless another is named. PYTHON=… names another interpreter than python3.
set -eu
target=${1:-/opt/opsmon}
python=${PYTHON:-python3}
case $target in /*) ;; *) target=$PWD/$target ;; esac
cd "$(dirname "$0")"

sha256sum --check --quiet SHA256SUMS || { echo "the archive is damaged: carry it over again" >&2; exit 1; }
here=$("$python" -c 'import platform; print(*platform.python_version_tuple()[:2], platform.machine())')
if [ "$here" != "$(cat made-for)" ]; then
    echo "these wheels are for Python and machine \`$(cat made-for)\`, here is \`$here\`: build the archive on a machine like this one" >&2
    exit 1
fi
"$python" -m venv "$target" || { echo "no virtual environment: install the package python3-venv" >&2; exit 1; }
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels opsmon
echo "installed $("$target/bin/opsmon" --version) in $target; next: $target/bin/opsmon init /var/lib/opsmon"
