# SPDX-License-Identifier: GPL-2.0-or-later
"""A review with a bit of everything, hostile text included."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from vreview.model.bench import Better, Comparison, Metric, Mode, Samples, Speed
from vreview.model.coverage import FileLines, Gap, PatchCoverage
from vreview.model.kernel import Dropped, Kernel, KernelConfig, KernelKey, Toolchain
from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)
from vreview.model.review import (
    Applied,
    AppliedPatch,
    Base,
    BaseReason,
    Delta,
    Dismissal,
    Dismissed,
    Finding,
    How,
    HunkConflict,
    Refusal,
    Review,
    Stage,
    StageResult,
    StageState,
    Standing,
    Verdict,
)
from vreview.model.series import Cover, Mail, MessageId, Oid, Patch, Person, Series
from vreview.model.trial import (
    Booted,
    BootState,
    BuildState,
    Built,
    Case,
    CaseState,
    Run,
    Splat,
    Trial,
)
from vreview.model.walk import Depth, Span, StateTrial, Walk

AUTHOR = Person("Ada Möller", "ada@example.org")
LIST = Person("", "virtualization@lists.example.org")
REVIEWER = Person("Rei Viewer", "rei@example.net")
BASE = Oid("a" * 40)
TIP = Oid("b" * 40)
DAY = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)

BODY = """\
Pages of the ring are looked up once and kept.

Signed-off-by: Ada Möller <ada@example.org>
---
 drivers/virtio/ring_cache.c | 12 ++++++++++++
 1 file changed, 12 insertions(+)

diff --git a/drivers/virtio/ring_cache.c b/drivers/virtio/ring_cache.c
index 1111111..2222222 100644
--- a/drivers/virtio/ring_cache.c
+++ b/drivers/virtio/ring_cache.c
@@ -20,3 +20,15 @@ static int ring_cache_size(void)
 	return RING_CACHE_SIZE;
 }
 
+static int ring_cache_fill(struct ring_cache *cache)
+{
+	int err = 0;
+
+	mutex_lock(&cache->lock);
+	if (!cache->pages)
+		err = ENOMEM;
+	else
+		cache->users++;
+	mutex_unlock(&cache->lock);
+	return err;
+}
-- 
2.39.5
"""


def _mail(n: int, subject: str) -> Mail:
    return Mail(
        message_id=MessageId(f"20261120.{n}@example.org"),
        subject=subject,
        sender=AUTHOR,
        date=DAY,
        to=(LIST,),
        cc=(Person("Mick T.", "mick@example.com"), REVIEWER),
        references=(MessageId("20261120.0@example.org"),) if n else (),
    )


def _patch(n: int, title: str, body: str) -> Patch:
    return Patch(
        n=n,
        title=title,
        author=AUTHOR,
        date=DAY,
        message="",
        trailers=(),
        files=(),
        diff=b"",
        mail=_mail(n, f"[PATCH v2 {n}/2] {title}"),
        body=body,
    )


SERIES = Series(
    title="virtio: keep the ring's pages \x1b[31mat hand",
    version=2,
    total=2,
    patches=(
        _patch(1, "virtio: look the ring's pages up once", BODY),
        _patch(2, "virtio: use them", "No diff worth quoting.\n"),
    ),
    cover=Cover(
        "virtio: keep the ring's pages at hand",
        "",
        _mail(0, "[PATCH v2 0/2] virtio: keep the ring's pages at hand"),
    ),
)

POSITIVE = Observation(
    origin=Origin.RULE,
    tool="vreview",
    rule="positive-errno",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    category=Category.ERRNO,
    place=Place("drivers/virtio/ring_cache.c", 29, "ring_cache_fill"),
    message="err is set to ENOMEM, a positive number, and returned",
    question="err becomes ENOMEM here, without a minus sign, and ring_cache_fill() returns it:"
    " should this be -ENOMEM, so that callers that test for a negative value see the failure?",
    subject="err",
    evidence=(
        Step(
            "err = ENOMEM",
            Place("drivers/virtio/ring_cache.c", 29, "ring_cache_fill"),
            "\t\terr = ENOMEM;",
        ),
        Step(
            "returned to the caller",
            Place("drivers/virtio/ring_cache.c", 33, "ring_cache_fill"),
            "\treturn err;",
        ),
    ),
)

SPLAT = Observation(
    origin=Origin.CONSOLE,
    tool="console",
    rule="atomic-sleep",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    category=Category.RUNTIME,
    place=Place("", 0, "ring_cache_drop"),
    message="BUG: sleeping function called from invalid context in ring_cache_drop",
    question="The kernel with this series printed the report below during the tests, the one"
    " without it did not. Could you have a look?",
    subject="BUG: sleeping function called from invalid context in ring_cache_drop",
    evidence=(Step("BUG: sleeping function called from invalid context at ring.c:\x1b[2J12"),),
)

NOTE = replace(
    POSITIVE,
    rule="debug-leftover",
    severity=Severity.NOTE,
    category=Category.OTHER,
    place=Place("drivers/virtio/ring_cache.c", 200, ""),
    message="dump_stack() is called",
    question="",
    subject="dump_stack",
    evidence=(),
)

_KERNEL = Kernel(
    KernelKey(Oid("c" * 40), "CONFIG_NET=y", "gcc"),
    Path("/cache/kernels/x/bzImage"),
    KernelConfig("test", ("common", "test"), "CONFIG_NET=y", (Dropped("KASAN", "y", "n", "test"),)),
    Toolchain("gcc", "gcc (Debian) 12.2.0", "GNU ld 2.40"),
    "6.1.0",
)


def _built(side: str) -> Built:
    return Built(
        BuildState.BUILT,
        _KERNEL,
        (),
        Path(f"/runs/1/{side}.log"),
        61.25,
        compiled=("drivers/virtio/ring_cache.c",),
        not_compiled=(("drivers/x/y.c", "CONFIG_Y is not set"),),
    )


def _run(side: str, state: CaseState, splats: tuple[Splat, ...]) -> Run:
    return Run(
        "vhost",
        Booted(BootState.DONE, splats, Path(f"/runs/1/{side}.console"), "tcg", (("boot", 3.5),), 0),
        (Case("vhost", "tx", CaseState.PASSED), Case("vhost", "cow", state)),
    )


WARNING = replace(
    NOTE,
    origin=Origin.COMPILER,
    tool="gcc",
    rule="unused-variable",
    category=Category.BUILD,
    message="unused variable 'x'",
    subject="",
)

WALK = Walk(
    Depth.TEST,
    (
        StateTrial(0, BASE, _built("base"), (_run("base", CaseState.PASSED, ()),)),
        StateTrial(1, TIP, replace(_built("1"), state=BuildState.FAILED, kernel=None)),
        StateTrial(2, TIP, _built("tip"), (_run("tip", CaseState.FAILED, ()),)),
    ),
    (
        Span(WARNING, 0, 1, 1, 2),
        Span(SPLAT, 0, 2, 2),
    ),
)

_METRIC = Metric(
    "vhost-tx:instructions_per_packet", "instructions", Better.LOWER, Mode.DETERMINISTIC
)
SLOWER = Comparison(
    _METRIC,
    Samples(_METRIC, ((100.0, 101.0),)),
    Samples(_METRIC, ((110.0, 111.0),)),
    100.0,
    110.0,
    0.1,
    0.1,
    0.1,
    1.0,
    0.002,
    Speed.SLOWER,
    "beyond the threshold of 0.20 %",
)

_RING = "drivers/virtio/ring_cache.c"
COVERAGE = PatchCoverage(
    1,
    compiled=21,
    ran=14,
    suites=(("smoke", 3), ("vhost", 14)),
    gaps=(
        Gap(_RING, 31, 31, 1, "ring_cache_make"),
        Gap(
            *(_RING, 40, 43, 3, "ring_cache_make", True),
            "an allocation in ring_alloc() failing (the 2nd that can in QUUX_SET\x1b[2J)",
        ),
        Gap(_RING, 88, 93, 3, "ring_cache_fill", error_path=True),
    ),
    files=(FileLines(_RING, tuple(range(10, 24)), (31, 40, 42, 43, 88, 90, 93)),),
)

REVIEW = Review(
    series=SERIES,
    applied=Applied(
        Base(BASE, "Linux 6.1", BaseReason.TRAILER, "2 of 2 blobs"),
        (
            AppliedPatch(
                1, MessageId("20261120.1@example.org"), "virtio: one", TIP, TIP, How.EXACT
            ),
            AppliedPatch(
                2, MessageId("20261120.2@example.org"), "virtio: two", TIP, TIP, How.OFFSET
            ),
        ),
    ),
    stages=(
        StageResult(Stage.APPLY, StageState.DONE, 0.25),
        StageResult(Stage.BUILD, StageState.DONE, 61.25),
        StageResult(Stage.PERF, StageState.NOT_RUN, why="asked for with --skip"),
    ),
    findings=(
        Finding(
            POSITIVE, 1, 1, standing=Standing.PERSISTS, notes=("persists since v1",), shown=(SPLAT,)
        ),
        Finding(NOTE, 2),
        Finding(SPLAT),
    ),
    dismissed=(
        Dismissed(
            Finding(replace(POSITIVE, subject="other"), 1),
            Dismissal(
                replace(POSITIVE, subject="other").fingerprint,
                "the caller\x1b[2J negates it",
                date(2027, 1, 31),
            ),
        ),
    ),
    addressed=(
        Finding(
            replace(NOTE, subject="gone"),
            2,
            standing=Standing.ADDRESSED,
            notes=("was in v1, gone in v2",),
        ),
    ),
    delta=Delta(new=(POSITIVE, NOTE, SPLAT)),
    base_trials=(Trial(BASE, "test", _built("base"), (_run("base", CaseState.PASSED, ()),)),),
    tip_trials=(
        Trial(
            TIP,
            "test",
            _built("tip"),
            (
                _run(
                    "tip",
                    CaseState.FAILED,
                    (Splat("atomic-sleep", "BUG: sleeping", ("ring_cache_drop",), "", 120),),
                ),
            ),
        ),
    ),
    comparisons=(SLOWER,),
    verdict=Verdict.NEW_PROBLEMS,
    remarks=("not compiled in: drivers/x/y.c (CONFIG_Y is not set)",),
    walk=WALK,
    coverage=(COVERAGE,),
)

CONFLICT = replace(
    REVIEW,
    applied=Applied(
        Base(BASE, "Linux 6.1", BaseReason.HEAD),
        (
            AppliedPatch(
                1,
                MessageId("20261120.1@example.org"),
                "virtio: one",
                None,
                None,
                refusal=Refusal.CONFLICT,
                why="conflict: drivers/virtio/ring_cache.c, hunk 1 finds no place",
                conflicts=(
                    HunkConflict(
                        "drivers/virtio/ring_cache.c",
                        1,
                        "@@ -20,3 +20,15 @@",
                        ("return RING_CACHE_SIZE;",),
                        ("return RING_CACHE_BYTES;",),
                        23,
                    ),
                ),
            ),
        ),
    ),
    stages=(StageResult(Stage.APPLY, StageState.FAILED, 0.25, "not every patch applies"),),
    findings=(),
    dismissed=(),
    addressed=(),
    base_trials=(),
    tip_trials=(),
    comparisons=(),
    verdict=Verdict.CANNOT_TELL,
    walk=None,
    coverage=(),
    remarks=(),
)
