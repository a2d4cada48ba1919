#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job on a real kernel: reviews an example series with planted faults, then a clean one,
# and shows both reports. Ctrl-C and start again: it goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vreview
tree=$cache/trees/linux-6.1.git
work=$cache/demo
mkdir -p "$work"

for kind in faulty clean; do
	.venv/bin/python examples/make_series.py --tree "$tree" --base HEAD "$kind" -o "$work/$kind.mbox"
done

# No second kernel with KASAN, no failing calls, one repetition: they would double the time.
plain="--debug none --no-inject -c again=1"
for kind in faulty clean; do
	echo "== reviewing the $kind example: vreview review $plain $work/$kind.mbox" >&2
	status=0
	# shellcheck disable=SC2086 # the options are meant to split
	.venv/bin/vreview review $plain --tree "$tree" "$work/$kind.mbox" >"$work/$kind.txt" || status=$?
	case $status in
	0 | 1) ;;
	*) exit "$status" ;;
	esac
done

cat "$work/faulty.txt" "$work/clean.txt"
