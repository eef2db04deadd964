// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "vectors.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

size_t vectors_load(const char *file, char separator,
		    struct vector out[static VECTORS_MAX])
{
	char path[128], line[512];
	size_t count = 0;
	FILE *f;

	snprintf(path, sizeof(path), "tests/vectors/%s", file);
	f = fopen(path, "r");
	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		char *cut = strchr(line, separator);
		struct vector *v = &out[count];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (!cut || count == VECTORS_MAX)
			errx(1, "%s: cannot take: %s", path, line);
		*cut++ = '\0';
		cut += strspn(cut, " ");
		cut[strcspn(cut, "\n")] = '\0';
		snprintf(v->name, sizeof(v->name), "%.95s", line);
		snprintf(v->value, sizeof(v->value), "%.319s", cut);
		count++;
	}
	fclose(f);
	if (!count)
		errx(1, "%s: no vectors", path);
	return count;
}
