// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Any line: nothing is read beyond it, and a receiver has a name that ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/rcvlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kcan_receiver r = { .ifname = "same", .id = 1, .mask = 2 };
	char *line = malloc(size + 1);
	size_t len;

	if (!line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	if (kcan_rcvlist_parse(&r, line)) {
		len = strnlen(r.ifname, sizeof(r.ifname));
		if (!len || len == sizeof(r.ifname))
			abort();
	} else if (strcmp(r.ifname, "same") != 0 || r.id != 1 || r.mask != 2) {
		abort();
	}
	free(line);
	return 0;
}
