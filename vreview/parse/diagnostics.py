# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel build's log as observations: gcc, clang, ld, objtool, modpost, make and Kconfig.

Accepted lines (``PATH`` may start with the source folder, which is taken off):

    PATH: In function 'f':                      the function of what follows for this PATH
    PATH:LINE[:COL]: error|warning: TEXT [-Wflag]
    PATH:LINE[:COL]: note: TEXT                 evidence of the one before, as are "12 | code" lines
    ld: OBJECT: in function `f':                the place of what the linker says next
    [ld: ]FILE:(.text+0x1): undefined reference to `sym'
    OBJECT: warning: objtool: f()+0x1: TEXT
    WARNING|ERROR: modpost: TEXT
    make[N]: *** [WHERE: TARGET] Error N        only when nothing else explains the failure
    PATH:LINE:[ ]error|warning: TEXT, PATH:LINE: syntax error, WARNING: unmet direct …  of Kconfig

Every diagnostic knows its *unit*, the object being made when it was printed ("drivers/vhost/net",
no extension): a warning in a header belongs to the file that included it. Does not read files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from vreview.model.observation import (
    Category,
    Confidence,
    Observation,
    Origin,
    Place,
    Severity,
    Step,
)

LINKED = "vmlinux"
"""The unit of what the linker and modpost say about the whole kernel."""

_MAX_EVIDENCE = 12
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "`": "'"})

_MADE = re.compile(
    r"^\s{1,4}(?:CC|CC \[M\]|AS|AS \[M\]|LD|LD \[M\]|AR|HOSTCC|MODPOST|CHKSHA1)\s+(?P<target>\S+)$"
)
_PROGRESS = re.compile(r"^  [A-Z]+(?: \[M\])?\s+(?P<target>\S+)$")
_CONTEXT = re.compile(r"^(?P<path>[^\s:]+): In function '(?P<function>[^']+)'[:,]$")
_TOP_LEVEL = re.compile(r"^(?P<path>[^\s:]+): At top level:$")
_FROM = re.compile(r"^(?:In file included|\s+) *from (?P<path>[^\s:]+):\d+(?::\d+)?[:,]$")
_COMPILER = re.compile(
    r"^(?P<path>[^\s:]+):(?P<line>\d+):(?:\d+:)? "
    r"(?P<kind>fatal error|error|warning|note): (?P<text>.*)$"
)
_FLAG = re.compile(r"\s*\[(?:-Werror,)?-W(?:error=)?(?P<flag>[^\]]+)\]$")
_CODE = re.compile(r"^\s*(?P<line>\d+)? *\| ?(?P<source>.*)$")
_LD_CONTEXT = re.compile(
    r"^(?:\S*ld(?:\.\w+)?: )?(?P<object>\S+): in function '(?P<function>[^']+)':$"
)
_LD = re.compile(
    r"^(?:\S*ld(?:\.\w+)?: )?(?P<where>[^\s:]+):\([^)]*\): "
    r"(?P<text>(?:more )?(?P<what>undefined references? to|multiple definition of) "
    r"'(?P<symbol>[^']+)'.*)$"
)
_OBJTOOL = re.compile(
    r"^(?P<object>\S+\.o): (?P<kind>warning|error): objtool: "
    r"(?P<where>[\w.$]+(?:\(\))?(?:\+0x[0-9a-f]+)?)(?P<text>:? .*)$"
)
_MODPOST = re.compile(r"^(?P<kind>WARNING|ERROR): modpost: (?P<text>.+)$")
_SECTION = re.compile(r"section mismatch in reference: (?P<from>[\w.]+) .*-> (?P<to>[\w.]+)")
_UNDEFINED = re.compile(r'^"(?P<symbol>[^"]+)" \[(?P<module>[^\]]+)\] undefined!$')
_MAKE = re.compile(r"^make(?:\[\d+\])?: \*\*\* (?P<text>.+)$")
_MAKE_TARGET = re.compile(r"^\[[^\]]*?(?P<target>[^\s:\]]+)\] Error \d+$")
_MAKE_RULE = re.compile(r"^No rule to make target '(?P<target>[^']+)'")
_KCONFIG = re.compile(
    r"^(?P<path>[^\s:]*Kconfig[^\s:]*):(?P<line>\d+): ?(?:(?P<kind>error|warning): ?)?(?P<text>.+)$"
)
_UNMET = re.compile(r"^WARNING: unmet direct dependencies detected for (?P<symbol>\w+)$")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An observation, the unit it was made for, and the log's own lines (to be parsed again)."""

    unit: str
    observation: Observation
    text: str


@dataclass(slots=True)
class _Reader:
    """Where the reading of a log stands."""

    prefixes: tuple[str, ...]
    functions: dict[str, str] = field(default_factory=dict)
    function_lines: dict[str, str] = field(default_factory=dict)
    chain: list[str] = field(default_factory=list)
    chain_lines: list[str] = field(default_factory=list)
    included: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    linking: tuple[str, str, str] | None = None
    current: Diagnostic | None = None

    def relative(self, path: str) -> str:
        """The path from the top of the source; hostile ``..`` stays inside."""
        for prefix in self.prefixes:
            if path.startswith(prefix):
                path = path[len(prefix) :]
                break
        return path.removeprefix("./")


def unit_of(target: str) -> str:
    """``drivers/vhost/net.o``, ``.c`` or ``.S`` → ``drivers/vhost/net``."""
    return str(PurePosixPath(target).with_suffix("")) if target else ""


def units_made(log: str) -> tuple[str, ...]:
    """The units that this log's make compiled or linked, in order, from its ``CC x.o`` lines."""
    found = []
    for line in log.splitlines():
        if match := _MADE.match(line):
            target = match["target"]
            whole = target in ("vmlinux", "vmlinux.o", "modules.builtin") or target.startswith(
                (".tmp_vmlinux", "Module.symvers")
            )
            found.append(LINKED if whole else unit_of(target))
    return tuple(dict.fromkeys(found))


def parse_diagnostics(
    log: str, *, source: str = "", build: str = "", tool: str = "gcc"
) -> tuple[Diagnostic, ...]:
    """All diagnostics of a log in order; doubles (one header, many units) stay.

    ``source`` and ``build`` are the folders that paths in the log may start with; ``tool`` is the
    compiler's name for the observations.
    """
    reader = _Reader(tuple(f"{p.rstrip('/')}/" for p in (source, build) if p))
    found: list[Diagnostic] = []
    for line in log.splitlines():
        done = _read_line(reader, line.rstrip("\r"), tool)
        if done is not None:
            found.append(done)
    if reader.current is not None:
        found.append(reader.current)
    return tuple(found)


def observations(diagnostics: Sequence[Diagnostic]) -> tuple[Observation, ...]:
    """Each fact once, in order of first sight; what only make says when nothing explains it."""
    unique = {d.observation.fingerprint: d.observation for d in reversed(diagnostics)}
    ordered = [
        unique.pop(d.observation.fingerprint)
        for d in diagnostics
        if d.observation.fingerprint in unique
    ]
    explained = any(o.severity is Severity.ERROR and o.tool != "make" for o in ordered)
    return tuple(o for o in ordered if o.tool != "make" or not explained)


def _read_line(reader: _Reader, raw: str, tool: str) -> Diagnostic | None:
    """Reads one line; gives back the diagnostic that it ended, if it began another."""
    line = raw.translate(_QUOTES)
    if _PROGRESS.match(line):
        reader.chain, reader.chain_lines, reader.linking = [], [], None
    if _read_context(reader, line, raw):
        return None
    if _read_evidence(reader, line, raw):
        return None
    started = (
        _compiler(reader, line, raw, tool)
        or _linker(reader, line, raw)
        or _objtool(reader, line, raw)
        or _modpost(line, raw)
        or _kconfig(reader, line, raw)
        or _make(line, raw)
    )
    if started is None and reader.current is None:
        return None
    ended, reader.current = reader.current, started
    return ended


def _read_context(reader: _Reader, line: str, raw: str) -> bool:
    """ "In function", "In file included from": what the next diagnostic's place depends on."""
    if match := _FROM.match(line):
        # gcc goes outwards and indents; clang starts with the outermost and repeats the words.
        if not reader.chain or not line.startswith("In file"):
            reader.chain.append(reader.relative(match["path"]))
        reader.chain_lines.append(raw)
        return True
    if match := _CONTEXT.match(line):
        reader.functions[reader.relative(match["path"])] = match["function"]
        reader.function_lines[reader.relative(match["path"])] = raw
        return True
    if match := _TOP_LEVEL.match(line):
        reader.functions.pop(reader.relative(match["path"]), None)
        return True
    if match := _LD_CONTEXT.match(line):
        reader.linking = (reader.relative(match["object"]), match["function"], raw)
        return True
    return False


def _read_evidence(reader: _Reader, line: str, raw: str) -> bool:
    """Code lines and notes under a compiler's diagnostic, Kconfig's explanation under its."""
    if reader.current is None:
        return False
    seen = reader.current.observation
    step: Step | None = None
    if seen.tool == "kconfig" and raw.startswith(("  ", "\t")) and seen.rule == "unmet-dependency":
        step = Step(text=" ".join(line.split()))
    elif seen.origin is not Origin.COMPILER or seen.tool in ("ld", "make", "modpost", "objtool"):
        return False
    elif (match := _COMPILER.match(line)) and match["kind"] == "note":
        place = Place(reader.relative(match["path"]), int(match["line"]))
        step = Step(text=match["text"], place=place)
    elif match := _CODE.match(line):
        if match["line"] is None:  # the carets
            return True
        step = Step(
            text="", place=Place(seen.place.file, int(match["line"])), source=match["source"]
        )
    if step is None:
        return False
    text = f"{reader.current.text}\n{raw}"
    evidence = (*seen.evidence, step)[:_MAX_EVIDENCE]
    reader.current = replace(
        reader.current, observation=replace(seen, evidence=evidence), text=text
    )
    return True


def _observed(
    tool: str, rule: str, kind: str, place: Place, message: str, *, subject: str = ""
) -> Observation:
    bad = "error" in kind.lower()
    return Observation(
        origin=Origin.KCONFIG if tool == "kconfig" else Origin.COMPILER,
        tool=tool,
        rule=rule,
        severity=Severity.ERROR if bad else Severity.WARNING,
        confidence=Confidence.HIGH,
        category=Category.BUILD,
        place=place,
        message=message,
        subject=subject,
    )


def _compiler(reader: _Reader, line: str, raw: str, tool: str) -> Diagnostic | None:
    match = _COMPILER.match(line)
    # A note with no diagnostic above it explains nothing.
    if match is None or match["kind"] == "note" or "Kconfig" in match["path"]:
        return None
    path = reader.relative(match["path"])
    flag = _FLAG.search(match["text"])
    text = _FLAG.sub("", match["text"])
    # gcc says from where a header was included once, not again for its next diagnostic there.
    if reader.chain:
        reader.included[path] = (unit_of(reader.chain[-1]), tuple(reader.chain_lines))
        reader.chain, reader.chain_lines = [], []
    unit, chain = reader.included.get(path, (unit_of(path), ()))
    function = reader.functions.get(path, "")
    inside = reader.function_lines[path] if function else f"{path}: At top level:"
    observed = _observed(
        tool,
        flag["flag"] if flag else match["kind"].split()[-1],
        match["kind"],
        Place(path, int(match["line"]), function),
        text,
    )
    return Diagnostic(unit, observed, "\n".join([*chain, inside, raw]))


def _linker(reader: _Reader, line: str, raw: str) -> Diagnostic | None:
    match = _LD.match(line)
    if match is None:
        return None
    # The context names the object with its folder, the line itself only "net.c".
    where = reader.relative(match["where"])
    holder, function, before = (where, "", "")
    if reader.linking and not where.endswith(".o"):
        holder, function, before = reader.linking
    file = str(PurePosixPath(holder).with_suffix(".c")) if holder.endswith(".o") else holder
    rule = "multiple-definition" if "multiple" in match["what"] else "undefined-reference"
    observed = _observed(
        "ld", rule, "error", Place(file, 0, function), match["text"], subject=match["symbol"]
    )
    return Diagnostic(LINKED, observed, f"{before}\n{raw}" if before else raw)


def _objtool(reader: _Reader, line: str, raw: str) -> Diagnostic | None:
    match = _OBJTOOL.match(line)
    if match is None:
        return None
    target = reader.relative(match["object"])
    whole = target == "vmlinux.o"
    function = re.split(r"[(+]", match["where"])[0]
    place = Place("" if whole else f"{unit_of(target)}.c", 0, function)
    text = f"{function}() {match['text'].lstrip(': ')}" if function else match["text"]
    observed = _observed("objtool", "objtool", match["kind"], place, text)
    return Diagnostic(LINKED if whole else unit_of(target), observed, raw)


def _modpost(line: str, raw: str) -> Diagnostic | None:
    match = _MODPOST.match(line)
    if match is None:
        return None
    rule, place, subject = "modpost", Place(""), ""
    if section := _SECTION.search(match["text"]):
        rule, place, subject = "section-mismatch", Place("", 0, section["from"]), section["to"]
    elif undefined := _UNDEFINED.match(match["text"]):
        rule, subject = "undefined-symbol", undefined["symbol"]
        place = Place(undefined["module"])
    observed = _observed("modpost", rule, match["kind"], place, match["text"], subject=subject)
    return Diagnostic(LINKED, observed, raw)


def _kconfig(reader: _Reader, line: str, raw: str) -> Diagnostic | None:
    if match := _UNMET.match(line):
        message = f"a select overrides unmet dependencies of {match['symbol']}"
        observed = _observed(
            "kconfig", "unmet-dependency", "warning", Place(""), message, subject=match["symbol"]
        )
        return Diagnostic("", observed, raw)
    if match := _KCONFIG.match(line):
        # Kconfig marks only its later messages; a syntax error stands without a word before it.
        place = Place(reader.relative(match["path"]), int(match["line"]))
        observed = _observed("kconfig", "kconfig", match["kind"] or "error", place, match["text"])
        return Diagnostic("", observed, raw)
    return None


def _make(line: str, raw: str) -> Diagnostic | None:
    match = _MAKE.match(line)
    if match is None:
        return None
    text = match["text"]
    if rule := _MAKE_RULE.match(text):
        target = rule["target"]
        place = Place(f"{unit_of(target)}.c" if target.endswith(".o") else target)
        return Diagnostic(LINKED, _observed("kbuild", "no-rule", "error", place, text), raw)
    if failed := _MAKE_TARGET.match(text):
        target = failed["target"]
        message = f"make could not make {target}"
        observed = _observed("make", "make", "error", Place(target), message, subject=target)
        return Diagnostic(LINKED, observed, raw)
    return None


def progress_target(line: str) -> str:
    """What a progress line ("  CC      init/main.o") is about; "" for any other line."""
    match = _PROGRESS.match(line)
    return match["target"] if match else ""
