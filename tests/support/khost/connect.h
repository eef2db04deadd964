/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_CONNECT_H
#define KHOST_CONNECT_H

#include "host.h"

/* What connecting needs of a host's inside. Returns are those of host.h. */

/** Keep a sentence. Return: @err. */
#define host_fail(h, err, ...) \
	(snprintf((h)->error, HOST_ERROR_MAX, __VA_ARGS__), (err))

/** Operations of its session; @arg is the host. */
uint64_t host_send(void *arg, const uint8_t *bytes, size_t len);
void host_hear(void *arg, const uint8_t *content, size_t len);

/** Wait for something to happen once, @input included, and see to it. */
int host_step(struct host *h, int input, uint64_t until_us);

/** Go on listening for so long. */
int host_pause(struct host *h, uint64_t us);

/** host_call() with another end. */
int host_call_until(struct host *h, const char *line, uint64_t deadline_us);

/** Return: the first message behind @h->looked, which moves behind it, or NULL. */
const char *host_find(struct host *h, const char *name, const char *value);

#endif
