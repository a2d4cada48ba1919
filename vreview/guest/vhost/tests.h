/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases, by subject.
 */
#ifndef TESTS_H
#define TESTS_H

#include "ktap.h"

extern const struct ktap_group ioctl_tests;	/* what the ioctls refuse */
extern const struct ktap_group traffic_tests;	/* packets, all ways */
extern const struct ktap_group broken_tests;	/* rings that a guest broke */
extern const struct ktap_group memory_tests;	/* ring memory that changes */
extern const struct ktap_group moves_tests;	/* rings that move */
extern const struct ktap_group backing_tests;	/* what ring pages are */
extern const struct ktap_group teardown_tests;	/* ends, in every order */

#endif
