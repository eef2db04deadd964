// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/version.h>

const char *kcan_version(void)
{
	return KCAN_VERSION;
}
