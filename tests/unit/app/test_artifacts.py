# SPDX-License-Identifier: GPL-2.0-or-later
"""Artifacts are cut in the middle, say so, and never lose their beginning or end."""

from __future__ import annotations

from pathlib import Path

from vreview.app.artifacts import LEAST_OF_ONE, cut, keep_log, keep_output, within


def lines(count: int) -> bytes:
    return b"".join(b"line %06d\n" % n for n in range(count))


def test_what_is_short_enough_stays(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(lines(100))
    cut(log, 1200)
    assert log.read_bytes() == lines(100)


def test_the_middle_goes_in_whole_lines_and_is_counted(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(lines(1000))
    cut(log, 1200)
    head, marker, tail = log.read_bytes().partition(
        b"[cut here: 10800 bytes, 900 lines left out]\n"
    )
    assert marker
    assert head == lines(50)
    assert lines(1000).endswith(tail)
    assert len(head) + len(tail) + 10800 == len(lines(1000))


def test_a_second_cut_counts_the_first_one_too(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(lines(1000))
    cut(log, 1200)
    cut(log, 240)
    text = log.read_bytes()
    assert text.count(b"cut here") == 1
    kept = [line for line in text.splitlines() if line.startswith(b"line")]
    assert b"%d lines left out" % (1000 - len(kept)) in text


def test_one_endless_line_is_cut_as_well(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * 10_000)
    cut(log, 1000)
    assert (
        log.read_bytes() == b"x" * 500 + b"[cut here: 9000 bytes, 0 lines left out]\n" + b"x" * 500
    )


def test_the_largest_are_cut_until_all_fit(tmp_path: Path) -> None:
    budget = 5 * LEAST_OF_ONE
    for name, size in (("small.log", 1), ("big.console", 5), ("also/big.output", 3)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(lines(size * LEAST_OF_ONE // 12))
    (tmp_path / "report.json").write_bytes(b"x" * budget)  # no artifact: it is what was asked for
    within(tmp_path, budget)
    sizes = {p.name: p.stat().st_size for p in tmp_path.rglob("*.*")}
    assert sizes["report.json"] == budget
    assert b"cut here" in (tmp_path / "big.console").read_bytes()
    assert b"cut here" not in (tmp_path / "small.log").read_bytes()
    assert sum(sizes.values()) - budget <= budget + 100


def test_outputs_and_logs_are_kept(tmp_path: Path) -> None:
    keep_output(tmp_path, "run-smoke-base", "ok 1\udcff\n")
    keep_output(tmp_path, "run-smoke-tip", "")
    (tmp_path / "build").write_text("CC a.o\n")
    keep_log(tmp_path, "build-test-base", tmp_path / "build")
    keep_log(tmp_path, "build-test-tip", tmp_path / "nothing")
    assert sorted(p.name for p in tmp_path.glob("*.*")) == [
        "build-test-base.log",
        "run-smoke-base.output",
    ]
