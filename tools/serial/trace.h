/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIAL_TRACE_H
#define SERIAL_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "../shared/loop.h"
#include "proto/usbdev.h"

/* One line with the time, when @l wants it. */

/** Bytes at a rate, as hex; @way: ">" written, "<" read. */
void trace_bytes(const struct loop *l, uint32_t rate_bps, const char *way,
		 const uint8_t *bytes, size_t len);

/** Anything else that is done. */
void trace_text(const struct loop *l, const char *text);

/** What is on a USB port. */
void trace_device(const struct loop *l, const char *port,
		  const struct kcan_usbdev *dev);

#endif
