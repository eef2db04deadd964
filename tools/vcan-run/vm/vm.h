/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_VM_H
#define VCAN_RUN_VM_H

#include <limits.h>
#include <sys/types.h>

#include "../opts.h"
#include "../reason.h"
#include "launch.h"

#define VM_DIR_LEN 96
#define VM_LINE_FD 3 /* the line's other end, in the guest's program */

/**
 * struct vm - a running guest and what must go with it
 *
 * User-Mode Linux is one process and a traced one for each address space in
 * it, all of one process group; QEMU is one process. A guardian process ends
 * that group and removes the directory when vcan-run is gone, however it went.
 */
struct vm {
	pid_t pid;
	pid_t guardian;
	int line;      /* frames, both ways, non-blocking */
	int console;   /* what the kernel says, non-blocking */
	int life;      /* open as long as we live */
	bool confirms; /* see struct launch */
	char dir[VM_DIR_LEN];
};

/**
 * struct vm_kind - a guest that can be started
 * @name: of its engine
 * @plan: say in @l how to start it. @dir is a directory that goes with the
 *        guest. Return: 0, or -1 with @reason.
 */
struct vm_kind {
	const char *name;
	int (*plan)(struct launch *l, const struct opts *o, const char *dir,
		    struct reason *reason);
};

extern const struct vm_kind vm_uml, vm_qemu;

/**
 * vm_start() - start what @kind plans
 *
 * Signals must be blocked by the caller. Return: 0, or -1 with @reason.
 */
int vm_start(struct vm *vm, const struct vm_kind *kind, const struct opts *o,
	     struct reason *reason);

/** Whatever state it is in: nothing of it is left. */
void vm_end(struct vm *vm);

/* dirs.c */

/** Make the guest's own directory, with a link to this program in it. */
int dirs_make(char dir[static VM_DIR_LEN], struct reason *reason);
void dirs_remove(const char *dir);

/** Find where @mib of executable guest memory fit. */
int dirs_find_memory(char dir[static PATH_MAX], unsigned int mib,
		     struct reason *reason);

#endif
