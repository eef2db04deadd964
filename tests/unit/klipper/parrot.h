/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KLIPPER_PARROT_H
#define UNIT_KLIPPER_PARROT_H

/*
 * A chip on a bus that says what its row says: for each length that is read,
 * one answer after the other, the last one for ever. Commands are written by
 * hand: the formats are in klipper-mcu-protocol.md, section 20.2, integers in
 * 5.2.
 */
#include "story.h"

#define ANSWERS 4

struct parrot {
	struct device_wires wires; /* first */
	const char *const *answers;
	const char *heard; /* what it has to be told; NULL: anything */
};

static inline void assert_hex(const uint8_t *bytes, size_t len,
			      const char *want)
{
	char hex[2 * KCAN_KLP_CONTENT_MAX + 1];

	util_hex_encode(hex, bytes, len);
	assert_string_equal(hex, want);
}

static inline bool parrot_talk(void *self, const struct device_message *message,
			       uint64_t now_us)
{
	struct parrot *p = self;
	size_t digits = 2 * message->in_len;
	const char *const *a = p->answers;

	(void)now_us;
	if (p->heard)
		assert_hex(message->out, message->out_len, p->heard);
	while (*a && strlen(*a) != digits)
		a++;
	if (!*a)
		return true;
	assert_int_equal(util_hex_decode(message->in, *a, digits), 0);
	/* it is not the last one of its length: the next time that */
	if (a[1] && strlen(a[1]) == digits)
		p->answers = a + 1;
	return true;
}

static const struct device_kind parrot_kind = {
	.size = sizeof(struct parrot),
	.talk = parrot_talk,
};

/* config_spi oid=0 pin=PA1, spi_set_bus oid=0 spi_bus=1 mode=3 rate=100000 */
#define SPI        \
	"0402"     \
	"3f000100" \
	"41000103868d20"
/* config_i2c oid=0, i2c_set_bus oid=0 i2c_bus=0 rate=100000 address=0x68 */
#define I2C    \
	"0402" \
	"4a00" \
	"4b0000868d208068"
#define X8(hex) hex hex hex hex hex hex hex hex
#define X4(hex) hex hex hex hex
#define AT_SPI                            \
	{                                 \
		DEVICE_SPI, DEVICE_ANY, 1 \
	}
#define AT_I2C                      \
	{                           \
		DEVICE_I2C, 0, 0x68 \
	}
#define NOWHERE                           \
	{                                 \
		DEVICE_SPI, DEVICE_ANY, 2 \
	}

struct chip_story {
	const char *name;
	struct device_wires wires;
	const char *answers[ANSWERS];
	struct story_step steps[STORY_STEPS];
	const char *reason; /* of the last shutdown; NULL: not looked at */
	const char *heard;  /* by the chip; NULL: not looked at */
};

static inline void parrot_test(void **state)
{
	const struct chip_story *story = *state;
	struct parrot *parrot;
	struct host h;

	parrot = story_connect(&h, &parrot_kind, story->wires);
	parrot->answers = story->answers;
	parrot->heard = story->heard;
	story_tell(&h, story->steps);
	if (story->reason)
		assert_string_equal(h.board.reason, story->reason);
	host_end(&h);
}

#endif
