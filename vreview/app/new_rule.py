# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of a rule that is still to be written: it loads, and its test says what is missing.

Makes texts; writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from vreview.errors import InputError
from vreview.model.observation import Category

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")

_RULE = """\
# SPDX-License-Identifier: GPL-2.0-or-later
id = "{id}"
title = "TODO: one sentence of at most 72 characters, without a full stop"
category = "{category}"
severity = "note"
confidence = "low"
check = "{name}"
message = "TODO: {{function}}() does what it does, as a fact: lower case, no full stop"
question = "TODO: Is {{subject}} meant to be so? At most three sentences, one of them a question."
links = []
"""

_PAGE = """\
# {id}

## What
TODO: what the code does that is flagged, in one or two sentences.

## Why
TODO: what happens to whoever runs it.

## Example
```c
/* TODO: a few lines of C */
```

## Instead
```c
/* TODO: the same lines as they should be */
```

## Known false positives
- TODO: what is flagged although it is right, as measured on code that is known to be good.
"""

_BAD = """\
// SPDX-License-Identifier: GPL-2.0-or-later
static int demo_open(struct demo *demo)
{{
	/* TODO: 10 to 25 lines; the comment below stays on each line that is flagged */
	return demo_start(demo); /* vreview: {id} */
}}
"""

_GOOD = """\
// SPDX-License-Identifier: GPL-2.0-or-later
/* TODO: the near misses, which a hasty rule would flag */
static int demo_open(struct demo *demo)
{{
	return demo_start(demo);
}}
"""


_PATTERN = """\
# SPDX-License-Identifier: GPL-2.0-or-later
id: {name}
language: c
severity: info
message: "TODO: what $P gets, as a fact: lower case, no full stop"
note: "TODO: Is $P meant to be so? At most three sentences, one of them a question."
metadata:
  category: {category}
  confidence: low
rule:
  pattern: TODO_the_call($P)
"""

_SEMANTIC = """\
// SPDX-License-Identifier: GPL-2.0-or-later
/// TODO: one sentence, which is the title
//# TODO: what is flagged although it is right
//
// Confidence: Low
// Options: --no-includes --include-headers

virtual report

@found@
expression e;
position p;
@@

TODO_the_call@p(e)

@script:python depends on report@
p << found.p;
@@
coccilib.report.print_report(p[0], "TODO: what is found, as a fact")
"""

_WORDS = """\
# SPDX-License-Identifier: GPL-2.0-or-later
title = "TODO: one sentence of at most 72 characters, without a full stop"
category = "{category}"
severity = "note"
question = "TODO: Is this meant to be so? At most three sentences, one of them a question."
links = []
"""


class FoundBy(Enum):
    """What finds the code that a rule is about."""

    PATTERN = "pattern"
    SEMANTIC = "semantic"
    CHECK = "check"


_SCRIPTS = {
    FoundBy.PATTERN: {"rule.yml": _PATTERN},
    FoundBy.SEMANTIC: {"rule.cocci": _SEMANTIC, "rule.toml": _WORDS},
    FoundBy.CHECK: {"rule.toml": _RULE},
}


def skeleton(
    rule: str, *, category: Category = Category.OTHER, by: FoundBy = FoundBy.CHECK
) -> Mapping[str, str]:
    """The texts of a new rule's folder by file name. Raises InputError for an id that is none."""
    if not _ID.fullmatch(rule):
        raise InputError(
            f"{rule!r} is no rule id",
            hint="AREA/NAME, in lower case with hyphens, named for what it flags:"
            " locking/missing-unlock",
        )
    words = {"id": rule, "name": rule.partition("/")[2], "category": category.value}
    files = {**_SCRIPTS[by], "README.md": _PAGE, "bad.c": _BAD, "good.c": _GOOD}
    return {file: text.format_map(words) for file, text in files.items()}
