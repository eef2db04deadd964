// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../text.h"
#include "closure.h"
#include "modules.h"
#include "util/array.h"
#include "util/clean.h"

#define COMPRESSED_FILE 4 /* MODULE_INIT_COMPRESSED_FILE, Linux 5.17 */

const char *const modules_can[] = {
	"can",	"can-raw", "can-gw", "can-bcm",	  "can-dev",
	"vcan", "vxcan",   "slcan",  "sch_netem", NULL,
};

/* Return: the text of modules.dep, and its folder in @dir. */
static char *find_depot(char dir[static PATH_MAX])
{
	const char *roots[] = { getenv(MODULES_ENV), "/usr/lib/uml/modules",
				"/lib/modules" };
	char path[PATH_MAX + 16], *dep = NULL;
	struct utsname u;

	uname(&u);
	for (size_t i = 0; !dep && i < ARRAY_SIZE(roots); i++) {
		if (!roots[i])
			continue;
		snprintf(dir, PATH_MAX, "%s/%s", roots[i], u.release);
		snprintf(path, sizeof(path), "%s/modules.dep", dir);
		dep = text_read(path);
	}
	return dep;
}

static void insert(const char *dir, const char *path)
{
	char full[2 * PATH_MAX];
	size_t len = strlen(path);
	int flags = 0, fd;

	if (len < 3 || strcmp(path + len - 3, ".ko") != 0)
		flags = COMPRESSED_FILE;
	snprintf(full, sizeof(full), "%s/%s", dir, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    (syscall(SYS_finit_module, fd, "", flags) && errno != EEXIST))
		util_say(STDERR_FILENO, "vcan-run: %s: %s", full,
			 strerror(errno));
	if (fd >= 0)
		close(fd);
}

void modules_link(const char *base, const char *dir)
{
	char path[PATH_MAX];
	struct utsname u;

	uname(&u);
	snprintf(path, sizeof(path), "%s/lib/modules", base);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/lib/modules/%s", base, u.release);
	if (symlink(dir, path) && errno != EEXIST)
		util_say(STDERR_FILENO, "vcan-run: %s: %s", path,
			 strerror(errno));
}

/* A modprobe that is built for a merged /usr looks below it. */
static void make_base(const char *dir)
{
	mkdir(MODULES_BASE, 0755);
	mkdir(MODULES_BASE "/lib", 0755);
	if (symlink(".", MODULES_BASE "/usr"))
		util_say(STDERR_FILENO, "vcan-run: " MODULES_BASE "/usr: %s",
			 strerror(errno));
	modules_link(MODULES_BASE, dir);
}

void modules_load_can(void)
{
	char dir[PATH_MAX], *dep = find_depot(dir);
	struct closure c = { 0 };

	if (!dep) {
		util_say(STDERR_FILENO, "vcan-run: no modules for this kernel");
		return;
	}
	for (const char *const *can = modules_can; *can; can++)
		closure_add(&c, dep, *can);
	for (size_t i = 0; i < c.n; i++)
		insert(dir, c.paths[i]);
	closure_fini(&c);
	free(dep);
	if (strncmp(dir, "/lib/", 5) != 0)
		make_base(dir);
}

void modules_load_list(const char *dir, const char *list)
{
	char *text = text_read(list), *rest = text;

	for (char *name; (name = strsep(&rest, "\n"));)
		if (name[0])
			insert(dir, name);
	free(text);
}
