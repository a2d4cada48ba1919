# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel of four files that builds in a second: kbuild's interface without its size.

It speaks what the builder relies on: allnoconfig with KCONFIG_ALLCONFIG, bzImage into O=,
progress lines, .cmd files with the dependencies, and a compiler that really runs.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

MAKEFILE = r"""
srctree := $(CURDIR)
sources := $(wildcard $(srctree)/drivers/*/*.c)
objects := $(patsubst $(srctree)/%.c,$(O)/%.o,$(sources))

allnoconfig:
	@if [ -e $(srctree)/Kconfig.broken ]; then \
		echo "drivers/own/Kconfig:3: syntax error" >&2; exit 1; fi
	@mkdir -p $(O)
	@grep -v CONFIG_LOST $(KCONFIG_ALLCONFIG) > $(O)/.config

bzImage: $(O)/vmlinux
	@mkdir -p $(O)/arch/x86/boot $(O)/include/config
	@cp $(O)/vmlinux $(O)/arch/x86/boot/bzImage
	@echo 6.1.0-own > $(O)/include/config/kernel.release

$(O)/vmlinux: $(objects)
	@echo "  LD      vmlinux"
	@cat $(objects) > $@
	@nm $(objects) > $(O)/System.map

$(O)/%.o: $(srctree)/%.c
	@mkdir -p $(@D)
	@echo "  CC      $*.o"
	@$(CC) -Wall -I$(srctree)/include -MD -MF $(O)/$*.d -c -o $@ $<
	@{ echo "savedcmd_$@ := $(CC) -Wall -I$(srctree)/include -c -o $@ $<"; echo; \
	   echo "source_$@ := $<"; echo; echo "deps_$@ := \\"; \
	   tr ' ' '\n' < $(O)/$*.d | grep '\.h$$' | sed 's/.*/  & \\/'; \
	   echo; echo '$$(deps_$@):'; } > $(@D)/.$(@F).cmd

# As kbuild's if_changed: an object without its .cmd is made again, whatever its time.
unfinished := $(foreach o,$(objects),$(if $(wildcard $(dir $(o)).$(notdir $(o)).cmd),,$(o)))
$(unfinished): FORCE
FORCE:

-include $(wildcard $(O)/drivers/*/*.d)
"""

FILES = {
    "Makefile": MAKEFILE,
    "drivers/own/Makefile": "obj-y += ring.o\nobj-$(CONFIG_LOST) += lost.o\n",
    "drivers/own/ring.c": '#include "own.h"\nint ring(int n)\n{\n\treturn own_size(n);\n}\n',
    "drivers/own/other.c": '#include "low.h"\nint other(int n)\n{\n\tint spare;\n\treturn n;\n}\n',
    "include/own.h": "static inline int own_size(int n) { return n; }\n",
    "include/low.h": "int low(int n);\n",
    "include/unused.h": "int unused(int n);\n",
    # Not below drivers/*/: no object is made of it.
    "net/lost/lost.c": "int lost;\n",
    "net/lost/Makefile": "lost_all-y := lost.o\nobj-$(CONFIG_LOST) += lost_all.o\n",
    "arch/arm/own.c": "int arm;\n",
}


def git(tree: Path, *args: str) -> str:
    done = subprocess.run(("git", "-C", str(tree), *args), check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit(tree: Path, files: dict[str, str | None]) -> str:
    """Writes (None: removes) files, commits all; gives the commit's id."""
    for name, text in files.items():
        path = tree / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "--allow-empty", "-m", "a step")
    return git(tree, "rev-parse", "HEAD")


def make_kernel(tree: Path) -> str:
    """A repository with the fake kernel in one commit; gives its id."""
    tree.mkdir()
    git(tree, "init", "-q", "-b", "main")
    return commit(tree, dict(FILES))
