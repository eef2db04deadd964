// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/* Each key: what its values mean, and by which names it is found. */
#include "keys_bench.h"

/* All that a key can set, in one line. */
static void describe(const struct keys_board *b, char *out, size_t size)
{
	const struct mcu_cfg *c = &b->cfg;
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&c->uuid, uuid);
	snprintf(
		out, size,
		"uuid %s/%d/%zu on %s/%s type %s boot %s/%d state %s id %d "
		"us %llu/%u dr %d blank %d sane %d same %d ecc %d at %x '%s' '%s' in %s hz %u "
		"link %s %s %u/%u speeds %u %u serial '%s' port %d/%u bridge %u/%s/%d/%d/%d "
		"without '%s' ",
		uuid, b->has_uuid, b->chip_id_len,
		b->interface ? b->interface : "-",
		b->canbus_interface ? b->canbus_interface : "-",
		c->type ? c->type->name : "-", bootloader_name(c->bootloader),
		b->has_bootloader, mcu_state_name(c->state), c->nodeid,
		(unsigned long long)c->boot_us, c->erase_us, c->double_reset,
		c->blank, c->sane_rx, c->same_uuid, c->ecc, c->app_start,
		c->mcu_name, c->katapult_version,
		c->flash_image ? c->flash_image : "-", c->clock_hz,
		mcu_link_name(c->link), c->uart ? c->uart : "-", c->baud,
		c->katapult_baud, c->klipper_bps, c->katapult_bps,
		c->usb.serial, c->usb.vhci_port, c->usb.tcp_port,
		c->usb.bitrate_bps, confinement_state_name(c->usb.bus_state),
		c->usb.mute, c->usb.slow, c->usb.stalled,
		b->unplugged_len ? b->unplugged[0] : "");
}

static const struct row accepted[] = {
	{ "canbus_uuid=112233445566", "uuid 112233445566/1/0 " },
	{ "canbus_uuid=41F905F55004", "uuid 41f905f55004/1/0 " },
	{ "canbus_uuid=0x41f905f55004", "uuid 41f905f55004/1/0 " },
	{ "canbus_uuid=0X00000000000A", "uuid 00000000000a/1/0 " },
	{ "canbus_uuid=1f905f55004", "uuid 01f905f55004/1/0 " },
	{ "canbus_uuid=0", "uuid 000000000000/1/0 " },
	/* can-admin-channel.md, section 10.3: a real board */
	{ "chip_id=3d0052001450425539383920", "uuid 154aab036e6a/1/12 " },
	/* as USB tells it: section 9 */
	{ "chip_id=e660583883724a32", "serial 'E660583883724A32' " },
	{ "canbus_interface=can1", "on -/can1 " },
	{ "interface=can7", "on can7/- " },
	{ "interface=a23456789012345", "on a23456789012345/- " },
	{ "--interface=can7", "on can7/- " },
	{ "bridge=yes", "link bridge - " },
	{ "usb=on", "link usb - " },
	{ "uart=pty:/tmp/a b", "link uart pty:/tmp/a b " },
	{ "uart=/dev/ttyS0", "link uart /dev/ttyS0 " },
	{ "baud=300", " 300/0 " },
	{ "--baud=4000000", " 4000000/0 " },
	{ "katapult_baud=57600", " 0/57600 " },
	{ "klipper_bitrate=500000", "speeds 500000 0 " },
	{ "katapult_bitrate=10000", "speeds 0 10000 " },
	{ "unplugged=tmc2209 stepper_x", "without 'tmc2209 stepper_x' " },
	{ "usb_serial=my board", "serial 'my board' " },
	{ "usb_port=7", "port 7/0 " },
	{ "usb_tcp=3240", "port 0/3240 " },
	{ "bridge_bitrate=500000", "bridge 500000/error-active/0/0/0 " },
	{ "bridge_state=bus-off", "bridge 0/bus-off/0/0/0 " },
	{ "bridge_echo=off", "bridge 0/error-active/1/0/0 " },
	{ "bridge_slow=yes", "bridge 0/error-active/0/1/0 " },
	{ "bridge_stall=yes", "bridge 0/error-active/0/0/1 " },
	{ "mcu_type=rp2040", "type rp2040 " },
	{ "--mcu-type=rp2040", "type rp2040 " },
	{ "bootloader=rom", "boot rom/1 " },
	{ "bootloader=none", "boot none/1 " },
	{ "state=katapult", "state katapult " },
	{ "nodeid=0", "id 0 " },
	{ "nodeid=0xff", "id 255 " },
	{ "boot_ms=3600000", "us 3600000000/0 " },
	{ "erase_ms=7", "us 0/7000 " },
	{ "ecc=on", "ecc 1 " },
	{ "clock_freq=1000000", "hz 1000000 " },
	{ "--clock-freq=715827882", "hz 715827882 " },
	{ "double_reset=on", "dr 1 " },
	{ "--double-reset=on", "dr 1 " },
	{ "no_application=yes", "blank 1 " },
	{ "no_application=TRUE", "blank 1 " },
	{ "sane_rx=1", "sane 1 " },
	{ "same_uuid=yes", "same 1 " },
	{ "sane_rx=On", "sane 1 " },
	{ "application_start=0x8004000", "at 8004000 " },
	{ "application_start=134234112", "at 8004000 " },
	{ "mcu_name=a b", "'a b' '' " },
	{ "mcu_name=" X47, "'" X47 "' '' " },
	{ "katapult_version=v9.9-1", "'' 'v9.9-1' " },
	{ "flash_image=/tmp/a b", "in /tmp/a b " },
};

static const struct row off_again[] = {
	{ "no_application=off", "blank 0 " },
	{ "no_application=No", "blank 0 " },
	{ "no_application=0", "blank 0 " },
	{ "bridge=no", "link can - " },
	{ "usb=off", "link can - " },
	{ "sane_rx=False", "sane 0 " },
	{ "double_reset=off", "dr 0 " },
	{ "ecc=off", "ecc 0 " },
};

static void check_accepted(const struct row *row, struct keys_board *b)
{
	char error[KEYS_WANT_MAX + 128] = "", text[600];

	if (apply(b, row->name, error))
		fail_msg("%s", error);
	describe(b, text, sizeof(text));
	if (!strstr(text, row->want))
		fail_msg("%s is not in: %s", row->want, text);
}

static void test_accepted(void **state)
{
	struct keys_board b = { .cfg.nodeid = -1 };

	check_accepted(*state, &b);
}

static void test_off_again(void **state)
{
	struct keys_board b = { .cfg = { .blank = true,
					 .sane_rx = true,
					 .double_reset = true,
					 .ecc = true } };

	check_accepted(*state, &b);
}

/* Only what was switched on ends, not another link. */
static void test_a_link_is_switched_off_by_its_own_key(void **state)
{
	struct keys_board b = { .cfg.nodeid = -1 };
	char error[KEYS_WANT_MAX + 128] = "";

	(void)state;
	assert_int_equal(apply(&b, "usb=on", error), 0);
	assert_int_equal(apply(&b, "bridge=off", error), 0);
	assert_int_equal(b.cfg.link, MCU_LINK_USB);
	assert_int_equal(apply(&b, "usb=off", error), 0);
	assert_int_equal(b.cfg.link, MCU_LINK_CAN);
}

/* Return: whether a row of @key gives another board, or puts it on a bus. */
static bool gives_another_board(const struct key *key)
{
	char error[KEYS_WANT_MAX + 128];
	bool found = false, another = false;

	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		const char *setting = accepted[i].name;
		struct keys_board before = { .cfg.nodeid = -1 }, b = before;

		if (strcspn(setting, "=") != strlen(key->name) ||
		    strncmp(setting, key->name, strlen(key->name)) != 0)
			continue;
		found = true;
		assert_int_equal(apply(&b, setting, error), 0);
		another |= !mcu_same_board(&before.cfg, &b.cfg) ||
			   b.interface || b.canbus_interface;
	}
	if (!found && key->effect != KEY_FAULT)
		fail_msg("no row sets %s", key->name);
	return another;
}

/* Told twice: what "set" refuses while a board runs, and what is another one. */
static void test_keys_of_a_board_make_it_another_one(void **state)
{
	const struct key *key;

	(void)state;
	for (size_t i = 0; (key = keys_at(i)); i++)
		if (gives_another_board(key) != (key->effect == KEY_BOARD))
			fail_msg("%s: its effect and mcu_same_board() differ",
				 key->name);
}

/* But for baud, which means the same there. */
static void test_klippers_own_keys_are_not_near_ours(void **state)
{
	static const char *const theirs[] = {
		"serial",	   "restart_method",	 "max_stepper_error",
		"is_non_critical", "reconnect_interval",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++)
		if (keys_find(theirs[i]) || keys_nearest(theirs[i]))
			fail_msg("%s is taken for ours", theirs[i]);
}

static void test_names_of_any_length_are_near_nothing(void **state)
{
	static char name[5000];

	(void)state;
	memset(name, 'm', sizeof(name) - 1);
	assert_null(keys_nearest(name));
	assert_null(keys_nearest("mcu_typ_mcu_typ_mcu_typ_mcu_typ"));
}

static void test_the_two_spellings_are_not_mixed(void **state)
{
	(void)state;
	assert_non_null(keys_find("--no-application"));
	assert_null(keys_find("--no_application"));
	assert_null(keys_find("no-application"));
	assert_null(keys_find("--no-app"));
	assert_null(keys_find("--no-applications"));
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_keys_of_a_board_make_it_another_one),
		cmocka_unit_test(test_a_link_is_switched_off_by_its_own_key),
		cmocka_unit_test(test_klippers_own_keys_are_not_near_ours),
		cmocka_unit_test(test_names_of_any_length_are_near_nothing),
		cmocka_unit_test(test_the_two_spellings_are_not_mixed),
	};
	struct CMUnitTest tests[ARRAY_SIZE(accepted) + ARRAY_SIZE(off_again) +
				ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(accepted, test_accepted);
	ROWS(off_again, test_off_again);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
