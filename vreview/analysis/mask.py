# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel C, overwritten in place until a plain C grammar can read it: same length, same lines.

Comments, directives, annotations and file-scope macros become blanks; iterators become ``while``.
It decides no semantics beyond which arm of an ``#if`` is read: the first (of ``#if 0`` the other).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LEXEMES = re.compile(
    rb"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(\w*)((?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)
_NOT_NEWLINE = re.compile(rb"[^\n]")

_WORDS = (
    rb"__user __iomem __percpu __rcu __force __kernel __init __exit __initdata __exitdata "
    rb"__init_or_module __cold __hot __must_check __always_unused __maybe_unused __used __weak "
    rb"__pure __read_mostly __ro_after_init __packed __sched noinline notrace __visible "
    rb"asmlinkage __always_inline noinline_for_stack __net_init __net_exit __net_initdata "
    rb"__cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_aligned "
    rb"__cacheline_aligned_in_smp __latent_entropy __noreturn __meminit __meminitdata __ref "
    rb"__refdata __initconst __deprecated __private __bitwise __nocast __safe __lockfunc "
    rb"__cpuinit __devinit __devexit __unused __malloc __kprobes nokprobe_inline __irq_entry "
    rb"__softirq_entry __no_sanitize_address __no_kcsan __no_kasan_or_inline __nonstring "
    rb"__no_randomize_layout __randomize_layout __designated_init __attribute_const__ "
    rb"__init_memblock __cpuidle __mustcheck __exit_p fallthrough_ __extension__ __inittest "
    rb"__naked __signed __net_exitdata __paginginit noinstr __always_init __flatten "
    rb"__releases_nothing __compat_only __bpf_kfunc __init_or_acpilib __refconst __nosavedata"
).split()
_CALLS = (
    rb"__acquires __releases __must_hold __acquire_ __printf __scanf __aligned __attribute__ "
    rb"__attribute __section __alias __alloc_size __counted_by __cond_acquires __guarded_by "
    rb"__free __cleanup __diag_push __diag_ignore __diag_pop __diag __assume_aligned __no_sanitize "
    rb"__realloc_size __error __warning __printf_like __format __mode __asm__ __compiletime_error "
    rb"__cond_lock_ __flexarr __nonnull __diag_ignore_all __diag_warn __sysfs_printf "
    rb"__acquires_shared __releases_shared __ETHTOOL_DECLARE_LINK_MODE_MASK_"
).split()
_SPECIAL = re.compile(
    rb"\b(?:(?P<word>" + b"|".join(_WORDS) + rb")\b"
    rb"|(?P<call>" + b"|".join(_CALLS) + rb")\s*\("
    rb"|(?P<iter>\w*for_each\w*|scoped_guard|scoped_cond_guard)\s*\("
    rb"|(?P<size>__alignof__|__alignof)\b"
    rb"|(?P<type>typeof|__typeof__|__typeof|typeof_member|__auto_type)\b)"
)
_RANGE_CASE = re.compile(rb"(\bcase\b[^:;{}\n]*?)(\.\.\.[^:;{}]*)(?=:)")
_STRUCT_ARG = re.compile(
    rb"(?P<open>[,(]\s*)(?P<type>(?:const\s+)?(?:struct|union|enum)\s+\w+[\s*]*|"
    rb"(?:const\s+)?(?:unsigned|signed|long|short|int|char|void)\b"
    rb"(?:[ \t]+(?:long|int|char|short)\b)*"
    rb"[\s*]*|\w+\s*\*+\s*)(?=(?P<end>[,)]))"
)
_STRUCT_WORD = re.compile(rb"\b(?:struct|union|enum|const)\b|\*")
_INT_WORD = re.compile(rb"\b(?:unsigned|signed|long|short|int|char|void)\b")
_FILE_MACRO = re.compile(
    rb"^(?:static[ \t]+|extern[ \t]+)?([A-Z_][A-Z0-9_]{3,}|module_\w+|\w+_initcall"
    rb"\w*|late_initcall\w*|postcore_\w+|pure_initcall)[ \t]*\(",
    re.MULTILINE,
)
_STATEMENT_START = b"{};):"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and the lines that it covers, from 1."""

    first: int
    last: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Masked:
    """The readable text; ``iterators`` maps the offset of a made ``while`` to the macro's name."""

    text: bytes
    iterators: Mapping[int, str]
    comments: tuple[Comment, ...]


def mask(text: bytes) -> Masked:
    """Overwrite what the grammar cannot read. ``len(mask(t).text) == len(t)``, newlines kept."""
    work = bytearray(text.replace(b"\r", b" ").replace(b"\f", b" ").replace(b"\0", b" "))
    comments = _blank_lexemes(work)
    if b"#" in work:
        _choose_arms(work)
    _blank_file_macros(work)
    iterators = _blank_annotations(work)
    for found in _RANGE_CASE.finditer(bytes(work)):
        _blank(work, *found.span(2))
    _plain_type_arguments(work)
    return Masked(bytes(work), iterators, comments)


def _blank(work: bytearray, start: int, end: int) -> None:
    work[start:end] = _NOT_NEWLINE.sub(b" ", bytes(work[start:end]))


def _blank_lexemes(work: bytearray) -> tuple[Comment, ...]:
    comments: list[Comment] = []
    line, counted = 1, 0
    source = bytes(work)
    for found in _LEXEMES.finditer(source):
        start, end = found.span()
        if source[start : start + 1] == b"/":
            line += source.count(b"\n", counted, start)
            counted = start
            words = source[start:end]
            comments.append(Comment(line, line + words.count(b"\n"), words))
            _blank(work, start, end)
        elif end - start > 2:
            # Only what is between the quotes; a char constant keeps one character.
            filler = b"0" if source[start : start + 1] == b"'" else b" "
            body = _NOT_NEWLINE.sub(filler, source[start + 1 : end - 1])
            if filler == b"0":
                body = b"0" + b" " * (len(body) - 1)
                work[start:end] = b" " + body + b" "
            else:
                work[start + 1 : end - 1] = body
    return tuple(comments)


def _choose_arms(work: bytearray) -> None:
    """Blank every directive and all arms of a conditional but the one that is read."""
    source = bytes(work)
    stack: list[tuple[bool, bool]] = []  # (this arm is read, an arm was already read)
    dead_from: int | None = None
    for found in _DIRECTIVE.finditer(source):
        name, rest = found.group(1), found.group(2).strip()
        if name in (b"if", b"ifdef", b"ifndef"):
            live = not (name == b"if" and rest in (b"0", b"false"))
            stack.append((live, live))
        elif name in (b"else", b"elif", b"elifdef", b"elifndef"):
            taken = stack.pop()[1] if stack else True
            stack.append((not taken, True))
        elif name == b"endif" and stack:
            stack.pop()
        dead = any(not live for live, _ in stack)
        if dead and dead_from is None:
            dead_from = found.start()
        elif not dead and dead_from is not None:
            _blank(work, dead_from, found.start())
            dead_from = None
        _blank(work, found.start(), found.end())
    if dead_from is not None:
        _blank(work, dead_from, len(work))


def close_paren(text: bytes | bytearray, opening: int, limit: int = 20000) -> int:
    """The offset after the ``)`` that closes the ``(`` at ``opening``, or -1."""
    depth = 0
    for found in re.compile(rb"[()]").finditer(text, opening, min(len(text), opening + limit)):
        depth += 1 if found.group() == b"(" else -1
        if depth == 0:
            return found.end()
    return -1


def _blank_file_macros(work: bytearray) -> None:
    source = bytes(work)
    for found in _FILE_MACRO.finditer(source):
        end = close_paren(source, found.end() - 1)
        if end < 0:
            continue
        tail = re.compile(rb"\s*([;{=\[]?)").match(source, end)
        after = tail.group(1) if tail else b""
        if after == b"{":
            _make_signature(work, found.group(1), found.start(), found.end(), end)
        elif after in (b"=", b"["):
            _blank(work, found.start(), end)
            work[found.start() : found.start() + 5] = b"int x"
        else:
            _blank(work, found.start(), end + (1 if tail and after == b";" else 0))
            if tail and after == b";":
                _blank(work, end, tail.end())


def _make_signature(work: bytearray, macro: bytes, start: int, opening: int, end: int) -> None:
    """``SYSCALL_DEFINE2(name, ...) {`` becomes ``long name() {``, padded."""
    inner = bytes(work[opening : end - 1])
    name = inner.split(b",")[0].split()[-1:] or [macro]
    plain = b"long " + re.sub(rb"\W", b"_", name[0]) + b"()"
    lines = _NOT_NEWLINE.sub(b" ", bytes(work[start:end]))
    if len(plain) <= len(lines.split(b"\n", 1)[0]):
        work[start:end] = plain + lines[len(plain) :]


def _blank_annotations(work: bytearray) -> dict[int, str]:
    source = bytes(work)
    iterators: dict[int, str] = {}
    for found in _SPECIAL.finditer(source):
        if found.lastgroup == "word":
            _blank(work, *found.span())
        elif found.lastgroup == "call":
            end = close_paren(source, found.end() - 1)
            if end > 0:
                _blank(work, found.start(), end)
        elif found.lastgroup == "size":
            work[found.start() : found.end()] = b"sizeof".ljust(found.end() - found.start())
        elif found.lastgroup == "type":
            opening = re.compile(rb"\s*\(").match(source, found.end())
            end = close_paren(source, opening.end() - 1) if opening else found.end()
            if end > 0:
                _blank(work, found.start(), end)
                work[found.start() : found.start() + 3] = b"int"
        else:
            _make_loop(work, source, found, iterators)
    return iterators


def _make_loop(
    work: bytearray, source: bytes, found: re.Match[bytes], iterators: dict[int, str]
) -> None:
    before = source[max(0, found.start() - 200) : found.start()].rstrip()
    starts = not before or before[-1:] in (b"{", b"}", b";", b")", b":")
    if not starts and not before.endswith((b"else", b"do")):
        return
    end = close_paren(source, found.end() - 1)
    if end < 0:
        return
    after = source[end : end + 200].lstrip()[:1]
    if not after or after in b";,)=+-*/&|<>?":
        return
    start, stop = found.span("iter")
    name = source[start:stop].decode("ascii", "replace")
    keyword = b"if" if name.startswith("scoped") else b"while"
    work[start:stop] = keyword.ljust(stop - start)
    iterators[start] = name


def _plain_type_arguments(work: bytearray) -> None:
    """A type among a call's arguments (``container_of(p, struct foo, m)``) becomes a name."""
    source = bytes(work)
    position = 0
    while found := _STRUCT_ARG.search(source, position):
        position = found.end()
        alone = found.group("open")[:1] == b"(" and found.group("end") == b")"
        if alone:
            continue  # a cast, sizeof, or (void)
        start, end = found.span("type")
        plain = _STRUCT_WORD.sub(lambda m: b" " * len(m.group()), source[start:end])
        plain = _INT_WORD.sub(lambda m: b"T" * len(m.group()), plain, count=1)
        plain = _INT_WORD.sub(lambda m: b" " * len(m.group()), plain)
        work[start:end] = plain
