#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what vreview needs on a Debian machine: packages, a virtual environment from
# requirements.lock, and a kernel tree. Each step is skipped when it is done already.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '== %3ds  %s\n' "$SECONDS" "$*" >&2; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Every review asks these two tools, and goes on without them. They take 2 MB and 43 MB, less than
# QEMU. clang-tidy, with 93 MB, is asked only when named.
TOOLS="sparse coccinelle"

missing_packages() {
	{
		grep -v '^#' vreview/adapters/host/packages.tsv | cut -f1
		printf '%s\n' $TOOLS
	} | while read -r package; do
		dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed' ||
			echo "$package"
	done
}

install_packages() {
	local missing
	missing=$(missing_packages)
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "error: this is no Debian; these packages are missing: $missing" >&2
		echo "hint: install your distribution's; \`vreview doctor --fix\` knows some names" >&2
		exit 3
	fi
	say "installing packages:" $missing
	as_root apt-get update -qq
	# shellcheck disable=SC2086 # the list is meant to split
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$missing >/dev/null
}

make_environment() {
	local stamp=.venv/.vreview-lock
	cmp -s requirements.lock "$stamp" && [ -x .venv/bin/vreview ] && return 0
	say "installing the pinned Python packages into .venv"
	[ -x .venv/bin/python ] || python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable .
	cp requirements.lock "$stamp"
}

# As pip does for a wheel: where Python may not write, each command would compile us anew.
compile_sources() {
	.venv/bin/python -m compileall -q vreview
}

import_tree() {
	.venv/bin/vreview tree import /usr/src/linux-source-6.1.tar.xz --name linux-6.1
}

install_packages
make_environment
compile_sources
import_tree
say "set up"
