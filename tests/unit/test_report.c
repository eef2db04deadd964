// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* How the ends of UUIDs are told, each one. */
#include "report_canbootreq.h"

#include <signal.h>

static const struct end_row end_rows[] = {
	{ "proven",
	  { .cause = CAUSE_PROVEN },
	  0,
	  "112233445566: in-bootloader: Katapult answered on can0 with this "
	  "UUID\n",
	  "canbootreq: next: " NEXT "\ncanbootreq: back: " BACK "\n"
	  "canbootreq:   that starts the application in it" },
	{ "proven and identified",
	  { .cause = CAUSE_PROVEN, .identified = true, .katapult = IDENT },
	  0,
	  "112233445566: in-bootloader: Katapult answered on can0 with this "
	  "UUID (stm32g0b1xx, Katapult v0.0.1-109-g902f335, application at "
	  "0x08002000)\n",
	  "" },
	{ "proven, by its name in a printer.cfg, which is printable here",
	  { .cause = CAUSE_PROVEN, .name = "EBB\033[2J" },
	  0,
	  "112233445566 (EBB?[2J): in-bootloader: Katapult answered on can0 "
	  "with this UUID\n",
	  "canbootreq: next: " NEXT "\ncanbootreq: back: " BACK "\n" },
	{ "an old Katapult tells no version",
	  { .cause = CAUSE_PROVEN,
	    .identified = true,
	    .katapult = { .mcu = "rp2040", .app_start = 0x10004000 } },
	  0,
	  "112233445566: in-bootloader: Katapult answered on can0 with this "
	  "UUID (rp2040, Katapult of unknown version, application at "
	  "0x10004000)\n",
	  "" },
	{ "texts from the wire are printable here",
	  { .cause = CAUSE_PROVEN,
	    .identified = true,
	    .katapult = { .mcu = "\033[2J\377", .version = "a\nb" } },
	  0,
	  "112233445566: in-bootloader: Katapult answered on can0 with this "
	  "UUID (?[2J?, Katapult a?b, application at 0x00000000)\n",
	  "" },
	{ "requested, acknowledged",
	  { .cause = CAUSE_REQUESTED, .request = REQUEST_ACKNOWLEDGED },
	  0,
	  "112233445566: requested: not verified; the request was "
	  "acknowledged on the bus\n",
	  "canbootreq: next: " NEXT },
	{ "requested, handed over",
	  { .cause = CAUSE_REQUESTED, .request = REQUEST_HANDED_OVER },
	  0,
	  "112233445566: requested: not verified; the request was "
	  "handed to the adapter\n",
	  "canbootreq: back: " BACK "\n"
	  "canbootreq:   if it is in Katapult now, it stays there" },
	{ "silent",
	  { .cause = CAUSE_SILENT, .request = REQUEST_HANDED_OVER },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but no Katapult answered with this UUID\n",
	  "canbootreq: likely reasons, likeliest first:\n"
	  "canbootreq:   1. no Katapult on the MCU" },
	{ "queue full",
	  { .cause = CAUSE_NOT_QUEUED, .txqueuelen = 10 },
	  5,
	  "112233445566: not-sent: the transmit queue of can0 stayed full; no "
	  "request was sent\n",
	  "a short queue (now 10) fills sooner: sudo ip link set can0 "
	  "txqueuelen "
	  "128\n" },
	{ "never had its turn",
	  { .cause = CAUSE_BEHIND },
	  5,
	  "112233445566: not-sent: can0 never confirmed an earlier frame of "
	  "this call, so no request was sent for this one\n",
	  "sudo ip link set can0 down && sudo ip link set can0 up type can "
	  "bitrate 500000\n" },
	{ "not confirmed",
	  { .cause = CAUSE_UNCONFIRMED },
	  5,
	  "112233445566: not-sent: can0 never confirmed the request: it is "
	  "still queued and will be sent when another node acknowledges it\n",
	  "canbootreq: discard the queued frame, or it is sent later: sudo ip "
	  "link set can0 down && sudo ip link set can0 up type can bitrate "
	  "500000\n" },
	{ "nodeid taken",
	  { .cause = CAUSE_NODEID_TAKEN, .request = REQUEST_ACKNOWLEDGED },
	  6,
	  "112233445566: busy: a Klipper node owns nodeid 192 on can0, so the "
	  "proof was stopped; the request was acknowledged on the bus\n",
	  "another nodeid: canbootreq -i can0 -u 112233445566\n" },
	{ "another UUID",
	  { .cause = CAUSE_WRONG_UUID,
	    .other = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
	    .request = REQUEST_ACKNOWLEDGED },
	  7,
	  "112233445566: unproven: a Katapult with UUID aabbccddeeff answered "
	  "on our nodeid 192; the request was acknowledged on the bus\n",
	  "ask again, which draws another one, or switch that board off and "
	  "on\n" },
	{ "NACK",
	  { .cause = CAUSE_NACKED, .request = REQUEST_HANDED_OVER },
	  7,
	  "112233445566: unproven: Katapult answered NACK and then nothing; "
	  "the request was handed to the adapter\n",
	  "likely its receiver is stuck, and only a reset helps: switch the "
	  "board's power off and on" },
	{ "refused",
	  { .cause = CAUSE_REFUSED, .request = REQUEST_HANDED_OVER },
	  7,
	  "112233445566: unproven: Katapult answered, but does not know the "
	  "question for its UUID (likely a very old one); the request was handed to "
	  "the adapter\n",
	  NEXT },
	{ "garbled",
	  { .cause = CAUSE_GARBLED, .request = REQUEST_HANDED_OVER },
	  7,
	  "112233445566: unproven: answers on our nodeid 192 begin like "
	  "Katapult's, but none was a complete and correct answer to a "
	  "confirmed question; the request was handed "
	  "to the adapter\n",
	  "ip -details -statistics link show can0" },
	{ "UUID reserved",
	  { .cause = CAUSE_UUID_RESERVED, .holder = "k\033 (pid 7)" },
	  6,
	  "112233445566: busy: k? (pid 7) is busy with this MCU on can0; no "
	  "request was sent\n",
	  "wait until it has ended, then ask again, or go on nevertheless "
	  "with --force" },
	{ "no nodeid is free",
	  { .cause = CAUSE_NO_NODEID, .request = REQUEST_NONE },
	  6,
	  "112233445566: busy: no nodeid from 192 to 254 is free on can0: "
	  "other canbootreq processes hold them, or frames were heard on them; "
	  "no request was sent\n",
	  "canbootreq -i can0 --listen" },
	{ "no nodeid is free any more",
	  { .cause = CAUSE_NO_NODEID, .request = REQUEST_ACKNOWLEDGED },
	  6,
	  "112233445566: busy: no nodeid from 192 to 254 is free on can0: "
	  "other canbootreq processes hold them, or frames were heard on them; "
	  "the request was acknowledged on the bus\n",
	  "canbootreq -i can0 --listen" },
	{ "left",
	  { .cause = CAUSE_LEFT,
	    .leave = true,
	    .identified = true,
	    .katapult = IDENT,
	    .request = REQUEST_HANDED_OVER },
	  0,
	  "112233445566: left-bootloader: Katapult acknowledged and no longer "
	  "answers on can0 (stm32g0b1xx, Katapult v0.0.1-109-g902f335, "
	  "application at 0x08002000)\n",
	  "canbootreq: next: start Klipper's host again: sudo systemctl start "
	  "klipper\n"
	  "canbootreq:   whether the application runs well cannot be seen from "
	  "here\n"
	  "canbootreq: back: canbootreq -i can0 -u 112233445566\n" },
	{ "nobody to leave",
	  { .cause = CAUSE_LEAVE_SILENT,
	    .leave = true,
	    .request = REQUEST_NONE },
	  3,
	  "112233445566: no-answer: no Katapult answered with this UUID on "
	  "can0 within 1.5 s; nothing was started\n",
	  "canbootreq: likely reasons, likeliest first:\n"
	  "canbootreq:   1. it is not in Katapult" },
	{ "no application to leave for",
	  { .cause = CAUSE_BLANK, .leave = true, .request = REQUEST_NONE },
	  8,
	  "112233445566: no-application: its flash holds no application, so "
	  "it was left in Katapult on can0\n",
	  "canbootreq: flash one: " NEXT },
	{ "silent in mid-leave",
	  { .cause = CAUSE_UNANSWERED,
	    .leave = true,
	    .request = REQUEST_NONE,
	    .warnings = 1u << WARNING_TORN },
	  7,
	  "112233445566: unproven: Katapult answered with this UUID on can0, "
	  "but did not answer what came after; nothing was started\n",
	  "canbootreq: warning: the node may have received half a command, "
	  "which "
	  "blocks its Katapult: switch its power off and on before anything "
	  "else\n"
	  "canbootreq: try again: " BACK "\n" },
	{ "still there after COMPLETE",
	  { .cause = CAUSE_STAYED,
	    .leave = true,
	    .request = REQUEST_ACKNOWLEDGED },
	  7,
	  "112233445566: unproven: Katapult still answers on can0; COMPLETE "
	  "was acknowledged on the bus\n",
	  "canbootreq: try again: " BACK "\n" },
	{ "perhaps left",
	  { .cause = CAUSE_UNSURE,
	    .leave = true,
	    .request = REQUEST_HANDED_OVER },
	  7,
	  "112233445566: unproven: there is no proof that Katapult on can0 "
	  "has left; COMPLETE was handed to the adapter\n",
	  "canbootreq: look again: " BACK "\n" },
	{ "not confirmed, with --leave",
	  { .cause = CAUSE_UNCONFIRMED, .leave = true },
	  5,
	  "112233445566: not-sent: can0 never confirmed the first frame: it is "
	  "still queued and will be sent when another node acknowledges it\n",
	  "" },
	{ "nodeid taken, with --leave",
	  { .cause = CAUSE_NODEID_TAKEN,
	    .leave = true,
	    .request = REQUEST_NONE },
	  6,
	  "112233445566: busy: a Klipper node owns nodeid 192 on can0, so the "
	  "proof was stopped; nothing was started\n",
	  BACK "\n" },
	{ "interface lost before COMPLETE",
	  { .cause = CAUSE_LOST_UNSENT,
	    .leave = true,
	    .request = REQUEST_NONE,
	    .detail = "went down" },
	  5,
	  "112233445566: not-sent: can0 went down before COMPLETE was "
	  "confirmed\n",
	  "" },
	{ "interrupted with COMPLETE on its way",
	  { .cause = CAUSE_INTERRUPTED,
	    .leave = true,
	    .signal = SIGINT,
	    .request = REQUEST_UNCONFIRMED },
	  130,
	  "112233445566: interrupted: ended by SIGINT before it was decided; "
	  "COMPLETE is still queued, not confirmed\n",
	  "" },
	{ "interface lost, request confirmed",
	  { .cause = CAUSE_LOST,
	    .request = REQUEST_HANDED_OVER,
	    .detail = "vanished",
	    .warnings = 1u << WARNING_NODEID_HELD },
	  3,
	  "112233445566: no-answer: can0 vanished while waiting for proof; "
	  "the request was handed to the adapter\n",
	  "warning: the node may still hold nodeid 192" },
	{ "interface lost before that",
	  { .cause = CAUSE_LOST_UNSENT,
	    .request = REQUEST_UNCONFIRMED,
	    .detail = "went down" },
	  5,
	  "112233445566: not-sent: can0 went down before the request was "
	  "confirmed\n",
	  "bring can0 up again (if it is gone, plug its adapter in before): "
	  "sudo ip link set can0 up type can bitrate 500000\n" },
	{ "interrupted by a quit",
	  { .cause = CAUSE_INTERRUPTED,
	    .signal = SIGQUIT,
	    .request = REQUEST_HANDED_OVER,
	    .txqueuelen = 10,
	    .warnings = 1u << WARNING_QUEUE_FULL },
	  131,
	  "112233445566: interrupted: ended by SIGQUIT before it was decided; "
	  "the request was handed to the adapter\n",
	  "warning: the transmit queue of can0 (10 frames) was full at times" },
	{ "interrupted",
	  { .cause = CAUSE_INTERRUPTED,
	    .signal = SIGTERM,
	    .request = REQUEST_NONE },
	  143,
	  "112233445566: interrupted: ended by SIGTERM before it was decided; "
	  "no request was sent\n",
	  "" },
};

static void test_which_ends_have_a_command(void **state)
{
	static const bool has_next[CAUSE_COUNT] = {
		[CAUSE_PROVEN] = true,
		[CAUSE_REQUESTED] = true,
	};
	static const bool has_back[CAUSE_COUNT] = {
		[CAUSE_PROVEN] = true,
		[CAUSE_REQUESTED] = true,
		[CAUSE_LEFT] = true,
		[CAUSE_APPLICATION] = true,
		[CAUSE_APPLICATION_UNREAD] = true,
	};

	(void)state;
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct words_facts facts = complete(&(struct words_facts){
			.cause = (enum cause)i, .detail = "detail" });
		const struct words *words = words_of(facts.cause);

		assert_command(words->next, &facts, has_next[i]);
		assert_command(words->back, &facts, has_back[i]);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(end_rows) + 1] = {
		cmocka_unit_test(test_which_ends_have_a_command),
	};
	size_t n = 1;

	ROWS(end_rows, test_end);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
