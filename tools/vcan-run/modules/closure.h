/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_CLOSURE_H
#define VCAN_RUN_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct closure - kernel modules, each behind all that it needs
 *
 * Zero-initialise it, release with closure_fini(). The paths are those of
 * modules.dep. Pure: its text is given, no file is read.
 */
struct closure {
	char **paths;
	size_t n;
};

/**
 * closure_add() - add a module and what it needs, unless they are there
 * @dep:    the text of modules.dep: lines of "path: path path ...", on which
 *          the deepest need comes last
 * @module: a name; '-' and '_' are the same
 *
 * Return: 0, -ENOENT when @dep has no such module, -ENOMEM.
 */
int closure_add(struct closure *c, const char *dep, const char *module);
void closure_fini(struct closure *c);

/** Is it in modules.builtin, whose text is one path a line? */
bool closure_is_builtin(const char *builtin, const char *module);

#endif
