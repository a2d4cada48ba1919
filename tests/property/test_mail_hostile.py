# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails that nobody would send: the parsers answer or refuse, and never fall over."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vreview.errors import VreviewError
from vreview.model.series import Series
from vreview.parse.mail import parse_series
from vreview.parse.mail.commit import author_of, cleaned_title, stripped, title_and_message
from vreview.parse.mail.content import unflowed
from vreview.parse.mail.headers import date_of, decode_words, message_ids, one_line, persons
from vreview.parse.mail.mbox import split_mbox

_FOLDER = Path(__file__).resolve().parents[1] / "golden" / "mail"
_MAILS = tuple(m for p in sorted(_FOLDER.glob("*.mbox")) for m in split_mbox(p.read_bytes()))

_RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _refused_or_read(messages: tuple[bytes, ...]) -> Series | None:
    try:
        return parse_series(messages)
    except VreviewError:
        return None


_WORDS = (
    b"\nContent-Type: multipart/mixed; boundary=B\n\n--B\n",
    b"\n--B\nContent-Type: message/rfc822\n\n",
    b"\nContent-Transfer-Encoding: base64\n",
    b"\nContent-Transfer-Encoding: quoted-printable\n",
    b"\nContent-Type: text/plain; charset=utf-7; format=flowed\n",
    b"\nSubject: [PATCH v99999999999999999999 9999/0]\n",
    b"\nSubject: =?utf-8?b?////?= =?x?q?=ZZ?= [[[[[\n",
    b"\nDate: Mon, 99 Foo 99999 99:99:99 +9999\n",
    b"\nFrom: ((((((((((\n",
    b"\ndiff --git a/../../x b/.git/config\n",
    b"\n@@ -1,99999999 +1,99999999 @@\n",
    b"\nGIT binary patch\nliteral 999999999\nzzzz\n",
    b"\n---\n",
    b"\0",
    b"\xff\xfe",
    b"\r",
)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A golden mail, cut, with words of the trade in places where they hurt."""
    mail = draw(st.sampled_from(_MAILS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(mail)))
        drop = draw(st.sampled_from((0, 1, 7, 200)))
        word = draw(st.one_of(st.sampled_from(_WORDS), st.binary(max_size=12)))
        mail = mail[:at] + word + mail[at + drop :]
    return mail


@_RELAXED
@given(st.lists(mangled(), min_size=1, max_size=4))
def test_mangled_mails_are_read_or_refused(mails: list[bytes]) -> None:
    _refused_or_read(tuple(mails))


@_RELAXED
@given(st.lists(st.binary(max_size=300), max_size=3))
def test_garbage_is_refused(mails: list[bytes]) -> None:
    series = _refused_or_read(tuple(m.replace(b"--", b"==") for m in mails))
    assert series is None


@_RELAXED
@given(st.permutations(split_mbox((_FOLDER / "newest-version-nested.mbox").read_bytes())))
def test_the_order_of_the_mails_does_not_matter(mails: list[bytes]) -> None:
    golden = parse_series(split_mbox((_FOLDER / "newest-version-nested.mbox").read_bytes()))
    assert parse_series(mails) == golden


@_RELAXED
@given(st.binary(max_size=400))
def test_headers_are_one_line_without_controls(raw: bytes) -> None:
    shown = [one_line(decode_words(raw)), *message_ids(raw)]
    shown += [str(person) for person in persons(raw)]
    shown.append(str(author_of(decode_words(raw))))
    for text in shown:
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text)
    assert date_of(raw).tzinfo is not None


@_RELAXED
@given(st.text(max_size=200), st.text(max_size=400))
def test_cleaning_twice_changes_nothing(subject: str, log: str) -> None:
    assert stripped(stripped(log)) == stripped(log)
    title, message = title_and_message(cleaned_title(subject), log)
    assert "\n" not in title
    assert stripped(message) == message


@_RELAXED
@given(st.lists(st.binary(max_size=20).filter(lambda b: b"\n" not in b and not b.endswith(b" "))))
def test_text_without_soft_breaks_only_loses_its_stuffing(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    stuffed = b"\n".join(b" " + line if line.startswith(b" ") else line for line in lines)
    assert unflowed(stuffed, delsp=False) == data
