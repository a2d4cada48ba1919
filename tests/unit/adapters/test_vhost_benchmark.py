# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading the vhost benchmark's output, which comes from a guest that may say anything."""

from __future__ import annotations

import pytest

from vreview.adapters.benchmarks.vhost import VhostBenchmark
from vreview.model.bench import Better, Mode

HEAD = "bench version 1 mode {mode} frame 64 batch 32 warmup 32\n"
BODY = (
    "batches vhost-rx phase 0 ticks 3200 6400 3200\n"
    "batches vhost-rx phase 1 ticks 3200 3200 3200\n"
    "batches vhost-tx phase 0 ticks 9600 9600 9600\n"
    "batches vhost-tx phase 1 ticks 9600 9600 9632\n"
)
END = "bench done\n"


def text(mode: Mode) -> str:
    return HEAD.format(mode=mode.value) + BODY + END


def test_deterministic_values_are_instructions_a_packet_by_phase() -> None:
    rx, tx = VhostBenchmark().read(text(Mode.DETERMINISTIC), mode=Mode.DETERMINISTIC)
    assert rx.metric.name == "vhost-rx:instructions_per_packet"
    assert rx.boots == ((100.0, 200.0, 100.0), (100.0, 100.0, 100.0))
    assert tx.metric.name == "vhost-tx:instructions_per_packet"
    assert tx.boots[1] == (300.0, 300.0, 301.0)
    assert tx.metric.better is Better.LOWER


def test_wall_values_are_packets_a_second_one_a_phase_in_one_boot() -> None:
    rx, tx = VhostBenchmark().read(text(Mode.WALL), mode=Mode.WALL)
    # The undisturbed batch: 32 packets in 3200 ns; one that took twice as long says nothing.
    assert rx.boots == ((1e7, 1e7),)
    assert tx.metric.name == "vhost-tx:packets_per_second"
    assert tx.metric.better is Better.HIGHER


@pytest.mark.parametrize(
    "output",
    [
        "",
        text(Mode.DETERMINISTIC).removesuffix(END),
        text(Mode.WALL),
        BODY + END,
        HEAD.format(mode="deterministic").replace("batch 32", "batch 0") + BODY + END,
        text(Mode.DETERMINISTIC).replace("9632", "0"),
    ],
    ids=["nothing", "cut off", "other mode", "no head", "no packets", "no time"],
)
def test_what_is_not_whole_gives_no_figures(output: str) -> None:
    assert VhostBenchmark().read(output, mode=Mode.DETERMINISTIC) == ()


def test_lines_of_others_are_passed_over() -> None:
    noise = "[   1.0] hello\nbatches vhost-tx phase x ticks 1\nbatches other phase 0 ticks 5\n"
    whole = text(Mode.DETERMINISTIC).replace(
        "batches vhost-tx phase 0", noise + "batches vhost-tx phase 0"
    )
    assert VhostBenchmark().read(whole, mode=Mode.DETERMINISTIC) == VhostBenchmark().read(
        text(Mode.DETERMINISTIC), mode=Mode.DETERMINISTIC
    )
