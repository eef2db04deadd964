// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_VM_H
#define VCAN_RUN_VM_H

#include <limits.h>
#include <sys/types.h>

#include "opts.h"
#include "why.h"

#define VM_DIR_LEN 96

/**
 * struct vm - a running User-Mode Linux and what must go with it
 *
 * A guest is one process and a traced one for each address space in it, all
 * of one process group. A guardian process ends that group and removes the
 * directory when vcan-run is gone, however it went.
 */
struct vm {
	pid_t pid;
	pid_t guardian;
	int line;    /* frames, both ways, non-blocking */
	int console; /* what the kernel says, non-blocking */
	int life;    /* open as long as we live */
	char dir[VM_DIR_LEN];
};

/** Signals must be blocked by the caller. Return: 0, or -1 with @why. */
int vm_start(struct vm *vm, const struct opts *o, struct why *why);

/** Whatever state it is in: nothing of it is left. */
void vm_end(struct vm *vm);

/* dirs.c */

/** Make the guest's own directory, with a link to this program in it. */
int dirs_make(char dir[static VM_DIR_LEN], struct why *why);
void dirs_remove(const char *dir);

/** Find where @mib of executable guest memory fit. */
int dirs_find_memory(char dir[static PATH_MAX], unsigned int mib,
		     struct why *why);

#endif
