/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_SERIALREQ_SCRIPT_H
#define UNIT_SERIALREQ_SCRIPT_H

/* The exchange on a UART, with literal bytes and a clock moved by hand. */
#include "../support/unit.h"

#include <string.h>

#include <kcan/serialreq.h>

#define S 1000000u
#define APP 115200
#define KAT 250000

/* katapult-protocol.md, section 12 */
#define CONNECT "\x01\x88\x11\x00\xf1\x7c\x99\x03"
/* sections 6 and 12: a code that is refused, as with REFUSE */
#define UNKNOWN "\x01\x88\x90\x00\xe5\xe9\x99\x03"
#define NACK "\x01\x88\xf1\x00\x68\x95\x99\x03"
#define REFUSE "\x01\x88\xf2\x00\x00\xbf\x99\x03"
#define IDENT                                                          \
	"\x01\x88\xa0\x0c\x11\x00\x00\x00\x00\x01\x01\x00\x00\x40\x00" \
	"\x10\x40\x00\x00\x00rp2040\x00\x00\x00\x00\x00\x00"           \
	"v0.0.1-109-g902f335\x00\x18\x3b\x99\x03"
#define OLD_IDENT                                                  \
	"\x01\x88\xa0\x09\x11\x00\x00\x00\x00\x01\x01\x00\x00\x20" \
	"\x00\x08\x40\x00\x00\x00\x73\x74\x6d\x33\x32\x66\x30\x37" \
	"\x32\x78\x62\x00\x00\x00\x00\x00\x3f\x00\x00\x00\x9f\xf7" \
	"\x99\x03"
/* can-admin-channel.md, section 11.2, the sync in front */
#define REQUEST                                                        \
	"\x7e\x20\x1c\x20\x52\x65\x71\x75\x65\x73\x74\x20\x53\x65\x72" \
	"\x69\x61\x6c\x20\x42\x6f\x6f\x74\x6c\x6f\x61\x64\x65\x72\x21" \
	"\x21\x20\x7e"
/* klipper-mcu-protocol.md, section 4.3 */
#define SYNC16 "~~~~~~~~~~~~~~~~"
#define EMPTY_1 "\x05\x11\x8f\x08\x7e"
#define EMPTY_2 "\x05\x12\xbd\x93\x7e"
#define EMPTY_3 "\x05\x13\xac\x1a\x7e"
#define EMPTY_9 "\x05\x19\x03\x40\x7e"
#define EMPTY_15 "\x05\x1f\x66\x76\x7e"
#define EMPTY_0 "\x05\x10\x9e\x81\x7e"
#define ASK SYNC16 SYNC16 SYNC16 SYNC16 EMPTY_1

enum what {
	END,
	TX,   /* due exactly now, at this rate; it leaves at once */
	HOLD, /* the same, but it does not leave yet */
	LEFT, /* but now */
	RX,
	OVER, /* now is the deadline, and then there is a verdict */
};

struct line {
	uint64_t us;
	enum what what;
	uint32_t rate_bps;
	const char *bytes;
	size_t len;
};

#define SENT(us, rate, text)                         \
	{                                            \
		us, TX, rate, text, sizeof(text) - 1 \
	}
#define HELD(us, rate, text)                           \
	{                                              \
		us, HOLD, rate, text, sizeof(text) - 1 \
	}
#define LEAVES(us)       \
	{                \
		us, LEFT \
	}
#define HEARD(us, text)                           \
	{                                         \
		us, RX, 0, text, sizeof(text) - 1 \
	}
#define ENDS(us)         \
	{                \
		us, OVER \
	}

/*
 * Each wait is 250 ms and what the bytes take: CONNECT 320 us, ASK 5989 us, the
 * request 2864 us. Here at different rates, where nobody answers.
 */
#define LOOKED SENT(0, KAT, CONNECT)
#define ASKED SENT(250320, APP, ASK)
#define REQUESTED SENT(506309, APP, REQUEST)
#define PROVING SENT(759173, KAT, CONNECT)
#define PROVES(us) \
	HEARD(us, IDENT), SENT(us, KAT, UNKNOWN), HEARD((us) + 700, REFUSE)

struct scenario {
	const char *name;
	uint64_t timeout_us;
	uint32_t baud_bps;
	struct line script[16];
	struct kcan_serialreq_result want;
	bool present;
};

static inline void play_tx(struct kcan_serialreq *req, const struct line *line)
{
	struct kcan_serialreq_send send;

	assert_int_equal(kcan_serialreq_deadline(req), line->us);
	if (line->us)
		assert_false(kcan_serialreq_tx(req, &send, line->us - 1));
	assert_true(kcan_serialreq_tx(req, &send, line->us));
	assert_int_equal(send.rate_bps, line->rate_bps);
	assert_int_equal(send.len, line->len);
	assert_memory_equal(send.bytes, line->bytes, line->len);
	assert_int_equal(kcan_serialreq_deadline(req), UINT64_MAX);
	assert_false(kcan_serialreq_tx(req, &send, line->us));
	if (line->what == TX)
		kcan_serialreq_sent(req, line->us);
}

static inline void play(struct kcan_serialreq *req, const struct line *line)
{
	struct kcan_serialreq_send send;

	if (line->what == TX || line->what == HOLD) {
		play_tx(req, line);
	} else if (line->what == LEFT) {
		kcan_serialreq_sent(req, line->us);
	} else if (line->what == RX) {
		kcan_serialreq_rx(req, (const uint8_t *)line->bytes, line->len,
				  line->us);
	} else if (line->what == OVER) {
		assert_int_equal(kcan_serialreq_deadline(req), line->us);
		assert_false(kcan_serialreq_tx(req, &send, line->us));
	}
}

static inline void test_scenario(void **state)
{
	const struct scenario *s = *state;
	struct kcan_serialreq_cfg cfg = { s->timeout_us, s->baud_bps, KAT,
					  s->present };
	struct kcan_serialreq_result got;
	struct kcan_serialreq *req;

	assert_int_equal(kcan_serialreq_new(&req, &cfg), 0);
	for (size_t i = 0; i < ARRAY_SIZE(s->script); i++)
		play(req, &s->script[i]);
	got = kcan_serialreq_result(req);
	assert_int_equal(got.verdict, s->want.verdict);
	assert_int_equal(got.requested, s->want.requested);
	assert_int_equal(got.klipper, s->want.klipper);
	assert_int_equal(got.echo, s->want.echo);
	assert_int_equal(got.noise, s->want.noise);
	assert_string_equal(got.ident.mcu, s->want.ident.mcu);
	assert_int_equal(kcan_serialreq_deadline(req), UINT64_MAX);
	kcan_serialreq_free(req);
}

#endif
