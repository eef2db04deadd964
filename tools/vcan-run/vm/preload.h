/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_PRELOAD_H
#define VCAN_RUN_PRELOAD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "../reason.h"

/*
 * The extended registers of a traced process are set as a whole or not at all
 * (Linux, arch/x86/kernel/fpu/regset.c). User-Mode Linux 6.1 and 6.12 have 2696
 * bytes for them, enough for AVX-512; with AMX they are 11008, and its first
 * process is killed: "ptrace set fp regs failed". 7.2 asks how many they are.
 * preload/xstate.c, in front of its libc, sets the whole when a part is given.
 */

/* That library, as the Makefile makes a shared object of it. */
extern const unsigned char preload_xstate[];
extern const size_t preload_xstate_len;

/** Has this processor more registers than an older User-Mode Linux? */
bool preload_is_needed(void);

/**
 * preload_write() - make that library a file
 * @path: gets its name
 * @dir:  where; it goes with the guest
 *
 * Return: 0, or -1 with @reason.
 */
int preload_write(char path[static PATH_MAX], const char *dir,
		  struct reason *reason);

#endif
