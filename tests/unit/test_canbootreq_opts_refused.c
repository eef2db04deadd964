// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/opts.c tools/canbus/names.c tools/shared/opts.c
/* Command lines of canbootreq that ask for nothing, and what the user is told. */
#include "canbootreq_opts.h"

#include <errno.h>
#include <string.h>

#define FORM "a UUID is 12 hex digits, like 112233445566"
#define NOBODY \
	"no MCU is named: give -m NAME, as in printer.cfg, or -u UUID; " FORM

static const struct bad_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *error;
} bad_rows[] = {
	{ "no UUID", { NULL }, NOBODY },
	{ "too few digits", { "-u", "123" }, "-u '123' has 3 digits; " FORM },
	{ "one digit", { "-u", "1" }, "-u '1' has 1 digit; " FORM },
	{ "an empty UUID", { "-u", "" }, "-u '' has 0 digits; " FORM },
	{ "a UUID that lost one leading zero",
	  { "-u", "1cd9a3f2b07" },
	  "-u '1cd9a3f2b07' has 11 digits; leading zeros may be missing, try "
	  "-u 01cd9a3f2b07; " FORM },
	{ "a UUID that lost two",
	  { "-u", "5cd9a3f2b0" },
	  "-u '5cd9a3f2b0' has 10 digits; leading zeros may be missing, try "
	  "-u 005cd9a3f2b0; " FORM },
	{ "nine digits are no UUID that lost zeros",
	  { "-u", "123456789" },
	  "-u '123456789' has 9 digits; " FORM },
	{ "eleven of which one is no digit",
	  { "-u", "1cd9a3f2bxy" },
	  "-u '1cd9a3f2bxy': 'x' is no hex digit; " FORM },
	{ "13 digits",
	  { "-u", "1122334455667" },
	  "-u '1122334455667' has 13 digits; " FORM },
	{ "a 0x prefix",
	  { "--uuid=0x112233445566" },
	  "-u '0x112233445566': leave out the 0x; " FORM },
	{ "a letter that is no hex digit",
	  { "-u", "11223344556g" },
	  "-u '11223344556g': 'g' is no hex digit; " FORM },
	{ "an unprintable letter is not printed",
	  { "-u", "1122334455\n6" },
	  "-u '1122334455\n6': '?' is no hex digit; " FORM },
	{ "a negative number",
	  { "-u", "-1" },
	  "-u '-1': '-' is no hex digit; " FORM },
	{ "a device path",
	  { "-u", "/dev/ttyACM0" },
	  "-u '/dev/ttyACM0' is a device path: type serialbootreq -d DEVICE; "
	  "canbootreq asks over CAN: " FORM " (canbus_uuid in printer.cfg)" },
	{ "a long device path leaves room for the rest",
	  { "-u", "/dev/serial/by-id/usb-Klipper_stm32f446xx_"
		  "1234567890ABCDEF12345678-if00-and-more-behind-it" },
	  "-u '/dev/serial/by-id/usb-Klipper_stm32f446xx_"
	  "1234567890ABCDEF12345678-if00-and-more' is a device path: type "
	  "serialbootreq -d DEVICE; canbootreq asks over CAN: " FORM
	  " (canbus_uuid in printer.cfg)" },
	{ "the same UUID twice",
	  { "-u", U, "-u", U },
	  "-u '" U "' is given twice" },
	{ "the same UUID in another case",
	  { "-u", "aabbccddeeff", "-u", "AABBCCDDEEFF" },
	  "-u 'AABBCCDDEEFF' is given twice" },
	{ "the same name twice",
	  { "-m", "EBB", "-m", "bed", "-m", "EBB" },
	  "-m 'EBB' is given twice" },
	{ "a UUID without -u",
	  { U },
	  "'" U
	  "' belongs to no option; an MCU is named with -m NAME or -u UUID" },
	{ "an option that does not exist",
	  { "--frobnicate" },
	  "unknown or ambiguous option '--frobnicate'" },
	{ "an abbreviation with two meanings",
	  { "--ver", "-u", U },
	  "unknown or ambiguous option '--ver'" },
	{ "a letter that is no option",
	  { "-vx", "-u", U },
	  "unknown option '-x'" },
	{ "-r as flashtool.py has it",
	  { "-i", "can0", "-u", U, "-r" },
	  "'-r': canbootreq asks for the bootloader always: leave it out, "
	  "type canbootreq -u UUID" },
	{ "--request-bootloader",
	  { "-u", U, "--request-bootloader" },
	  "'--request-bootloader': canbootreq asks for the bootloader always: "
	  "leave it out, type canbootreq -u UUID" },
	{ "-q as flashtool.py has it",
	  { "-i", "can0", "-q" },
	  "'-q': to list unassigned nodes type canbootreq --query" },
	{ "-f as flashtool.py has it",
	  { "-u", U, "-f", "klipper.bin" },
	  "'-f': canbootreq flashes nothing: type canbootreq -u UUID, which "
	  "names the command that flashes" },
	{ "--firmware with its value attached",
	  { "-u", U, "--firmware=klipper.bin" },
	  "'--firmware=klipper.bin': canbootreq flashes nothing: type "
	  "canbootreq -u UUID, which names the command that flashes" },
	{ "-s as flashtool.py has it",
	  { "-u", U, "-s" },
	  "'-s': to see which nodes are in Katapult type canbootreq --query" },
	{ "-d as flashtool.py has it",
	  { "-d", "/dev/ttyACM0" },
	  "'-d': a serial port is asked by another program: type "
	  "serialbootreq -d DEVICE" },
	{ "-b as flashtool.py has it, among other letters",
	  { "-vb", "250000" },
	  "'-b': a serial port is asked by another program: type "
	  "serialbootreq -d DEVICE -b BAUD; the bit rate of CAN is that of "
	  "IFACE" },
	{ "-l as tools that list have it",
	  { "-l" },
	  "'-l': to list interfaces and boards on USB type canbootreq --list, "
	  "to list what is alive on the bus canbootreq --listen; both send "
	  "nothing" },
	{ "-u at the end", { "-u" }, "'-u' needs a value: --uuid UUID" },
	{ "--timeout at the end",
	  { "-u", U, "--timeout" },
	  "'--timeout' needs a value: --timeout SECONDS" },
	{ "a value for a switch",
	  { "--force=yes", "-u", U },
	  "'--force=yes': --force takes no value" },
	{ "a timeout of zero",
	  { "-u", U, "--timeout", "0" },
	  "--timeout '0' is out of range: seconds from 0.1 to 3600, like 5 or "
	  "0.5" },
	{ "a timeout of more than an hour",
	  { "-u", U, "--timeout", "3601" },
	  "--timeout '3601' is out of range: seconds from 0.1 to 3600, like 5 "
	  "or 0.5" },
	{ "a negative timeout",
	  { "-u", U, "--timeout", "-1" },
	  "--timeout '-1' is no number: seconds from 0.1 to 3600, like 5 or "
	  "0.5" },
	{ "a timeout with a unit",
	  { "-u", U, "--timeout", "5s" },
	  "--timeout '5s' is no number: seconds from 0.1 to 3600, like 5 or "
	  "0.5" },
	{ "a timeout with an exponent",
	  { "-u", U, "--timeout", "1e1" },
	  "--timeout '1e1' is no number: seconds from 0.1 to 3600, like 5 or "
	  "0.5" },
	{ "a timeout with two points",
	  { "-u", U, "--timeout", "1.2.3" },
	  "--timeout '1.2.3' is no number: seconds from 0.1 to 3600, like 5 or "
	  "0.5" },
	{ "a timeout of a point alone",
	  { "-u", U, "--timeout", "." },
	  "--timeout '.' is no number: seconds from 0.1 to 3600, like 5 or "
	  "0.5" },
	{ "a nodeid of klippy",
	  { "-u", U, "--nodeid", "4" },
	  "--nodeid '4' is too low: 130 to 254; below lie the nodeids that "
	  "Klipper hosts, console.py and flashtool.py give out" },
	{ "the nodeid of flashtool",
	  { "-u", U, "--nodeid", "0x81" },
	  "--nodeid '0x81' is too low: 130 to 254; below lie the nodeids that "
	  "Klipper hosts, console.py and flashtool.py give out" },
	{ "a nodeid above the last",
	  { "-u", U, "--nodeid", "255" },
	  "--nodeid '255' is too high: 130 to 254" },
	{ "a nodeid beyond every number",
	  { "-u", U, "--nodeid", "99999999999" },
	  "--nodeid '99999999999' is too high: 130 to 254" },
	{ "a nodeid that is no number",
	  { "-u", U, "--nodeid", "c0" },
	  "--nodeid 'c0' is no number: 130 to 254, or 0x82 to 0xfe" },
	{ "an interface name too long",
	  { "-u", U, "-i", "can0123456789abc" },
	  "-i 'can0123456789abc' is no interface name: 1 to 15 characters "
	  "without '/' and blanks, like can0" },
	{ "a path as interface",
	  { "-u", U, "-i", "/dev/can0" },
	  "-i '/dev/can0' is no interface name: 1 to 15 characters without '/' "
	  "and blanks, like can0" },
	{ "--no-verify anywhere",
	  { "-i", "any", "-u", U, "--no-verify" },
	  "-i any finds an MCU by its proof: leave out --no-verify, or name "
	  "the interface" },
	{ "--wait-iface anywhere",
	  { "-i", "any", "-u", U, "--wait-iface" },
	  "--wait-iface waits for one interface: name it with -i" },
	{ "--wait-iface with --query",
	  { "--query", "--wait-iface" },
	  "--wait-iface is for a request or --leave: leave out --query, "
	  "--listen, --list, --dry-run" },
	{ "--wait-iface with --listen",
	  { "--wait-iface", "--listen" },
	  "--wait-iface is for a request or --leave: leave out --query, "
	  "--listen, --list, --dry-run" },
	{ "--query with a UUID",
	  { "--query", "-u", U },
	  "--query asks all nodes: leave out -u" },
	{ "--query with --dry-run",
	  { "--query", "--dry-run" },
	  "--leave, --query, --listen, --list and --dry-run exclude each "
	  "other" },
	{ "--leave with --query",
	  { "--leave", "--query" },
	  "--leave, --query, --listen, --list and --dry-run exclude each "
	  "other" },
	{ "--dry-run with --leave",
	  { "--dry-run", "--leave", "-u", U },
	  "--leave, --query, --listen, --list and --dry-run exclude each "
	  "other" },
	{ "--listen with --query",
	  { "--listen", "--query" },
	  "--leave, --query, --listen, --list and --dry-run exclude each "
	  "other" },
	{ "--listen with a UUID",
	  { "-u", U, "--listen" },
	  "--listen hears all nodes: leave out -u" },
	{ "--listen with --no-verify",
	  { "--listen", "--no-verify" },
	  "--listen sends nothing: leave out --no-verify" },
	{ "--listen with --force",
	  { "--force", "--listen" },
	  "--listen sends nothing: leave out --force" },
	{ "--listen with a nodeid, be it the default",
	  { "--listen", "--nodeid=192" },
	  "--listen sends nothing: leave out --nodeid" },
	{ "--listen with --diagnose",
	  { "--listen", "--diagnose" },
	  "--listen sends nothing: leave out --diagnose" },
	{ "--list with a UUID",
	  { "--list", "-u", U },
	  "--list shows all there is: leave out -u" },
	{ "--list with a name",
	  { "--list", "-c", "p", "-m", "a" },
	  "--list shows all there is: leave out -m" },
	{ "--list with all",
	  { "--all", "--list" },
	  "--list shows all there is: leave out --all" },
	{ "--list with a time",
	  { "--list", "--timeout=6" },
	  "--list waits for nothing: leave out --timeout" },
	{ "--list with --force",
	  { "--list", "--force" },
	  "--list sends nothing: leave out --force" },
	{ "--list with --listen",
	  { "--list", "--listen" },
	  "--leave, --query, --listen, --list and --dry-run exclude each "
	  "other" },
	{ "--listen for less than a node's silence",
	  { "--listen", "--timeout=5.9" },
	  "--timeout '5.9' is too short for --listen: a Klipper node reports "
	  "every 5 s, so 6 at least" },
	{ "--leave with --no-verify",
	  { "--no-verify", "--leave", "-u", U },
	  "--leave always proves: leave out --no-verify" },
	{ "--diagnose with --leave",
	  { "--diagnose", "--leave", "-u", U },
	  "--diagnose is for a request that is to be proven: leave out --leave, "
	  "--query, --dry-run, --no-verify" },
	{ "--diagnose with --query",
	  { "--query", "--diagnose" },
	  "--diagnose is for a request that is to be proven: leave out --leave, "
	  "--query, --dry-run, --no-verify" },
	{ "--diagnose with --dry-run",
	  { "--dry-run", "--diagnose", "-u", U },
	  "--diagnose is for a request that is to be proven: leave out --leave, "
	  "--query, --dry-run, --no-verify" },
	{ "--diagnose with --no-verify",
	  { "--no-verify", "--diagnose", "-u", U },
	  "--diagnose is for a request that is to be proven: leave out --leave, "
	  "--query, --dry-run, --no-verify" },
	{ "a name and a UUID",
	  { "-m", "EBB", "-u", U },
	  "-u and -m exclude each other: give the UUIDs of all, or the names" },
	{ "all and a UUID",
	  { "-u", U, "--all" },
	  "-u and --all exclude each other: give the UUIDs of all, or the "
	  "names" },
	{ "all and a name",
	  { "--all", "-m", "EBB" },
	  "--all asks all MCUs: leave out -m" },
	{ "a file without a name",
	  { "-c", "p" },
	  "-c says where names are to be found: add -m NAME or --all" },
	{ "a file and a UUID",
	  { "-c", "p", "-u", U },
	  "-c says where names are to be found: add -m NAME or --all" },
	{ "two files",
	  { "-c", "p", "-c", "q", "--all" },
	  "-c 'q': give the path of one file" },
	{ "a file of no name",
	  { "-c", "", "--all" },
	  "-c '': give the path of one file" },
	{ "--query with a name",
	  { "--query", "-m", "EBB" },
	  "--query asks all nodes: leave out -m" },
	{ "--listen with all",
	  { "--listen", "--all" },
	  "--listen hears all nodes: leave out --all" },
	{ "--listen with a file",
	  { "--listen", "-c", "p" },
	  "--listen hears all nodes: leave out -c" },
	{ "--leave without a UUID", { "--leave" }, NOBODY },
};

static void test_bad(void **state)
{
	const struct bad_row *row = *state;
	struct opts opts;

	assert_int_equal(parse(&opts, row->args), -EINVAL);
	assert_string_equal(opts.error, row->error);
}

static void test_an_endless_text_is_cut_in_the_error(void **state)
{
	char text[5000];
	struct opts opts;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(parse(&opts, (const char *[]){ "-u", text, NULL }),
			 -EINVAL);
	assert_non_null(strstr(opts.error, "has 4999 digits; " FORM));
}

/* Return: what parsing this many UUIDs said; @option may be NULL. */
static const char *parse_uuids(struct opts *opts, size_t len,
			       const char *option)
{
	static char uuids[OPTS_UUIDS_MAX][KCAN_UUID_STR_LEN + 1];
	const char *args[2 * OPTS_UUIDS_MAX + 2] = { NULL };

	for (size_t i = 0; i < len; i++) {
		kcan_uuid_format(&(struct kcan_uuid){ { [5] = (uint8_t)i } },
				 uuids[i]);
		args[2 * i] = "-u";
		args[2 * i + 1] = uuids[i];
	}
	args[2 * len] = option;
	return parse(opts, args) ? opts->error : "";
}

static void test_each_proof_needs_a_nodeid(void **state)
{
	static const char too_many[] =
		"64 UUIDs need as many nodeids, but from 192 to 254 there are "
		"63: make several calls";
	struct opts opts;

	(void)state;
	assert_string_equal(parse_uuids(&opts, 63, NULL), "");
	assert_string_equal(parse_uuids(&opts, 64, NULL), too_many);
	assert_string_equal(parse_uuids(&opts, 64, "--leave"), too_many);
	assert_string_equal(parse_uuids(&opts, 64, "--no-verify"), "");
}

static void test_json_is_known_even_when_the_rest_is_wrong(void **state)
{
	struct opts opts;

	(void)state;
	assert_int_equal(
		parse(&opts, (const char *[]){ "-u", "x", "--json", NULL }),
		-EINVAL);
	assert_true(opts.json);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(bad_rows) + 3] = {
		cmocka_unit_test(test_each_proof_needs_a_nodeid),
		cmocka_unit_test(test_an_endless_text_is_cut_in_the_error),
		cmocka_unit_test(
			test_json_is_known_even_when_the_rest_is_wrong),
	};
	size_t n = 3;

	ROWS(bad_rows, test_bad);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
