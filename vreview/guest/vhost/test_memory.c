// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests.h"
const struct ktap_group memory_tests = { 0, 0 };
