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

static const struct scenario {
	const char *name;
	uint64_t timeout_us;
	uint32_t baud_bps;
	struct line script[16];
	struct kcan_serialreq_result want;
	bool present;
} scenarios[] = {
	{ "who is in Katapult already is not sent the request",
	  5 * S,
	  APP,
	  { LOOKED, PROVES(3000) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" } },
	{ "a Klipper that answers is asked, and Katapult proves itself",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, HEARD(257000, EMPTY_9), SENT(257000, APP, REQUEST),
	    SENT(509864, KAT, CONNECT), PROVES(513000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "a Klipper that does not answer is asked nevertheless",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, PROVES(760000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "a Katapult that boots late is found",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, SENT(1009493, KAT, CONNECT),
	    SENT(1259813, KAT, CONNECT), PROVES(1262000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "at one rate, the answer to CONNECT spares the question",
	  5 * S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_1), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), PROVES(255000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "the end of a block that was heard before ends no other",
	  5 * S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_1 "x" EMPTY_2), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), HEARD(253000, "x\x05\x12\xbd\x93"),
	    PROVES(255000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "an answer with nothing behind it is old, so it goes on",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(3000, IDENT), SENT(3000, KAT, UNKNOWN),
	    SENT(253320, KAT, CONNECT), SENT(503640, APP, ASK),
	    HEARD(510000, EMPTY_9), SENT(510000, APP, REQUEST),
	    SENT(762864, KAT, CONNECT), PROVES(766000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "the same answer to every question is old, and nothing is requested",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(3000, IDENT), SENT(3000, KAT, UNKNOWN),
	    HEARD(5000, IDENT IDENT), SENT(253320, KAT, CONNECT),
	    HEARD(254000, IDENT), SENT(254000, KAT, UNKNOWN),
	    HEARD(256000, IDENT), ENDS(504320) },
	  { .verdict = KCAN_SERIALREQ_GARBLED, .ident.mcu = "rp2040" } },
	{ "an old answer after the request is no proof, but may be followed by one",
	  5 * S,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, HEARD(760000, IDENT),
	    SENT(760000, KAT, UNKNOWN), SENT(1010320, KAT, CONNECT),
	    PROVES(1013000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "an old answer when time is up is no proof",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, HEARD(760000, IDENT),
	    SENT(760000, KAT, UNKNOWN), SENT(1010320, APP, ASK),
	    ENDS(1266309) },
	  { .verdict = KCAN_SERIALREQ_GARBLED,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "an answer to an earlier question is none to this one",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, HEARD(257000, IDENT), REQUESTED,
	    HEARD(510000, IDENT REFUSE), PROVING, SENT(1009493, APP, ASK),
	    HEARD(1016000, IDENT REFUSE), ENDS(1265482) },
	  { .verdict = KCAN_SERIALREQ_GARBLED,
	    .requested = true,
	    .ident.mcu = "rp2040" } },
	{ "of an old answer and one that is proven the latter is told",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(2000, OLD_IDENT), SENT(2000, KAT, UNKNOWN),
	    HEARD(3000, IDENT REFUSE) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" } },
	{ "what comes while a question has not left is no answer",
	  S / 2,
	  APP,
	  { HELD(0, KAT, CONNECT), HEARD(400, IDENT), LEAVES(900),
	    SENT(251220, APP, ASK), SENT(507209, APP, REQUEST),
	    HELD(760073, KAT, CONNECT), HEARD(762000, IDENT), LEAVES(800000),
	    SENT(1050320, APP, ASK), ENDS(1306309) },
	  { .verdict = KCAN_SERIALREQ_SILENT, .requested = true } },
	{ "half of it before and half of it after is none either",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(3000, IDENT), HELD(3000, KAT, UNKNOWN),
	    HEARD(3400, "\x01\x88\xf2\x00"), LEAVES(3500),
	    HEARD(3600, "\x00\xbf\x99\x03"), SENT(253820, KAT, CONNECT),
	    PROVES(256000) },
	  { .verdict = KCAN_SERIALREQ_ALREADY,
	    .noise = true,
	    .ident.mcu = "rp2040" } },
	{ "Klipper still answers when time is up",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, SENT(1009493, APP, ASK),
	    HEARD(1016000, EMPTY_2), SENT(1016000, APP, EMPTY_2),
	    HEARD(1017000, EMPTY_3) },
	  { .verdict = KCAN_SERIALREQ_APPLICATION,
	    .requested = true,
	    .klipper = true } },
	{ "at one rate, Klipper is asked as soon as it stirs",
	  5 * S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_9), SENT(900, KAT, REQUEST),
	    HEARD(2500, EMPTY_9), SENT(252220, KAT, CONNECT),
	    HEARD(253000, EMPTY_1), SENT(253000, KAT, ASK),
	    HEARD(256000, EMPTY_15), SENT(256000, KAT, EMPTY_15),
	    HEARD(257000, EMPTY_0) },
	  { .verdict = KCAN_SERIALREQ_APPLICATION,
	    .requested = true,
	    .klipper = true } },
	{ "a Klipper that does not count on is an old answer",
	  S / 2,
	  APP,
	  { LOOKED, ASKED, REQUESTED, PROVING, SENT(1009493, APP, ASK),
	    HEARD(1016000, EMPTY_9), SENT(1016000, APP, EMPTY_9),
	    HEARD(1017000, EMPTY_9), HEARD(1018000, EMPTY_2), ENDS(1266434) },
	  { .verdict = KCAN_SERIALREQ_SILENT,
	    .requested = true,
	    .klipper = true } },
	{ "two answers to one question are no answer to the next",
	  S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_9), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), HEARD(253000, EMPTY_9 EMPTY_2),
	    SENT(253000, KAT, ASK), SENT(505760, KAT, CONNECT),
	    PROVES(509000) },
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
	    PROVES(509000) },
	  { .verdict = KCAN_SERIALREQ_PROVEN,
	    .requested = true,
	    .klipper = true,
	    .ident.mcu = "rp2040" } },
	{ "what stirred once more and then falls silent, too",
	  S,
	  KAT,
	  { LOOKED, HEARD(900, EMPTY_9), SENT(900, KAT, REQUEST),
	    SENT(252220, KAT, CONNECT), HEARD(253000, EMPTY_9),
	    SENT(253000, KAT, ASK), HEARD(254000, EMPTY_9),
	    SENT(254000, KAT, EMPTY_9), SENT(504200, KAT, CONNECT),
	    PROVES(509000) },
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
	  { LOOKED, HEARD(1000, "\x01\x88\xa0\x1e\x05\x40\x10" IDENT),
	    SENT(1000, KAT, UNKNOWN), HEARD(1700, REFUSE) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" } },
	{ "NACK and an answer is an answer",
	  5 * S,
	  APP,
	  { LOOKED, HEARD(1000, NACK), PROVES(3000) },
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
	{ "a Katapult that is known to be there is asked who it is, no more",
	  5 * S,
	  APP,
	  { SENT(0, KAT, CONNECT), PROVES(1000) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" },
	  .present = true },
	{ "it holds its first answer back until the second one, as on USB",
	  5 * S,
	  APP,
	  { SENT(0, KAT, CONNECT), SENT(250320, KAT, CONNECT),
	    HEARD(250700, IDENT IDENT), SENT(250700, KAT, UNKNOWN),
	    HEARD(251000, REFUSE) },
	  { .verdict = KCAN_SERIALREQ_ALREADY, .ident.mcu = "rp2040" },
	  .present = true },
	{ "it does not answer: nothing is sent that is Klipper's",
	  S / 2,
	  APP,
	  { SENT(0, KAT, CONNECT), SENT(250320, KAT, CONNECT), ENDS(500640) },
	  { .verdict = KCAN_SERIALREQ_SILENT },
	  .present = true },
	{ "it answers to everything in the same way",
	  S / 2,
	  APP,
	  { SENT(0, KAT, CONNECT), HEARD(1000, IDENT), SENT(1000, KAT, UNKNOWN),
	    HEARD(2000, IDENT), SENT(251320, KAT, CONNECT),
	    HEARD(252000, IDENT), SENT(252000, KAT, UNKNOWN),
	    HEARD(253000, IDENT), ENDS(502320) },
	  { .verdict = KCAN_SERIALREQ_GARBLED, .ident.mcu = "rp2040" },
	  .present = true },
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
	if (line->what == TX)
		kcan_serialreq_sent(req, line->us);
}

static void play(struct kcan_serialreq *req, const struct line *line)
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

static void test_scenario(void **state)
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
