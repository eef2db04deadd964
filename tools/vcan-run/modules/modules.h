/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_MODULES_H
#define VCAN_RUN_MODULES_H

/*
 * A root for modprobe where it finds modules that lie outside /lib: there the
 * folder may be missing, and the guest's files are the machine's.
 */
#define MODULES_BASE "/run/vcan-run"

/* In the environment of a guest's init: where to look for modules first. */
#define MODULES_ENV "VCAN_RUN_MODULES"

/* What there is for CAN without hardware, up to a NULL. */
extern const char *const modules_can[];

/**
 * modules_load_can() - load modules_can, with what they need
 *
 * Modules that do not exist are passed over: they may be built in, and the
 * frame that must be carried afterwards decides. Failures go to stderr.
 * MODULES_BASE exists afterwards if modprobe needs it.
 */
void modules_load_can(void);

/**
 * modules_link() - let modprobe find the modules of the running kernel
 * @base: modprobe's root, "" for its own; gets a folder lib/modules
 * @dir:  where they are
 */
void modules_link(const char *base, const char *dir);

/**
 * modules_load_list() - load what a file lists, in its order
 * @dir:  where the modules are
 * @list: one file name a line
 */
void modules_load_list(const char *dir, const char *list);

#endif
