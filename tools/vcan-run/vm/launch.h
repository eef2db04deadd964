/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_LAUNCH_H
#define VCAN_RUN_LAUNCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "../opts.h"
#include "../reason.h"

#define LAUNCH_ARGS_MAX 64

/** How a guest is started; zero-initialise it, release with launch_fini(). */
struct launch {
	char program[PATH_MAX];
	char tmpdir[PATH_MAX];
	char preload[PATH_MAX]; /* a library to load first; empty: none */
	/*
	 * The program ends with 2v+1 after the guest has written v to its
	 * isa-debug-exit device, as a second word on the status it reported.
	 */
	bool confirms;
	bool failed; /* memory, or LAUNCH_ARGS_MAX, was exceeded */
	size_t n;
	char *argv[LAUNCH_ARGS_MAX + 1];
};

/** Add one argument. */
void launch_add(struct launch *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void launch_fini(struct launch *l);

/**
 * launch_named() - set @l->program to what a variable names
 * @env: the variable
 *
 * Return: 0, 1 when it is empty or not set, or -1 with @reason when it is wrong.
 */
int launch_named(struct launch *l, const char *env, struct reason *reason);

/**
 * launch_search() - set @l->program to what is on PATH
 * @names: in the order of looking, up to a NULL
 *
 * Return: 0, or 1 when none is there.
 */
int launch_search(struct launch *l, const char *const *names);

#endif
