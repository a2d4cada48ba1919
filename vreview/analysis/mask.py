# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel C, overwritten in place until a plain C grammar can read it: same length, same lines.

Comments, directives, annotations and file-scope macros become blanks; iterators become ``while``.
It decides no semantics beyond which arm of an ``#if`` is read: the first (of ``#if 0`` the other).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LEXEMES = re.compile(
    rb"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)
# A literal newline is what a search skips to; the text gets one in front.
_DIRECTIVE = re.compile(rb"\n[ \t]*#[ \t]*(\w*)((?:[^\n\\]|\\\n|\\.)*)")

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
    rb"__realloc_size __error __warning __printf_like __format __mode __compiletime_error "
    rb"__cond_lock_ __flexarr __nonnull __diag_ignore_all __diag_warn __sysfs_printf "
    rb"__acquires_shared __releases_shared __ETHTOOL_DECLARE_LINK_MODE_MASK_"
).split()
_TYPES = (b"__typeof__", b"__typeof", b"__auto_type", b"typeof", b"typeof_member")
_KIND = (
    dict.fromkeys(_WORDS, "word")
    | dict.fromkeys(_CALLS, "call")
    | dict.fromkeys((b"__alignof__", b"__alignof"), "size")
    | dict.fromkeys(_TYPES, "type")
)
# Almost all begin with two underscores, which a search skips to; the few others are rarely there.
_UNDERSCORED = re.compile(rb"__(?<!\w__)\w+")
_OTHERS = tuple(sorted(word for word in _KIND if not word.startswith(b"__")))
_OTHER = re.compile(rb"\b(?:" + b"|".join(_OTHERS) + rb")\b")
_OPENING = re.compile(rb"\s*\(")
_LOOP = re.compile(rb"for_each\w*\s*\(")
_WALK = re.compile(rb"skb_queue_walk\w*\s*\(")
_SCOPE = re.compile(rb"\b(?:scoped_guard|scoped_cond_guard)\s*\(")
_TAIL = re.compile(rb"\s*([;{=\[]?)")
_PARENS = re.compile(rb"[()]")
# The insides of strings are blank by then: a word after a quote follows the end of a string.
_GLUED_CALL = re.compile(rb"\"\s*(\w+\s*\()")
_TWO_PREFIXES = re.compile(rb"\b[A-Z][A-Z0-9_]*\s+(?=[A-Z][A-Z0-9_]*\s+\")")
_RANGE_CASE = re.compile(rb"(\bcase\b[^:;{}\n]*?)(\.\.\.[^:;{}]*)(?=:)")
_STRUCT_ARG = re.compile(
    rb"(?P<open>[,(]\s*)(?P<type>(?:const\s+)?(?:struct|union|enum)\s+\w+[\s*]*|"
    rb"(?:const\s+)?(?:unsigned|signed|long|short|int|char|void)\b"
    rb"(?:[ \t]+(?:long|int|char|short)\b)*"
    rb"[\s*]*|\w++\s*+\*++\s*+)(?=(?P<end>[,)]))"
)
_STRUCT_WORD = re.compile(rb"\b(?:struct|union|enum|const)\b|\*")
_INT_WORD = re.compile(rb"\b(?:unsigned|signed|long|short|int|char|void)\b")
_FILE_MACRO = re.compile(
    rb"\n(?:static[ \t]+|extern[ \t]+)?([A-Z_][A-Z0-9_]{3,}|module_\w+|\w+_initcall"
    rb"\w*|late_initcall\w*|postcore_\w+|pure_initcall)[ \t]*\("
)
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_BLANKS = bytes(10 if byte == 10 else 32 for byte in range(256))


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and the lines that it covers, from 1."""

    first: int
    last: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Masked:
    """The readable text; ``iterators`` maps the offset of a made ``while`` to the macro's name.
    ``unread``: first and last line of each ``#else`` arm that was blanked."""

    text: bytes
    iterators: Mapping[int, str]
    comments: tuple[Comment, ...]
    unread: tuple[tuple[int, int], ...] = ()


def mask(text: bytes, *, last_arms: bool = False) -> Masked:
    """Overwrite what the grammar cannot read. ``len(mask(t).text) == len(t)``, newlines kept.

    ``last_arms``: of a conditional that has an ``#else``, read that arm instead of the first.
    """
    work = bytearray(text.replace(b"\r", b" ").replace(b"\f", b" ").replace(b"\0", b" "))
    comments = _blank_lexemes(work)
    unread: tuple[tuple[int, int], ...] = ()
    if b"#" in work:
        unread = _choose_arms(work, last_arms=last_arms)
    _blank_file_macros(work)
    _glue_strings(work)
    iterators = _blank_annotations(work)
    if b"..." in work:
        for found in _RANGE_CASE.finditer(bytes(work)):
            _blank(work, *found.span(2))
    _plain_type_arguments(work)
    return Masked(bytes(work), iterators, comments, unread)


def _blank(work: bytearray, start: int, end: int) -> None:
    work[start:end] = work[start:end].translate(_BLANKS)


def _blank_lexemes(work: bytearray) -> tuple[Comment, ...]:
    comments: list[Comment] = []
    line, counted = 1, 0
    source = bytes(work)
    for found in _LEXEMES.finditer(source):
        start, end = found.span()
        first = source[start]
        if first == 47:  # a slash
            line += source.count(b"\n", counted, start)
            counted = start
            words = source[start:end]
            comments.append(Comment(line, line + words.count(b"\n"), words))
            work[start:end] = words.translate(_BLANKS)
        elif end - start > 2:
            # Only what is between the quotes; a char constant keeps one character.
            if first == 39:
                work[start:end] = b" 0" + source[start + 2 : end].translate(_BLANKS)
            else:
                work[start + 1 : end - 1] = source[start + 1 : end - 1].translate(_BLANKS)
    return tuple(comments)


def _choose_arms(work: bytearray, *, last_arms: bool) -> tuple[tuple[int, int], ...]:
    """Blank every directive and all arms of a conditional but the one that is read; the lines of
    the ``#else`` arms among them."""
    directives = list(_DIRECTIVE.finditer(b"\n" + work))
    late = _with_else(directives) if last_arms else frozenset()
    stack: list[tuple[bool, bool]] = []  # (this arm is read, an arm was already read)
    dead_from: int | None = None
    dead_else: int | None = None
    unread: list[tuple[int, int]] = []
    for number, found in enumerate(directives):
        start, end = found.start(), found.end() - 1
        name, rest = found.group(1), found.group(2).strip()
        if dead_else is not None and name in (b"endif", b"else", b"elif"):
            unread.append((dead_else, start))
            dead_else = None
        if name in (b"if", b"ifdef", b"ifndef"):
            live = number not in late and not (name == b"if" and rest in (b"0", b"false"))
            stack.append((live, live))
        elif name in (b"elif", b"elifdef", b"elifndef"):
            taken = stack.pop()[1] if stack else True
            live = not taken and not last_arms
            stack.append((live, taken or live))
        elif name == b"else":
            taken = stack.pop()[1] if stack else True
            stack.append((not taken, True))
            dead_else = end if taken else None
        elif name == b"endif" and stack:
            stack.pop()
        dead = any(not live for live, _ in stack)
        if dead and dead_from is None:
            dead_from = start
        elif not dead and dead_from is not None:
            _blank(work, dead_from, start)
            dead_from = None
        _blank(work, start, end)
    if dead_from is not None:
        _blank(work, dead_from, len(work))
    return tuple(
        (work.count(b"\n", 0, first) + 2, work.count(b"\n", 0, last)) for first, last in unread
    )


def _with_else(directives: Sequence[re.Match[bytes]]) -> frozenset[int]:
    """The numbers of the opening directives whose conditional has an ``#else``."""
    found: set[int] = set()
    stack: list[int] = []
    for number, directive in enumerate(directives):
        name = directive.group(1)
        if name in (b"if", b"ifdef", b"ifndef"):
            stack.append(number)
        elif name == b"else" and stack:
            found.add(stack[-1])
        elif name == b"endif" and stack:
            stack.pop()
    return frozenset(found)


def close_paren(text: bytes | bytearray, opening: int, limit: int = 20000) -> int:
    """The offset after the ``)`` that closes the ``(`` at ``opening``, or -1."""
    depth = 0
    for found in _PARENS.finditer(text, opening, min(len(text), opening + limit)):
        depth += 1 if found.group() == b"(" else -1
        if depth == 0:
            return found.end()
    return -1


def _blank_file_macros(work: bytearray) -> None:
    source = bytes(work)
    for found in _FILE_MACRO.finditer(b"\n" + source):
        start, opening = found.start(), found.end() - 2
        end = close_paren(source, opening)
        if end < 0:
            continue
        tail = _TAIL.match(source, end)
        after = tail.group(1) if tail else b""
        if after == b"{":
            _make_signature(work, found.group(1), start, opening + 1, end)
        elif after in (b"=", b"["):
            _blank(work, start, end)
            work[start : start + 5] = b"int x"
        else:
            _blank(work, start, end + (1 if tail and after == b";" else 0))
            if tail and after == b";":
                _blank(work, end, tail.end())


def _glue_strings(work: bytearray) -> None:
    """``"a" __stringify(X) "b"`` and ``KERN_ERR PFX "a"`` become strings that the grammar knows."""
    for found in _GLUED_CALL.finditer(bytes(work)):
        end = close_paren(work, found.end() - 1)
        if end > 0:
            _blank(work, found.start(1), end)
    for found in _TWO_PREFIXES.finditer(bytes(work)):
        _blank(work, *found.span())


def _make_signature(work: bytearray, macro: bytes, start: int, opening: int, end: int) -> None:
    """``SYSCALL_DEFINE2(name, ...) {`` becomes ``long name() {``, padded."""
    inner = bytes(work[opening : end - 1])
    name = inner.split(b",")[0].split()[-1:] or [macro]
    plain = b"long " + re.sub(rb"\W", b"_", name[0]) + b"()"
    lines = bytes(work[start:end].translate(_BLANKS))
    if len(plain) <= len(lines.split(b"\n", 1)[0]):
        work[start:end] = plain + lines[len(plain) :]


def _blank_annotations(work: bytearray) -> dict[int, str]:
    source = bytes(work)
    for start, end, kind in _specials(source):
        if kind == "word":
            _blank(work, start, end)
        elif kind == "call":
            opening = _OPENING.match(source, end)
            closing = close_paren(source, opening.end() - 1) if opening else -1
            if closing > 0:
                _blank(work, start, closing)
        elif kind == "size":
            work[start:end] = b"sizeof".ljust(end - start)
        else:
            opening = _OPENING.match(source, end)
            closing = close_paren(source, opening.end() - 1) if opening else end
            if closing > 0:
                _blank(work, start, closing)
                work[start : start + 3] = b"int"
    iterators: dict[int, str] = {}
    for pattern, word in (
        (_LOOP, b"for_each"),
        (_WALK, b"skb_queue_walk"),
        (_SCOPE, b"scoped_"),
    ):
        if word in source:
            for found in pattern.finditer(source):
                _make_loop(work, source, found, iterators)
    return iterators


def _specials(source: bytes) -> list[tuple[int, int, str]]:
    """What is to be overwritten, in the order of the text."""
    found = [
        (*match.span(), kind)
        for match in _UNDERSCORED.finditer(source)
        if (kind := _KIND.get(match.group()))
    ]
    if any(word in source for word in _OTHERS):
        found.extend((*match.span(), _KIND[match.group()]) for match in _OTHER.finditer(source))
        found.sort()
    return found


def _make_loop(
    work: bytearray, source: bytes, found: re.Match[bytes], iterators: dict[int, str]
) -> None:
    start = found.start()
    while start and source[start - 1] in _WORD_BYTES:
        start -= 1
    before = source[max(0, start - 200) : start].rstrip()
    starts = not before or before[-1:] in (b"{", b"}", b";", b")", b":")
    if not starts and not before.endswith((b"else", b"do")):
        return
    end = close_paren(source, found.end() - 1)
    if end < 0:
        return
    after = source[end : end + 200].lstrip()[:1]
    if not after or after in b";,)=+-*/&|<>?":
        return
    called = source[start : found.end() - 1].rstrip()
    keyword = b"if" if called.startswith(b"scoped") else b"while"
    work[start : start + len(called)] = keyword.ljust(len(called))
    iterators[start] = called.decode("ascii", "replace")


def _plain_type_arguments(work: bytearray) -> None:
    """A type among a call's arguments (``container_of(p, struct foo, m)``) becomes a name."""
    source = bytes(work)
    for found in _STRUCT_ARG.finditer(source):
        alone = found.group("open")[:1] == b"(" and found.group("end") == b")"
        if alone:
            continue  # a cast, sizeof, or (void)
        start, end = found.span("type")
        plain = _STRUCT_WORD.sub(lambda m: b" " * len(m.group()), source[start:end])
        plain = _INT_WORD.sub(lambda m: b"T" * len(m.group()), plain, count=1)
        plain = _INT_WORD.sub(lambda m: b" " * len(m.group()), plain)
        work[start:end] = plain
