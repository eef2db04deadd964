// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../guest/guest.h"
#include "../modules/modules.h"
#include "cache.h"
#include "preload.h"
#include "vm.h"

#define KERNEL_ENV "VCAN_RUN_UML"

/* What parts or quotes words on the command line of a kernel. */
#define BLANKS " \t\n\"'\\"

struct search {
	struct launch *launch;
	struct reason *reason;
};

/* Modules that were unpacked beside a kernel. */
static int check_modules(const char *dir, struct reason *reason)
{
	char path[PATH_MAX], full[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/lib/modules", dir) >=
		    (int)sizeof(path) ||
	    !realpath(path, full))
		return 0;
	return cache_check(full, KERNEL_ENV, reason);
}

static int try_cached(void *ctx, const char *name)
{
	const struct search *s = ctx;
	struct launch *l = s->launch;
	char dir[PATH_MAX];

	if (!realpath(name, dir) ||
	    snprintf(l->program, sizeof(l->program), "%s/linux.uml", dir) >=
		    (int)sizeof(l->program) ||
	    access(l->program, X_OK))
		return -1;
	if (cache_check(l->program, KERNEL_ENV, s->reason) ||
	    check_modules(dir, s->reason))
		return -1;
	if (strpbrk(dir, BLANKS))
		return reason_set(s->reason,
				  "the cache %.200s has a blank, a quote or a "
				  "backslash in its name, with which a kernel "
				  "does not find its modules; set "
				  "XDG_CACHE_HOME to a folder without, and run "
				  "scripts/guest-kernel.sh uml again",
				  dir);
	return 0;
}

/* Whoever has put a kernel into the cache wants that one. */
static int find_kernel(struct launch *l, struct reason *reason)
{
	static const char *const names[] = { "linux.uml", "linux", NULL };
	struct search s = { l, reason };
	int err = launch_named(l, KERNEL_ENV, reason);

	if (err <= 0)
		return err;
	reason->text[0] = '\0';
	if (!cache_find("uml", try_cached, &s) || !launch_search(l, names))
		return 0;
	if (reason->text[0])
		return -1;
	return reason_set(
		reason, "no User-Mode Linux (linux.uml) is in the cache or on "
			"PATH; install the package user-mode-linux, or run "
			"scripts/guest-kernel.sh uml (x86 only), or "
			"set " KERNEL_ENV);
}

/* Modules that were unpacked beside a kernel; the guest looks there first. */
static void add_modules(struct launch *l)
{
	const char *slash = strrchr(l->program, '/');
	int len = slash ? (int)(slash - l->program) : 0;

	if (!strpbrk(l->program, BLANKS))
		launch_add(l, MODULES_ENV "=%.*s/lib/modules", len, l->program);
}

static int plan(struct launch *l, const struct opts *o, const char *dir,
		struct reason *reason)
{
	unsigned int mib = o->mem_mib ? o->mem_mib : 256;

	if (find_kernel(l, reason) || dirs_find_memory(l->tmpdir, mib, reason))
		return -1;
	if (preload_is_needed() && preload_write(l->preload, dir, reason))
		return -1;
	launch_add(l, "vcan-run-guest");
	launch_add(l, "rootfstype=hostfs");
	launch_add(l, "rootflags=/");
	launch_add(l, "rw");
	launch_add(l, "mem=%uM", mib);
	launch_add(l, "uml_dir=%s/", dir);
	launch_add(l, "con=null");
	launch_add(l, "con0=null,fd:1");
	launch_add(l, "ssl=null");
	launch_add(l, "ssl0=fd:%d", VM_LINE_FD);
	launch_add(l, "noreboot");
	launch_add(l, "panic=-1");
	/* since Linux 6.16, and quicker: older ones take it for init's */
	launch_add(l, "seccomp=auto");
	launch_add(l, "init=%s/init", dir);
	add_modules(l);
	launch_add(l, "--");
	launch_add(l, GUEST_ARG);
	return 0;
}

const struct vm_kind vm_uml = { "uml", plan };
