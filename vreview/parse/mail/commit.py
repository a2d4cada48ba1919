# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of a commit, as `git am` would write them: title, message, author, trailers.

Follows git's mailinfo.c, strbuf.c, ident.c and trailer.c; a test holds it against real git.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vreview.model.series import Person, Trailer
from vreview.parse.mail.headers import one_line

_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(\S.*)?$")
_GIT_MADE = ("Signed-off-by: ", "(cherry picked from commit ")
_CRUD = "".join(map(chr, range(33))) + ".,:;<>\"\\'"


def cleaned_title(subject: str) -> str:
    """The subject without any ``Re:`` and without any ``[…]`` in front."""
    while subject:
        if subject[0] in " \t:":
            subject = subject[1:]
        elif subject[:3].lower() == "re:":
            subject = subject[3:]
        elif subject[0] == "[" and "]" in subject:
            subject = subject[subject.index("]") + 1 :]
        else:
            break
    return one_line(subject)


def author_of(text: str) -> Person:
    """The author that `git mailinfo` and `git commit` make of a decoded From value."""
    text = _unquoted(text)
    at = text.find("@")
    if at < 0:
        name, _, rest = text.partition("<")
        return Person(_uncrud(name), _uncrud(rest.partition(">")[0]) if rest else _uncrud(text))
    begin = at
    while begin > 0 and not text[begin - 1].isspace() and text[begin - 1] != "<":
        begin -= 1
    end = at
    while end < len(text) and text[end] not in " \n\t\r\v\f>":
        end += 1
    email = text[begin:end]
    head = text[: begin - 1] + " " if begin and text[begin - 1] == "<" else text[:begin]
    name = one_line(head + text[end + 1 :])
    if name.startswith("(") and name.endswith(")") and len(name) > 1:
        name = name[1:-1]
    size = len(name.encode("utf-8", "replace"))
    if not 1 <= size <= 60 or any(c in name for c in "@<>"):
        name = email
    return Person(_uncrud(name), _uncrud(email))


def _unquoted(text: str) -> str:
    """A From value with its quoted strings and backslashes taken out; comments keep their ()."""
    out: list[str] = []
    quoted = False
    depth = 0
    take = False
    for c in text:
        if take:
            out.append(c)
            take = False
        elif c == "\\" and (quoted or depth):
            take = True
        elif c == '"' and not depth:
            quoted = not quoted
        else:
            if not quoted:
                depth += (c == "(") - (c == ")" and depth > 0)
            out.append(c)
    return "".join(out)


def _uncrud(text: str) -> str:
    """ident.c: no crud at either end, no newline or angle bracket inside."""
    return re.sub(r"[\n<>]", "", one_line(text).strip(_CRUD))


def stripped(text: str) -> str:
    """`git stripspace`: no blanks at line ends, no double or outer blank lines."""
    lines = [line.rstrip(" \t\r\v\f") for line in text.split("\n")]
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n" if out else ""


def title_and_message(subject: str, log: str) -> tuple[str, str]:
    """What `git am` commits of a cleaned subject and the mail's text, cut after the title.

    The message has no title, no blank lines around it, and ends in a newline unless empty.
    """
    whole = stripped(f"{subject}\n\n{log}")
    first, _, rest = whole.partition("\n")
    return one_line(first), rest.lstrip("\n")


def trailers_of(message: str) -> tuple[Trailer, ...]:
    """The trailers in a message's last paragraph, folded lines joined."""
    found: list[Trailer] = []
    for line in _trailer_block(message):
        if line[:1] in " \t" and found:
            last = found.pop()
            found.append(Trailer(last.name, f"{last.value} {line.strip()}".strip()))
        elif match := _TRAILER.match(line):
            found.append(Trailer(match[1], (match[2] or "").strip()))
    return tuple(found)


def with_trailers(message: str, extra: Sequence[Trailer]) -> str:
    """``message`` with further trailers at the end of its trailer block, or in a new one."""
    if not extra:
        return message
    lines = "".join(f"{trailer.name}: {trailer.value}\n" for trailer in extra)
    gap = "" if not message or _trailer_block(message) else "\n"
    return message + gap + lines


def _trailer_block(message: str) -> list[str]:
    """trailer.c: the last paragraph, if all of it is trailers, or a quarter and git made one."""
    paragraph = message.rstrip("\n").rpartition("\n\n")[2].split("\n")
    trailers = others = 0
    made = False
    for line in paragraph:
        if line.startswith(_GIT_MADE):
            made = True
            trailers += 1
        elif line[:1] in " \t" and line:
            continue
        elif _TRAILER.match(line):
            trailers += 1
        else:
            others += 1
    if trailers and (not others or (made and trailers * 3 >= others)):
        return paragraph
    return []
