// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The exchange on a UART, with literal bytes and a clock moved by hand. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include <kcan/serialreq.h>

#define S 1000000u
#define APP 115200
#define KAT 250000

/* katapult-protocol.md, section 12 */
#define CONNECT "\x01\x88\x11\x00\xf1\x7c\x99\x03"
#define NACK "\x01\x88\xf1\x00\x68\x95\x99\x03"
#define REFUSE "\x01\x88\xf2\x00\x00\xbf\x99\x03"
#define IDENT                                                          \
	"\x01\x88\xa0\x0c\x11\x00\x00\x00\x00\x01\x01\x00\x00\x40\x00" \
	"\x10\x40\x00\x00\x00rp2040\x00\x00\x00\x00\x00\x00"           \
	"v0.0.1-109-g902f335\x00\x18\x3b\x99\x03"
/* can-admin-channel.md, section 11.2, the sync in front */
#define REQUEST                                                        \
	"\x7e\x20\x1c\x20\x52\x65\x71\x75\x65\x73\x74\x20\x53\x65\x72" \
	"\x69\x61\x6c\x20\x42\x6f\x6f\x74\x6c\x6f\x61\x64\x65\x72\x21" \
	"\x21\x20\x7e"
/* klipper-mcu-protocol.md, section 4.3 */
#define SYNC16 "~~~~~~~~~~~~~~~~"
#define EMPTY_1 "\x05\x11\x8f\x08\x7e"
#define EMPTY_2 "\x05\x12\xbd\x93\x7e"
#define EMPTY_9 "\x05\x19\x03\x40\x7e"
#define ASK SYNC16 SYNC16 SYNC16 SYNC16 EMPTY_1

enum what {
	END,
	TX, /* due exactly now, at this rate; written at once */
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

static const struct scenario {
	const char *name;
	uint64_t timeout_us;
	uint32_t baud_bps;
	struct line script[16];
	struct kcan_serialreq_result want;
} scenarios[] = {
	{ "who is in Katapult already is asked nothing",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(3000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" } },
	{ "a Klipper that answers is asked, and Katapult proves itself",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, HEARD(257000, EMPTY_9), SENT(257000, APP, REQUEST),
	    SENT(509864, KAT, CONNECT), HEARD(513000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "a Klipper that does not answer is asked nevertheless",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, HEARD(760000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "a Katapult that boots late is found",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, SENT(1009493, KAT, CONNECT),
	    SENT(1259813, KAT, CONNECT), HEARD(1262000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "at one rate, the answer to CONNECT spares the question",
	  5 * S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_1), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), HEARD(255000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "Klipper still answers when time is up",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, SENT(1009493, APP, ASK),
	    HEARD(1016000, EMPTY_2) },
	  { .verdict = KCAN_SERIALREQ_APPLICATION, .requested = true } },
	{ "at one rate, Klipper is asked as soon as it stirs",
	  5 * S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_9), SENT(900, KAT, REQUEST),
	    HEARD(2500, EMPTY_9), SENT(252220, KAT, CONNECT),
	    HEARD(253000, EMPTY_1), SENT(253000, KAT, ASK),
	    HEARD(256000, EMPTY_9) },
	  { .verdict = KCAN_SERIALREQ_APPLICATION,
	    .requested = true,
	    .klipper = true } },
	{ "two answers to one question are no answer to the next",
	  S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_9), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), HEARD(253000, EMPTY_9 EMPTY_2),
	    SENT(253000, KAT, ASK), SENT(505760, KAT, CONNECT),
	    HEARD(509000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "what stirred and then falls silent is given its time",
	  S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_9), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), HEARD(253000, EMPTY_9),
	    SENT(253000, KAT, ASK), SENT(505760, KAT, CONNECT),
	    HEARD(509000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "silence is silence",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, SENT(1009493, APP, ASK),
	    ENDS(1265482) },
	  { .verdict = KCAN_SERIALREQ_SILENT, .requested = true } },
	{ "a line that sends everything back proves nothing",
	  S / 2,
	  APP,
	  { LOOKED, HEARD(400, CONNECT), ASKED, HEARD(257000, ASK), REQUESTED,
	    HEARD(509500, REQUEST), PROVING, HEARD(760000, CONNECT),
	    SENT(1009493, APP, ASK), HEARD(1016000, ASK), ENDS(1265482) },
	  { .verdict = KCAN_SERIALREQ_SILENT,
	    .requested = true,
	    .echo = true } },
	{ "bytes without a meaning are told",
	  S / 2,
	  APP,
	  { LOOKED, HEARD(500, "\x01\x88\xa0\x0c garbage"), ASKED, REQUESTED,
	    PROVING, SENT(1009493, APP, ASK), ENDS(1265482) },
	  { .verdict = KCAN_SERIALREQ_SILENT,
	    .requested = true,
	    .noise = true } },
	{ "an answer that its reset cuts off is no noise",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, REQUESTED, HEARD(509500, "\x05\x19\x03"), PROVING,
	    SENT(1009493, APP, ASK), ENDS(1265482) },
	  { .verdict = KCAN_SERIALREQ_SILENT, .requested = true } },
	{ "noise that begins like a block does not hide one",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(1000, "\x01\x88\xa0\x1e\x05\x40\x10" IDENT) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" } },
	{ "NACK and an answer is an answer",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(1000, NACK), HEARD(3000, IDENT) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" } },
	{ "NACK and silence: one more CONNECT, and no request",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(1000, NACK), SENT(250320, KAT, CONNECT),
	    ENDS(500640) },
	  { .verdict = KCAN_SERIALREQ_GARBLED } },
	{ "NACK while proving",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, HEARD(760000, NACK),
	    SENT(1009493, KAT, CONNECT), HEARD(1010000, NACK), ENDS(1259813) },
	  { .verdict = KCAN_SERIALREQ_GARBLED, .requested = true } },
	{ "a Katapult that refuses CONNECT is no proof",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, HEARD(760000, REFUSE),
	    SENT(1009493, KAT, CONNECT), ENDS(1259813) },
	  { .verdict = KCAN_SERIALREQ_GARBLED, .requested = true } },
};

static void play_tx(struct kcan_serialreq *req, const struct line *line)
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
	kcan_serialreq_sent(req, line->us);
}

static void play(struct kcan_serialreq *req, const struct line *line)
{
	struct kcan_serialreq_send send;

	if (line->what == TX) {
		play_tx(req, line);
	} else if (line->what == RX) {
		kcan_serialreq_rx(req, (const uint8_t *)line->bytes, line->len,
				  line->us);
	} else if (line->what == OVER) {
		assert_int_equal(kcan_serialreq_deadline(req), line->us);
		assert_false(kcan_serialreq_tx(req, &send, line->us));
	}
}

static void test_scenario(void **state)
{
	const struct scenario *s = *state;
	struct kcan_serialreq_cfg cfg = { s->timeout_us, s->baud_bps, KAT };
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

static void test_zero_is_refused(void **state)
{
	static const struct kcan_serialreq_cfg cfgs[] = { { 0, 1, 1 },
							  { 1, 0, 1 },
							  { 1, 1, 0 } };
	struct kcan_serialreq *req;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cfgs); i++)
		assert_int_equal(kcan_serialreq_new(&req, &cfgs[i]), -EINVAL);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + 1] = {
		cmocka_unit_test(test_zero_is_refused),
	};
	size_t n = 1;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
