#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Renews requirements.lock from pyproject.toml: versions and hashes, no registry's name.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'hatchling\neditables\n' >"$work/build.in"
.venv/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --extra test \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--no-header --no-annotate --output-file "$work/lock" pyproject.toml "$work/build.in"
{
	echo "# Everything vreview runs and is tested with, pinned; made by scripts/lock.sh."
	cat "$work/lock"
} >requirements.lock
