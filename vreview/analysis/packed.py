# SPDX-License-Identifier: GPL-2.0-or-later
"""Summaries as plain lists, for a store: whatever fields they have, read off the dataclass.

A packed value holds only the fields that differ from their defaults, by number. It is read back
by the same version of the class, which ``shape`` names; nothing here reads or writes files.
"""

from __future__ import annotations

import hashlib
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import partial
from typing import Any, Literal, Union

Packer = Callable[[Any], Any]


def pack(value: object, *, without: frozenset[str] = frozenset()) -> list[Any]:
    """``[number, value, number, value, …]``, JSON's types only, without the fields named."""
    packed: list[Any] = []
    for number, (name, default, packer, _) in enumerate(_plan(type(value))):
        content = getattr(value, name)
        if name not in without and (default is MISSING or content != default):
            packed += (number, packer(content))
    return packed


def unpack(kind: type[Any], packed: list[Any], **given: object) -> Any:
    """The instance of ``kind``; ``given`` are the fields that were left out."""
    plan = _plan(kind)
    values = dict(given)
    for at in range(0, len(packed), 2):
        name, _, _, unpacker = plan[packed[at]]
        values[name] = unpacker(packed[at + 1])
    return kind(**values)


def shape(*kinds: type[Any]) -> str:
    """A digest of the fields' names, types and order, those of the classes within included."""
    text = "\n".join(sorted(line for kind in kinds for line in _described(kind, set())))
    return hashlib.sha256(text.encode()).hexdigest()


def _described(kind: Any, seen: set[Any]) -> list[str]:
    if is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        hints = typing.get_type_hints(kind)
        lines = [f"{kind}: " + ", ".join(f"{f.name} {f.type}" for f in fields(kind))]
        return lines + [line for hint in hints.values() for line in _described(hint, seen)]
    return [line for inner in typing.get_args(kind) for line in _described(inner, seen)]


Plan = tuple[tuple[str, object, Packer, Packer], ...]
_PLANS: dict[Any, Plan] = {}


def _plan(kind: type[Any]) -> Plan:
    """Per field: its name, its default, how to pack and how to unpack it."""
    if kind not in _PLANS:
        hints = typing.get_type_hints(kind)
        _PLANS[kind] = tuple((f.name, _default(f), *_packers(hints[f.name])) for f in fields(kind))
    return _PLANS[kind]


def _default(one: Field[Any]) -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _packers(hint: Any) -> tuple[Packer, Packer]:
    """Raises TypeError for a type that has no plain form: that field needs one first."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in (str, int, bool, float, type(None)) or origin is Literal:
        return _same, _same
    if origin in (Union, types.UnionType):
        known = [kind for kind in inner if kind is not type(None)]
        if len(known) == 1:
            pack_one, unpack_one = _packers(known[0])
            return (
                lambda v: None if v is None else pack_one(v),
                lambda v: None if v is None else unpack_one(v),
            )
    if origin is frozenset:
        pack_one, unpack_one = _packers(inner[0])
        return (
            lambda v: [pack_one(item) for item in sorted(v)],
            lambda v: frozenset(unpack_one(item) for item in v),
        )
    if origin is tuple and inner[1:] == (...,):
        pack_one, unpack_one = _packers(inner[0])
        return (
            lambda v: [pack_one(item) for item in v],
            lambda v: tuple(unpack_one(item) for item in v),
        )
    if origin is tuple:
        pairs = [_packers(one) for one in inner]
        return (
            lambda v: [p(item) for (p, _), item in zip(pairs, v, strict=True)],
            lambda v: tuple(u(item) for (_, u), item in zip(pairs, v, strict=True)),
        )
    if is_dataclass(hint):
        kind: Any = hint
        return pack, partial(unpack, kind)
    raise TypeError(f"a summary's field of type {hint} cannot be stored")


def _same(value: Any) -> Any:
    return value
