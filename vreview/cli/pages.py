# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands under each command's options: exit status, files, examples, as in a manual page.

What a command does is its docstring's to say; this holds no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass

_BAD_INPUT = (2, "bad input or usage")
_OURS = (3, "the machine or a tool failed")
_NOT_BUILT = (4, "the kernel was not built; its log is named")
_RUNS = ("$XDG_STATE_HOME/vreview/runs/", "one folder a review")
_STAGES = ("$XDG_STATE_HOME/vreview/stages/", "consoles, one folder a call")
_CACHE = ("$XDG_CACHE_HOME/vreview/", "kernels, trees; may be deleted")
_STORED = (_RUNS, _STAGES, _CACHE)
_DISMISSED = ("$XDG_CONFIG_HOME/vreview/dismissed.toml", "what was dismissed")
_CONFIG = ("$XDG_CONFIG_HOME/vreview/config.toml", "the settings")


@dataclass(frozen=True, slots=True)
class Page:
    """A command's one line in the list of commands, and the end of its help."""

    summary: str
    """At most 60 characters, so that no terminal of 80 columns cuts it."""
    status: tuple[tuple[int, str], ...]
    examples: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()

    @property
    def epilog(self) -> str:
        """Paragraphs that typer prints as they stand (the \\b above each says so)."""
        parts = ["Exit status:", *(f"  {code:<3}  {what}" for code, what in self.status)]
        blocks = ["\n".join(parts)]
        if self.files:
            width = max(len(path) for path, _ in self.files)
            lines = [f"  {path:{width}}  {what}" for path, what in self.files]
            blocks.append("\n".join(["Files:", *lines]))
        blocks.append("\n".join(["Examples:", *(f"  {line}" for line in self.examples)]))
        return "\n\n".join(f"\b\n{block}" for block in blocks)


TOP = Page(
    summary="Patch review and regression bisection for the Linux kernel.",
    status=(
        (0, "nothing new"),
        (1, "something new"),
        _BAD_INPUT,
        _OURS,
        (4, "it ran and cannot tell"),
        (70, "a bug of vreview"),
        (130, "interrupted"),
    ),
    files=(_CONFIG, _RUNS, _CACHE),
    examples=(
        "vreview doctor",
        "vreview review thread.mbox --tree ~/linux",
        "vreview lint thread.mbox --no-tree",
    ),
)

REVIEW = Page(
    summary="From a series to a verdict: apply, build, boot, test, read.",
    status=(
        (0, "nothing new: all stages came to their end on both sides"),
        (1, "something new: a finding, warning, splat, failed test, lost speed"),
        _BAD_INPUT,
        _OURS,
        (4, "cannot tell: it does not apply, or the base fails as well"),
        (130, "interrupted; --resume goes on"),
    ),
    files=(_RUNS, _DISMISSED, _CACHE),
    examples=(
        "vreview review thread.mbox --tree ~/linux",
        "vreview review --base v6.1 --skip perf 0001-*.patch 0002-*.patch",
        "vreview review --format mail HEAD~3.. > replies.mbox",
        "vreview review --per-patch test thread.mbox",
        "vreview review --resume",
        "vreview review v2.mbox --since v1.mbox",
    ),
)

APPLY = Page(
    summary="Make commits of a series, without touching the checkout.",
    status=(
        (0, "all of it applied"),
        (1, "a patch is missing or does not apply; the reason is given"),
        _BAD_INPUT,
        _OURS,
    ),
    examples=(
        "vreview apply thread.mbox --tree ~/linux --branch under-review",
        "vreview apply --format json - < thread.mbox",
    ),
)

LINT = Page(
    summary="Say what the rules find in a series; nothing is built.",
    status=(
        (0, "nothing found"),
        (1, "a warning or an error was found"),
        _BAD_INPUT,
        _OURS,
        (4, "nothing found, but not every patch could be read"),
    ),
    files=(("$XDG_STATE_HOME/vreview/lints/", "what explain shows"), _DISMISSED),
    examples=(
        "vreview lint thread.mbox --tree ~/linux",
        "git format-patch --stdout -1 | vreview lint --no-tree -",
        "vreview lint --no-tree --each --format jsonl patches/*.patch",
        "vreview lint v2.mbox --since v1.mbox",
    ),
)

INDEX = Page(
    summary="Read a whole tree once, so that lints know its functions.",
    status=((0, "indexed"), _BAD_INPUT, _OURS, (130, "interrupted; the same command goes on")),
    files=(("$XDG_CACHE_HOME/vreview/index/", "the index; may be deleted"),),
    examples=(
        "vreview index",
        "vreview index v6.1 --tree ~/linux --jobs 2",
    ),
)

EXPLAIN = Page(
    summary="Show one finding's path, line by line, and what would help.",
    status=((0, "shown"), (2, "bad input or usage: no kept result has this id"), _OURS),
    files=(
        ("$XDG_STATE_HOME/vreview/lints/", "the last 30 lints that found something"),
        _RUNS,
    ),
    examples=("vreview lint thread.mbox", "vreview explain 51ca28c7e3"),
)

DISMISS = Page(
    summary="Take a finding out of later reports, with a reason.",
    status=((0, "written"), _BAD_INPUT, _OURS),
    files=(
        ("$XDG_CONFIG_HOME/vreview/dismissed.toml", "where, unless 'dismissed' is set"),
        _CONFIG,
    ),
    examples=(
        'vreview dismiss 51ca28c7e3 --reason "its caller negates it"',
        'vreview dismiss 51ca28c7e3 --reason "fixed next cycle" --until 2030-06-30',
        'vreview dismiss 51ca28c7e3 --reason "by design" --file ~/team.toml',
    ),
)

BUILD = Page(
    summary="Build a bootable kernel of one revision, or find it stored.",
    status=((0, "built, or in the store"), (1, "it does not build"), _BAD_INPUT, _OURS),
    files=(_CACHE,),
    examples=(
        "vreview build v6.1 --tree ~/linux",
        "vreview build HEAD --profile perf | head -1",
    ),
)

BOOT = Page(
    summary="Boot one revision; say what its kernel reports.",
    status=(
        (0, "it booted and reported nothing"),
        (1, "it did not boot, or reported an oops, a warning, ..."),
        _BAD_INPUT,
        _OURS,
        _NOT_BUILT,
    ),
    files=(_STAGES, _CACHE),
    examples=("vreview boot v6.1 --tree ~/linux", "vreview boot -c accelerator=tcg"),
)

TEST = Page(
    summary="Run the test suites in one revision's kernel.",
    status=(
        (0, "all passed"),
        (1, "a test failed, or the kernel reported something"),
        _BAD_INPUT,
        _OURS,
        _NOT_BUILT,
    ),
    files=(_STAGES, _CACHE),
    examples=("vreview test HEAD --tree ~/linux", "vreview test --suite vhost HEAD~1"),
)

PERF = Page(
    summary="Measure one revision's kernel with every benchmark.",
    status=((0, "measured"), (1, "it did not boot"), _BAD_INPUT, _OURS, _NOT_BUILT),
    files=(_STAGES, _CACHE),
    examples=("vreview perf v6.1 --tree ~/linux", "vreview perf --mode wall --boots 8"),
)

REPLAY = Page(
    summary="Show a failure that a review reported once more.",
    status=(
        (0, "it did not show again"),
        (1, "it showed again"),
        _BAD_INPUT,
        _OURS,
        (4, "cannot tell: other code, no kernel, or a boot that did not end"),
    ),
    files=(_RUNS, _CACHE),
    examples=(
        "vreview replay reproducers/51ca28c7e3-kasan",
        "vreview replay --runs 20 ./51ca28c7e3-test-failed --tree ~/linux",
    ),
)

DOCTOR = Page(
    summary="Say whether this machine is ready, and what to type if not.",
    status=((0, "ready"), _BAD_INPUT, (3, "something is missing")),
    files=(_CONFIG, _CACHE),
    examples=("vreview doctor", "sudo vreview doctor --fix"),
)

TREE = Page(
    summary="Kernel sources without a history, as git trees.",
    status=((0, "done"), _BAD_INPUT, _OURS),
    files=(("$XDG_CACHE_HOME/vreview/trees/", "the imported trees"),),
    examples=("vreview tree list",),
)

TREE_IMPORT = Page(
    summary="Import kernel sources once into a git tree in the cache.",
    status=TREE.status,
    files=TREE.files,
    examples=(
        "vreview tree import /usr/src/linux-source-6.1.tar.xz --name linux-6.1",
        "vreview tree import ~/linux-6.6",
    ),
)

TREE_LIST = Page(
    summary="Print the imported trees' paths.",
    status=((0, "printed, if there are any"),),
    files=TREE.files,
    examples=('vreview review thread.mbox --tree "$(vreview tree list | head -1)"',),
)

CACHE = Page(
    summary="List what is kept on disk, and make room.",
    status=((0, "done"), _BAD_INPUT, _OURS),
    files=_STORED,
    examples=("vreview cache list", "vreview cache prune --max-size 20G --dry-run"),
)

CACHE_LIST = Page(
    summary="Print what is kept, with size and last use.",
    status=((0, "printed"),),
    files=_STORED,
    examples=("vreview cache list", "vreview cache list | grep kernel"),
)

CACHE_PRUNE = Page(
    summary="Remove what was not used for long.",
    status=((0, "removed, or nothing to remove"), _BAD_INPUT, _OURS),
    files=_STORED,
    examples=(
        "vreview cache prune --dry-run",
        "vreview cache prune --keep-days 7 --max-size 20G",
    ),
)

RULES = Page(
    summary="List, read, begin and test the rules.",
    status=((0, "done"), (1, "a rule does not keep what its examples promise"), _BAD_INPUT),
    files=(("AREA/ID/", "rule.toml, .yml or .cocci; README.md, bad.c, good.c"),),
    examples=("vreview rules list", "vreview rules show missing-unlock"),
)

RULES_LIST = Page(
    summary="Print all rules, one a line.",
    status=((0, "printed"), _BAD_INPUT),
    files=(_CONFIG,),
    examples=(
        "vreview rules list",
        "vreview rules list --format json -c rules_off=errno/minus-one-errno",
        "vreview rules list --rules ~/my-rules",
    ),
)

RULES_MINE = Page(
    summary="Propose pairs and conventions from a tree's own code.",
    status=((0, "printed"), _BAD_INPUT, _OURS, (130, "interrupted")),
    examples=(
        "vreview rules mine ~/linux --kind pairs",
        "vreview rules mine --into /tmp/proposed",
    ),
)

RULES_SHOW = Page(
    summary="Print one rule's page, its weight and its history.",
    status=((0, "printed"), _BAD_INPUT),
    files=(_CONFIG,),
    examples=("vreview rules show locking/missing-unlock", "vreview rules show positive-errno"),
)

RULES_NEW = Page(
    summary="Begin a rule: a folder that says what is to be written.",
    status=((0, "written"), _BAD_INPUT, _OURS),
    files=(("AREA/ID/", "rule.yml, .cocci or .toml; README.md, bad.c, good.c"),),
    examples=(
        "vreview rules new locking/held-too-long --rules ~/my-rules",
        "vreview rules new leak/lost-node --rules rules --by check",
    ),
)

RULES_TEST = Page(
    summary="Hold rules against their own bad.c and good.c.",
    status=((0, "all passed"), (1, "a promise is not kept; it is named"), _BAD_INPUT, _OURS),
    files=(("AREA/ID/", "rule.toml, .yml or .cocci; README.md, bad.c, good.c"),),
    examples=(
        "vreview rules test",
        "vreview rules test missing-unlock positive-errno",
        "vreview rules test --rules ~/my-rules",
    ),
)
