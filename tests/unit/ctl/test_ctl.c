// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* Lines of the control socket: each has a reply, and none does harm. */
#include "bench.h"

#include <stdlib.h>

#include <kcan/klp.h>

#include "../board/klipper_stream.h"

static int prepare(void **state)
{
	struct mcu_cfg cfgs[] = {
		{ .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		  .type = mcu_type_find("stm32g0b1xx"),
		  .bootloader = BOOTLOADER_KATAPULT,
		  .state = MCU_KLIPPER,
		  .boot_us = 30000,
		  .nodeid = -1 },
		{ .uuid = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
		  .type = mcu_type_find("rp2040"),
		  .bootloader = BOOTLOADER_NONE,
		  .state = MCU_OFF,
		  .nodeid = -1 },
	};
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_init(b, cfgs, ARRAY_SIZE(cfgs), 1);
	*state = b;
	return 0;
}

static int release(void **state)
{
	struct bench *b = *state;

	bench_fini(b);
	free(b);
	return 0;
}

static struct ctl_result say(struct bench *b, const char *line, uint64_t now_us)
{
	return ctl_execute(&b->ctl, line, strlen(line), now_us);
}

#define OK "{\"ok\":true}"
#define NO_COMMAND(text) \
	ERROR("there is no command '" text "': 'help' shows those there are")
/* how it begins: the events follow */
#define NO_EVENT(text)                                       \
	"{\"ok\":false,\"error\":\"there is no event '" text \
	"': give one of ready, state, assigned, "
#define NODE(state)                                                \
	"{\"uuid\":\"112233445566\",\"mcu_type\":\"stm32g0b1xx\"," \
	"\"bootloader\":\"katapult\",\"state\":\"" state "\",\"nodeid\":null}"

static const struct command_line {
	const char *name;
	const char *text;
	const char *reply; /* NULL: it waits */
} command_lines[] = {
	{ "list shows every MCU", "list",
	  "{\"ok\":true,\"mcus\":[" NODE(
		  "klipper") ",{\"uuid\":"
			     "\"aabbccddeeff\",\"mcu_type\":\"rp2040\",\"bootloader\":\"none\","
			     "\"state\":\"off\",\"nodeid\":null}]}" },
	{ "show shows one", "show " U,
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "the first of those with a UUID", "show " U "#1",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "there is no second one", "show " U "#2",
	  ERROR("there is no MCU " U "#2: 'list' shows those there are") },
	{ "there is no number 0", "show " U "#0",
	  ERROR("there is no MCU " U "#0: 'list' shows those there are") },
	{ "a number that is none", "show " U "#x",
	  ERROR("UUID '" U "#x': give exactly 12 hex digits") },
	{ "a carriage return is let pass", "reset " U "\r", OK },
	{ "blanks more than needed are let pass", "  reset   " U "  ", OK },
	{ "shutdown", "shutdown " U, OK },
	{ "shutdown with a reason of several words", "shutdown " U " too hot",
	  OK },
	{ "shutdown of what is no Klipper", "shutdown aabbccddeeff",
	  ERROR("aabbccddeeff is in state 'off': only Klipper can be shut "
		"down") },
	{ "pin: nothing is on it", "pin " U " PA0",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":0.0}" },
	{ "pin: put a level on it", "pin " U " PB15 0.95",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":0.95}" },
	{ "pin: pressed", "pin " U " PA0 1",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":1.0}" },
	{ "pin: of an MCU that is off", "pin aabbccddeeff gpio0 1",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":1.0}" },
	{ "pin: let go", "pin " U " PA0 free",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":0.0}" },
	{ "pin: too high", "pin " U " PA0 1.01",
	  ERROR("level '1.01': give a number from 0 to 1, or 'free'") },
	{ "pin: a sign", "pin " U " PA0 -0",
	  ERROR("level '-0': give a number from 0 to 1, or 'free'") },
	{ "pin: two numbers", "pin " U " PA0 0 1",
	  ERROR("level '0 1': give a number from 0 to 1, or 'free'") },
	{ "pin: two points", "pin " U " PA0 0..1",
	  ERROR("level '0..1': give a number from 0 to 1, or 'free'") },
	{ "pin: a point", "pin " U " PA0 .",
	  ERROR("level '.': give a number from 0 to 1, or 'free'") },
	{ "pin: no number", "pin " U " PA0 on",
	  ERROR("level 'on': give a number from 0 to 1, or 'free'") },
	{ "pin: another chip's", "pin " U " gpio0",
	  ERROR("type stm32g0b1xx has no pin 'gpio0': give one by the chip's "
		"own name, such as PA0") },
	{ "look at boards without devices", "look",
	  "{\"ok\":true,\"time_us\":1000000,\"mcus\":[{\"uuid\":\"" U
	  "\",\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
	  "\"state\":\"klipper\",\"nodeid\":null,\"devices\":[]},{\"uuid\":"
	  "\"aabbccddeeff\",\"mcu_type\":\"rp2040\",\"bootloader\":\"none\","
	  "\"state\":\"off\",\"nodeid\":null,\"devices\":[]}]}" },
	{ "unplug what is not there", "unplug " U " tmc2209 stepper_x",
	  ERROR(U " has nothing of section 'tmc2209 stepper_x': 'devices " U
		  "' lists what it has") },
	{ "plug what is not there", "plug " U " adxl345",
	  ERROR(U " has nothing of section 'adxl345': 'devices " U
		  "' lists what it has") },
	{ "devices: none", "devices " U, "{\"ok\":true,\"devices\":[]}" },
	{ "pin: without a pin", "pin " U,
	  ERROR("wrong number of words: give 'pin UUID PIN [LEVEL|free]'") },
	{ "power off", "power " U " off", OK },
	{ "power on", "power aabbccddeeff on", OK },
	{ "power sideways", "power " U " maybe",
	  ERROR("power 'maybe': give 'on' or 'off'") },
	{ "power without a word", "power " U,
	  ERROR("wrong number of words: give 'power UUID on|off'") },
	{ "reset of what is off", "reset aabbccddeeff",
	  ERROR("aabbccddeeff is off: switch it on with 'power aabbccddeeff "
		"on'") },
	{ "reset of nobody", "reset 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "reset of rubbish", "reset 0x12",
	  ERROR("UUID '0x12': give exactly 12 hex digits") },
	{ "list with a word too many", "list all",
	  ERROR("wrong number of words: give 'list'") },
	{ "a fault", "fault " U " drop rx chance=0.5",
	  "{\"ok\":true,\"seed\":7}" },
	{ "a fault that there is not", "fault " U " dorp",
	  ERROR("there is no fault 'dorp': 'canmcu ctl faults' and canmcu(1) "
		"list those there are") },
	{ "faults of an MCU that has none", "faults " U,
	  "{\"ok\":true,\"faults\":[]}" },
	{ "faults of nobody", "faults 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "the end of all faults", "fault-clear " U,
	  "{\"ok\":true,\"cleared\":0}" },
	{ "the end of a fault that it has not", "fault-clear " U " drop",
	  ERROR(U " has no fault 'drop': 'faults " U
		  "' lists those that it has") },
	{ "wait for what is so", "wait " U " klipper",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "wait for unassigned", "wait " U " unassigned 10",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "wait for what is not so", "wait " U " katapult", NULL },
	{ "wait with no patience", "wait " U " katapult 0",
	  "{\"ok\":false,\"error\":\"timeout: not 'katapult' yet\",\"mcu\":" NODE(
		  "klipper") "}" },
	{ "wait for an unknown state", "wait " U " happy",
	  ERROR("state 'happy': give klipper, shutdown, katapult, rom, boot, "
		"off, dead, assigned or unassigned") },
	{ "wait for no number", "wait " U " rom soon",
	  ERROR("timeout 'soon': give milliseconds from 0 to 3600000") },
	{ "wait for ever", "wait " U " rom 3600001",
	  ERROR("timeout '3600001': give milliseconds from 0 to 3600000") },
	{ "wait with a negative number", "wait " U " rom -1",
	  ERROR("timeout '-1': give milliseconds from 0 to 3600000") },
	{ "wait for dead", "wait " U " dead", NULL },
	{ "seq before any event", "seq", "{\"ok\":true,\"seq\":0}" },
	{ "wait-event of any MCU", "wait-event flashed", NULL },
	{ "wait-event of one", "wait-event " U " flashed 100 since=0", NULL },
	{ "wait-event of the first of a UUID", "wait-event " U "#1 flashed",
	  NULL },
	{ "wait-event of a second one that is not there",
	  "wait-event " U "#2 flashed",
	  ERROR("there is no MCU " U "#2: 'list' shows those there are") },
	{ "wait-event with its words turned round",
	  "wait-event flashed since=0 100", NULL },
	{ "wait-event with no patience", "wait-event " U " flashed 0",
	  ERROR("timeout: not 'flashed' yet") },
	{ "wait-event for what never happens", "wait-event happy",
	  NO_EVENT("happy") },
	{ "wait-event for the loss of events", "wait-event missed",
	  NO_EVENT("missed") },
	{ "wait-event without an event", "wait-event " U, NO_EVENT("") },
	{ "wait-event of nobody", "wait-event 010203040506 flashed",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "wait-event for no number", "wait-event " U " flashed soon",
	  ERROR("timeout 'soon': give milliseconds from 0 to 3600000") },
	{ "wait-event since no number", "wait-event flashed since=now",
	  ERROR("'since=now': give the number of an event") },
	{ "wait-event since what is to come", "wait-event flashed since=1",
	  ERROR("'since=1': the last event so far is 0, give that or an "
		"earlier one") },
	{ "wait-event with a word too many",
	  "wait-event " U " flashed 100 since=0 now",
	  ERROR("'since=0 now': give the number of an event") },
	{ "subscribe", "subscribe", OK },
	{ "subscribe to one", "subscribe " U, OK },
	{ "subscribe to two, since the beginning",
	  "subscribe " U " aabbccddeeff since=0", OK },
	{ "subscribe to nobody", "subscribe " U " 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "subscribe to rubbish", "subscribe all",
	  ERROR("UUID 'all': give exactly 12 hex digits") },
	{ "subscribe to what is to come",
	  "subscribe since=18446744073709551615",
	  ERROR("'since=18446744073709551615': the last event so far is 0, "
		"give that or an earlier one") },
	{ "quit", "quit", OK },
	{ "an empty line", "", NO_COMMAND("") },
	{ "blanks only", "   ", NO_COMMAND("") },
	{ "an unknown command", "explode", NO_COMMAND("explode") },
	{ "commands have one spelling", "LIST", NO_COMMAND("LIST") },
	{ "a control character", "list\t",
	  ERROR("this is not a line of UTF-8 "
		"text") },
	{ "no UTF-8", "reset \xff\xfe",
	  ERROR("this is not a line of UTF-8 text") },
	{ "UTF-8 that the answer would cut inside a character",
	  "x23456789012345678901234567890123456789\xc3\xa9",
	  ERROR("this cannot be read as UTF-8 text") },
};

static void test_line(void **state)
{
	const struct command_line *l = *state;
	struct ctl_result r;
	void *b;

	prepare(&b);
	r = say(b, l->text, 1000000);
	assert_int_equal(r.waiting, !l->reply);
	if (l->reply && strchr(l->reply, '}'))
		assert_string_equal(r.reply, l->reply);
	else if (l->reply)
		assert_memory_equal(r.reply, l->reply, strlen(l->reply));
	assert_int_equal(r.quit, !strcmp(l->text, "quit"));
	free(r.reply);
	ctl_subscription_end(&r.subscription);
	release(&b);
}

static void test_a_nul_byte_is_refused(void **state)
{
	struct bench *b = *state;
	struct ctl_result r = ctl_execute(&b->ctl, "list\0x", 6, 0);

	assert_string_equal(r.reply, ERROR("this is not a line of UTF-8 text"));
	free(r.reply);
}

static void test_help_has_every_command(void **state)
{
	static const char first[] = "{\"ok\":true,\"commands\":[{\"usage\":"
				    "\"list\",\"help\":\"list all MCUs\"},";
	static const char *const usages[] = {
		"\"show UUID\"",
		"\"shutdown UUID [REASON]\"",
		"\"power UUID on|off\"",
		"\"reset UUID\"",
		"\"set UUID KEY VALUE\"",
		"\"pin UUID PIN [LEVEL|free]\"",
		"\"devices UUID\"",
		"\"look\"",
		"\"unplug UUID SECTION\"",
		"\"plug UUID SECTION\"",
		"\"wait UUID STATE [TIMEOUT_MS]\"",
		"\"wait-event [UUID] EVENT [TIMEOUT_MS] [since=SEQ]\"",
		"\"seq\"",
		"\"subscribe [UUID ...] [since=SEQ]\"",
		"\"help\"",
		"\"quit\"",
	};
	struct ctl_result r = say(*state, "help", 0);

	assert_memory_equal(r.reply, first, strlen(first));
	for (size_t i = 0; i < ARRAY_SIZE(usages); i++)
		if (!strstr(r.reply, usages[i]))
			fail_msg("help does not tell of %s", usages[i]);
	free(r.reply);
}

/* set_digital_out pin=0 value=1, behind the nodeid 4 */
static void test_an_output_is_measured_and_not_moved(void **state)
{
	static const uint8_t set[] = { 0x1d, 0, 1 };
	struct bench *b = *state;
	uint8_t block[KCAN_KLP_MAX];
	struct can_frame f = { .can_id = 0x108, .can_dlc = 8 };
	struct ctl_result r;

	assert_int_equal(kcan_klp_encode(block,
					 &(struct kcan_klp_block){
						 .len = 3, .content = set }),
			 8);
	memcpy(f.data, block, 8);
	world_rx(b->ctl.world, 0,
		 &FRAME(0x3f0, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 4),
		 false, 1000000);
	world_rx(b->ctl.world, 0, &f, false, 1001000);
	r = say(b, "pin " U " PA0", 1002000);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"use\":\"output\",\"level\":1.0}");
	free(r.reply);
	r = say(b, "pin " U " PA0 0", 1002000);
	assert_string_equal(r.reply,
			    ERROR("PA0 is driven by the MCU itself: put a "
				  "level on an input, or on a pin that is not "
				  "in use"));
	free(r.reply);
}

/* What is put on a pin is put there by the user: it stays. */
static void test_a_level_outlives_a_reset(void **state)
{
	struct bench *b = *state;
	struct ctl_result r;

	free(say(b, "pin " U " PA0 0.25", 1000000).reply);
	free(say(b, "reset " U, 1000000).reply);
	r = say(b, "pin " U " PA0", 1000000);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"use\":\"unused\",\"level\":0.25}");
	free(r.reply);
}

static void test_a_wait_ends_when_the_state_comes(void **state)
{
	static const char want[] = "{\"ok\":true,\"mcu\":" NODE("katapult") "}";
	struct bench *b = *state;
	struct world *w = b->ctl.world;
	struct ctl_result r;
	char *reply;

	r = say(b, "wait " U " katapult 100", 1000000);
	assert_true(r.waiting);
	assert_int_equal(r.wait.deadline_us, 1100000);
	assert_null(ctl_wait_reply(&r.wait, &b->ctl, 1099999));
	world_rx(w, 0, &FRAME(0x3f0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66),
		 false, 1000000);
	world_step(w, 1030000);
	reply = ctl_wait_reply(&r.wait, &b->ctl, 1030000);
	assert_string_equal(reply, want);
	free(reply);
}

#define POWER(seq, uuid, power)                                               \
	"{\"event\":\"power\",\"time_us\":7,\"seq\":" seq ",\"uuid\":\"" uuid \
	"\",\"power\":\"" power "\"}"

static void test_an_event_that_comes_ends_a_wait(void **state)
{
	struct bench *b = *state;
	struct ctl_result any = say(b, "wait-event power 100", 0);
	struct ctl_result one = say(b, "wait-event aabbccddeeff power", 0);
	char *reply;

	free(say(b, "power " U " off", 7).reply);
	assert_null(ctl_wait_reply(&one.wait, &b->ctl, 4999999));
	reply = ctl_wait_reply(&any.wait, &b->ctl, 8);
	assert_string_equal(reply,
			    "{\"ok\":true,\"event\":" POWER("1", U, "off") "}");
	free(reply);
	reply = ctl_wait_reply(&one.wait, &b->ctl, 5000000);
	assert_string_equal(reply, ERROR("timeout: not 'power' yet"));
	free(reply);
}

static void test_an_event_that_has_come_is_found_since(void **state)
{
	struct bench *b = *state;
	struct ctl_result r;

	for (int i = 0; i < 2; i++) {
		free(say(b, "power " U " off", 7).reply);
		free(say(b, "power " U " on", 7).reply);
	}
	r = say(b, "wait-event " U " power since=0", 9);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"event\":" POWER("1", U, "off") "}");
	free(r.reply);
	/* it is the next one that counts, not the last */
	r = say(b, "wait-event " U " power 0 since=1", 9);
	assert_non_null(strstr(r.reply, "\"power\":\"on\""));
	free(r.reply);
	/* without since, nothing that was counts */
	r = say(b, "wait-event " U " power", 9);
	assert_true(r.waiting);
}

static void test_since_what_is_forgotten_is_refused(void **state)
{
	struct bench *b = *state;
	struct ctl_result r;

	while (b->log.last < CTL_LOG_LEN + 5)
		bench_event(
			b, &(struct event){ .type = EVENT_LINK, .text = "up" });
	r = say(b, "wait-event link since=4", 9);
	assert_string_equal(r.reply,
			    ERROR("'since=4': events before 6 are forgotten, "
				  "give since=5 or a later one"));
	free(r.reply);
	r = say(b, "wait-event link since=5", 9);
	assert_non_null(strstr(r.reply, "\"seq\":6,"));
	free(r.reply);
}

static void test_power_off_is_done(void **state)
{
	struct bench *b = *state;

	free(say(b, "power " U " off", 0).reply);
	assert_int_equal(world_at(b->ctl.world, 0)->state, MCU_OFF);
}

static void test_a_shutdown_keeps_all_words_of_its_reason(void **state)
{
	struct bench *b = *state;

	free(say(b, "shutdown " U " too hot", 0).reply);
	assert_int_equal(world_at(b->ctl.world, 0)->state, MCU_SHUTDOWN);
	assert_string_equal(b->reason, "too hot");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

static void test_list_tells_which_klipper_runs(void **state)
{
	struct sparse memory = { .size = 512 * 1024 };
	struct mcu_cfg cfg = {
		.uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		.type = mcu_type_find("stm32g0b1xx"),
		.bootloader = BOOTLOADER_KATAPULT,
		.state = MCU_KLIPPER,
		.nodeid = -1,
		.flash_store = { sparse_read, sparse_write, &memory },
	};
	struct ctl_result r;
	struct bench b;

	(void)state;
	assert_int_equal(sparse_write(&memory, 0x2000, klipper_head,
				      sizeof(klipper_head)),
			 0);
	assert_int_equal(sparse_write(&memory, 0x3000, klipper_stream,
				      sizeof(klipper_stream)),
			 0);
	bench_init(&b, &cfg, 1, 1);
	r = say(&b, "list", 0);
	assert_string_equal(
		r.reply,
		"{\"ok\":true,\"mcus\":[{\"uuid\":\"112233445566\","
		"\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
		"\"state\":\"klipper\",\"nodeid\":null,"
		"\"version\":\"v0.12.0-1-gabcdef\","
		"\"mcu_name\":\"stm32g0b1xx\"}]}");
	free(r.reply);
	bench_fini(&b);
	sparse_fini(&memory);
}

static void test_a_fault_is_listed_and_counted(void **state)
{
	struct bench *b = *state;
	struct ctl_result r = say(b, "fault " U " ignore-request count=2", 0);

	free(r.reply);
	world_rx(b->ctl.world, 0,
		 &FRAME(0x3f0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66), false,
		 0);
	r = say(b, "faults " U, 0);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"faults\":[{\"fault\":"
			    "\"ignore-request count=2\",\"met\":1,\"struck\":1}"
			    "]}");
	free(r.reply);
	r = say(b, "fault-clear " U " ignore-request", 0);
	assert_string_equal(r.reply, "{\"ok\":true,\"cleared\":1}");
	free(r.reply);
	/* all kinds, each with what it stands for */
	r = say(b, "faults", 0);
	assert_non_null(strstr(r.reply, "\"name\":\"brown-out\""));
	free(r.reply);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_a_nul_byte_is_refused),
		CASE(test_help_has_every_command),
		CASE(test_an_output_is_measured_and_not_moved),
		CASE(test_a_level_outlives_a_reset),
		CASE(test_a_wait_ends_when_the_state_comes),
		CASE(test_an_event_that_comes_ends_a_wait),
		CASE(test_an_event_that_has_come_is_found_since),
		CASE(test_since_what_is_forgotten_is_refused),
		CASE(test_power_off_is_done),
		CASE(test_a_fault_is_listed_and_counted),
		CASE(test_a_shutdown_keeps_all_words_of_its_reason),
		cmocka_unit_test(test_list_tells_which_klipper_runs),
	};
	struct CMUnitTest tests[ARRAY_SIZE(command_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(command_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
