/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_ENGINE_H
#define VCAN_RUN_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "opts.h"
#include "reason.h"

struct vm_kind;

/**
 * struct engine - one way to have a kernel with CAN
 * @usb:  its kernel has USB and PCI too, and udevd names the devices
 * @run:  run the command once a CAN frame was carried; the exit status, or
 *        -1 with @reason when this engine does not work here and nothing was
 *        started. It need not return: the host engine becomes the command.
 * @vm:   the guest that it starts, if any
 */
struct engine {
	const char *name;
	bool usb;
	int (*run)(const struct engine *e, const struct opts *o,
		   struct reason *reason);
	const struct vm_kind *vm;
};

int engine_host_run(const struct engine *e, const struct opts *o,
		    struct reason *reason);
int engine_guest_run(const struct engine *e, const struct opts *o,
		     struct reason *reason);

/** Return: NULL when there is none of that name. */
const struct engine *engine_find(const char *name);
void engine_names(char *out, size_t size, const char *separator);

/** Try the wanted engine, or each in turn. Return: the exit status. */
int engine_run_first(const struct opts *o);

#endif
