// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Any bytes as an image: what is said of them agrees with itself. */
#include <stdlib.h>
#include <string.h>

#include "flash/image_vectors.h"
#include "fuzz.h"

#define START 0x08002000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of its own size: nothing behind it is looked at */
	uint8_t *image = malloc(size ? size : 1);
	struct kcan_image_vectors v;
	struct kcan_chip_range flash = { START, (uint32_t)size };
	bool whole;

	check(image);
	if (size)
		memcpy(image, data, size);
	whole = kcan_image_vectors_read(&v, image, size);
	check(whole == (size >= 12));
	/* the exact test is never laxer than the other one */
	if (kcan_image_is_for(image, size, START))
		check(whole && kcan_image_reset_fits(v.reset, &flash));
	check(kcan_image_is_signed(image, size) ==
	      (memmem(image, size, "CanBoot!", 8) != NULL));
	free(image);
	return 0;
}
