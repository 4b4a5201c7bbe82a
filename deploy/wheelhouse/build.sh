#!/bin/sh
# Packs opsmon, every wheel that it needs and the installer into one archive: sh build.sh PYTHON FOLDER
# The wheels are those of this Python and this kind of machine; install.sh refuses another.
set -eu
python=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packed=$work/opsmon-wheelhouse
mkdir -p "$packed/wheels"
"$python" -m pip wheel --quiet --disable-pip-version-check --only-binary :all: --no-build-isolation \
    --constraint constraints.txt --wheel-dir "$packed/wheels" .
"$python" -c 'import platform; print(*platform.python_version_tuple()[:2], platform.machine())' >"$packed/made-for"
cp deploy/wheelhouse/install.sh "$packed/"
cp -r deploy/systemd "$packed/"
(cd "$packed" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
tar -C "$work" --owner=0 --group=0 --numeric-owner -czf "$out/opsmon-wheelhouse.tar.gz" opsmon-wheelhouse
