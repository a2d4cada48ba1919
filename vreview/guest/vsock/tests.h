/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases, by subject.
 */
#ifndef TESTS_H
#define TESTS_H

#include "ktap.h"

extern const struct ktap_group socket_tests;	/* sockets alone */
extern const struct ktap_group device_tests;	/* the device's ioctls */
extern const struct ktap_group stream_tests;	/* connections, and their ends */

#endif
