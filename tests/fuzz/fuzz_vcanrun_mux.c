// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/line/mux.c tools/vcan-run/line/setup.c
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/line/setup.h"
#include "fuzz.h"

/* Whatever the line delivers: a frame that is accepted encodes the same. */
static void decode_line(const uint8_t *data, size_t size)
{
	uint8_t again[MUX_FRAME_MAX];
	struct mux_decoder d = { 0 };
	struct mux_frame f;
	size_t len;

	for (size_t i = 0; i < size; i++) {
		if (mux_decode(&d, data[i], &f) != 1)
			continue;
		len = mux_encode(again, f.type, f.stream, f.data, f.len);
		if (len > i + 1 || memcmp(again, data + i + 1 - len, len))
			abort();
	}
}

/* Any bytes as payload come out as they went in. */
static void round_trip(const uint8_t *data, size_t size)
{
	uint8_t out[MUX_FRAME_MAX];
	struct mux_decoder d = { 0 };
	struct mux_frame f;
	size_t len = mux_encode(out, MUX_DATA, MUX_STDERR, data, size);

	for (size_t i = 0; i < len; i++)
		if (mux_decode(&d, out[i], &f) != (i + 1 == len))
			abort();
	if (len && (f.len != size || (size && memcmp(f.data, data, size))))
		abort();
}

static void unpack_setup(const uint8_t *data, size_t size)
{
	struct setup_blob b = { 0 };
	struct setup s;

	if (!setup_append(&b, data, size) && !setup_unpack(&b, &s))
		setup_drop(&s);
	setup_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode_line(data, size);
	round_trip(data, size);
	unpack_setup(data, size);
	return 0;
}
