/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test cases, by subject.
 */
#ifndef TESTS_H
#define TESTS_H

#include "ktap.h"

extern const struct ktap_group ioctl_tests;	/* what the ioctls refuse */
extern const struct ktap_group map_tests;	/* small pages, and limits */
extern const struct ktap_group huge_tests;	/* hugetlb pages */
extern const struct ktap_group dma_tests;	/* what the device reaches */
extern const struct ktap_group end_tests;	/* ends, in every order */

#endif
