/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases, by subject.
 */
#ifndef TESTS_H
#define TESTS_H

#include "ktap.h"

extern const struct ktap_group device_tests;	/* make, keep, queues */
extern const struct ktap_group packet_tests;	/* what goes through */
extern const struct ktap_group net_tests;	/* sockets, namespaces, ends */

#endif
