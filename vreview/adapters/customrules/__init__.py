# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules without Python: a folder with a semantic patch or an ast-grep rule in it.

custom_rules(DIR)                 all rules below a folder, checked
run_custom(rule, text, path=…)    what one rule says of a file's text, as observations
CustomRules(rules)                the same as a tool that a review asks about base and tip
"""

from vreview.adapters.customrules.eye import CustomRules
from vreview.adapters.customrules.folder import CustomRule, custom_rules, is_custom, load_custom
from vreview.adapters.customrules.running import run_custom

__all__ = ["CustomRule", "CustomRules", "custom_rules", "is_custom", "load_custom", "run_custom"]
