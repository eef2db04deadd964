// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/random.h"

#include <sys/random.h>
#include <time.h>

uint32_t util_random(void)
{
	struct timespec now;
	uint32_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) == sizeof(number))
		return number;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_nsec * 2654435761u;
}
