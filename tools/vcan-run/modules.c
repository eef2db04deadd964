// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "modules.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NAME_LEN 64
#define COMPRESSED_FILE 4 /* MODULE_INIT_COMPRESSED_FILE, Linux 5.17 */

static const char *const roots[] = { "/usr/lib/uml/modules", "/lib/modules" };

static const char *const wanted[] = {
	"can",	"can-raw", "can-gw", "can-bcm",	  "can-dev",
	"vcan", "vxcan",   "slcan",  "sch_netem",
};

/* modules.dep, read once; each line is "path: path path ..." */
struct depot {
	char dir[PATH_MAX];
	char *text;
};

/* "kernel/net/can/can-raw.ko.xz" -> "can_raw": how the kernel compares */
static void module_name(const char *path, char out[static NAME_LEN])
{
	const char *base = strrchr(path, '/');
	size_t i = 0;

	for (base = base ? base + 1 : path; *base && i < NAME_LEN - 1; base++) {
		if (!strncmp(base, ".ko", 3))
			break;
		out[i++] = *base == '-' ? '_' : *base;
	}
	out[i] = '\0';
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static int open_depot(struct depot *d)
{
	struct utsname u;
	char path[PATH_MAX + 16];

	uname(&u);
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		snprintf(d->dir, sizeof(d->dir), "%s/%s", roots[i], u.release);
		snprintf(path, sizeof(path), "%s/modules.dep", d->dir);
		d->text = read_file(path);
		if (d->text)
			return 0;
	}
	return -1;
}

/* Return: a copy of the line whose module it is, or NULL. */
static char *find_line(const struct depot *d, const char *module)
{
	char want[NAME_LEN], have[NAME_LEN];
	const char *line = d->text;
	size_t len;

	module_name(module, want);
	for (; *line; line += len + !!line[len]) {
		size_t colon = strcspn(line, ":\n");
		char path[PATH_MAX];

		len = strcspn(line, "\n");
		if (line[colon] != ':' || colon >= sizeof(path))
			continue;
		memcpy(path, line, colon);
		path[colon] = '\0';
		module_name(path, have);
		if (!strcmp(want, have))
			return strndup(line, len);
	}
	return NULL;
}

static void insert(const struct depot *d, const char *path)
{
	char full[2 * PATH_MAX];
	size_t len = strlen(path);
	int flags = 0, fd;

	if (len < 3 || strcmp(path + len - 3, ".ko") != 0)
		flags = COMPRESSED_FILE;
	snprintf(full, sizeof(full), "%s/%s", d->dir, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    (syscall(SYS_finit_module, fd, "", flags) && errno != EEXIST))
		fprintf(stderr, "vcan-run: %s: %s\n", full, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* modules.dep lists the whole closure, the deepest need last */
static void load(const struct depot *d, const char *module)
{
	char *line = find_line(d, module);
	char *last;

	if (!line)
		return;
	while ((last = strrchr(line, ' '))) {
		*last = '\0';
		insert(d, last + 1);
	}
	line[strcspn(line, ":")] = '\0';
	insert(d, line);
	free(line);
}

void modules_load_can(void)
{
	struct depot d;

	if (open_depot(&d)) {
		fputs("vcan-run: no modules for this kernel\n", stderr);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		load(&d, wanted[i]);
	free(d.text);
}
