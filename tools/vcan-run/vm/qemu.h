/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_QEMU_H
#define VCAN_RUN_QEMU_H

#include <stdbool.h>

#include "../reason.h"
#include "launch.h"

/** Debian's kernel, unpacked by scripts/guest-kernel.sh. */
struct qemu_kernel {
	char vmlinux[PATH_MAX];
	char modules[PATH_MAX]; /* the folder that has modules.dep */
};

/**
 * qemu_make_initrd() - write the guest's first root to a file
 *
 * This program as its init, the libraries it is linked with, and the modules
 * that lead to the machine's files, to CAN and to USB. Return: 0, or -1 with
 * @reason.
 */
int qemu_make_initrd(const char *path, const struct qemu_kernel *k,
		     const char *cwd, bool kvaser, struct reason *reason);

struct qemu_machine {
	const char *vmlinux;
	const char *initrd;
	const char *cwd; /* shared for writing; empty: no folder is */
	unsigned int mem_mib;
	int line_fd;
	bool kvaser;  /* two of its cards, on one bus */
	bool verbose; /* the kernel says all it has to say */
};

/** The command line of QEMU for this machine. Pure. */
void qemu_args(struct launch *l, const struct qemu_machine *m);

#endif
