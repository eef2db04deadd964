// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "qemu.h"
#include "vm.h"

#define QEMU_ENV "VCAN_RUN_QEMU"
#define KERNEL_ENV "VCAN_RUN_KERNEL"

static int read_release(const char *dir, char out[static 128])
{
	char path[PATH_MAX];
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/release", dir) >=
	    (int)sizeof(path))
		return -1;
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (!fgets(out, 128, f))
		out[0] = '\0';
	fclose(f);
	out[strcspn(out, "\n")] = '\0';
	return out[0] && !strchr(out, '/') ? 0 : -1;
}

/* Return: 0 when @dir holds a kernel. The guest sees the same paths. */
static int try_kernel(struct qemu_kernel *k, const char *dir)
{
	char full[PATH_MAX], release[128], dep[2 * PATH_MAX];
	int n, m;

	if (!realpath(dir, full) || read_release(full, release))
		return -1;
	n = snprintf(k->vmlinux, PATH_MAX, "%s/vmlinux", full);
	m = snprintf(k->modules, PATH_MAX, "%s/lib/modules/%s", full, release);
	if (n >= PATH_MAX || m >= PATH_MAX)
		return -1;
	snprintf(dep, sizeof(dep), "%s/modules.dep", k->modules);
	return access(k->vmlinux, R_OK) || access(dep, R_OK) ? -1 : 0;
}

struct search {
	struct qemu_kernel *kernel;
	struct reason *reason;
};

static int try_cached(void *ctx, const char *dir)
{
	const struct search *s = ctx;

	return try_kernel(s->kernel, dir) ||
			       cache_check(s->kernel->vmlinux, KERNEL_ENV,
					   s->reason) ||
			       cache_check(s->kernel->modules, KERNEL_ENV,
					   s->reason) ?
		       -1 :
		       0;
}

static int find_kernel(struct qemu_kernel *k, struct reason *reason)
{
	const char *wanted = getenv(KERNEL_ENV);

	if (wanted && wanted[0]) {
		if (!try_kernel(k, wanted))
			return 0;
		return reason_set(reason,
				  KERNEL_ENV
				  " names %.200s, which holds no guest "
				  "kernel; correct or unset it",
				  wanted);
	}
	reason->text[0] = '\0';
	if (!cache_find("kernel", try_cached, &(struct search){ k, reason }))
		return 0;
	if (reason->text[0])
		return -1;
	return reason_set(
		reason,
		"no guest kernel is in the cache; run "
		"scripts/install-deps.sh usb on Debian, or set " KERNEL_ENV);
}

static int find_program(struct launch *l, struct reason *reason)
{
	static const char *const names[] = { "qemu-system-x86_64", NULL };
	int err = launch_named(l, QEMU_ENV, reason);

	if (err <= 0)
		return err;
	if (!launch_search(l, names))
		return 0;
	return reason_set(reason,
			  "qemu-system-x86_64 is not on PATH; install the "
			  "package qemu-system-x86, or set " QEMU_ENV);
}

static int plan(struct launch *l, const struct opts *o, const char *dir,
		struct reason *reason)
{
	const char *tmpdir = getenv("TMPDIR");
	char initrd[VM_DIR_LEN + 16], cwd[PATH_MAX];
	struct qemu_kernel kernel;

#ifndef __x86_64__
	return reason_set(reason,
			  "its guest runs this machine's programs on an "
			  "x86-64 kernel; use an x86-64 machine");
#endif
	if (find_program(l, reason) || find_kernel(&kernel, reason))
		return -1;
	/* sharing all of it for writing is more than anybody asked for */
	if (!getcwd(cwd, sizeof(cwd)) || !strcmp(cwd, "/"))
		cwd[0] = '\0';
	snprintf(l->tmpdir, sizeof(l->tmpdir), "%s", tmpdir ? tmpdir : "/tmp");
	snprintf(initrd, sizeof(initrd), "%s/initrd", dir);
	if (qemu_make_initrd(initrd, &kernel, cwd, o->kvaser, reason))
		return -1;
	l->confirms = true;
	qemu_args(l, &(struct qemu_machine){
			     .vmlinux = kernel.vmlinux,
			     .initrd = initrd,
			     .cwd = cwd,
			     .mem_mib = o->mem_mib ? o->mem_mib : 512,
			     .line_fd = VM_LINE_FD,
			     .kvaser = o->kvaser,
			     .verbose = o->verbose > 1,
		     });
	return 0;
}

const struct vm_kind vm_qemu = { "qemu", plan };
