// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/opts.c tools/canbus/names.c tools/shared/opts.c
/* Command lines of canbootreq, and what each asks for. */
#include "canbootreq_opts.h"

#include <stdlib.h>
#include <string.h>

static const struct good_row {
	const char *name;
	const char *args[ARGS_MAX];
	struct opts want;
} good_rows[] = {
	{ "one UUID, the rest by default",
	  { "-u", U },
	  { .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "everything at once",
	  { "-vi", "vcan0", "--uuid=" U, "--timeout=0.5", "--nodeid=0xFE",
	    "--no-verify", "--json", "--force" },
	  { .ifname = "vcan0",
	    .uuids_len = 1,
	    .timeout_us = 500000,
	    .nodeid = 254,
	    .json = true,
	    .force = true,
	    .verbose = true } },
	{ "--diagnose",
	  { "--diagnose", "-u", U },
	  { .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 5000000,
	    .verify = true,
	    .diagnose = true } },
	{ "a name, whose interface is in the file",
	  { "-m", "EBB", "-c", "p" },
	  { .ifname = "can0",
	    .config = "p",
	    .names = { "EBB" },
	    .names_len = 1,
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "all of a file, on another interface",
	  { "--all", "--leave", "--config=p", "-i", "can1" },
	  { .command = OPTS_LEAVE,
	    .ifname = "can1",
	    .on_ifname = true,
	    .config = "p",
	    .all = true,
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "options behind and before",
	  { "--json", "-u", U, "-i", "can1" },
	  { .ifname = "can1",
	    .uuids_len = 1,
	    .timeout_us = 5000000,
	    .verify = true,
	    .json = true } },
	{ "a decimal nodeid",
	  { "-u", U, "--nodeid", "130" },
	  { .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 5000000,
	    .nodeid = 130,
	    .verify = true } },
	{ "the shortest timeout",
	  { "-u", U, "--timeout", ".1" },
	  { .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 100000,
	    .verify = true } },
	{ "the longest timeout",
	  { "-u", U, "--timeout", "3600." },
	  { .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 3600000000,
	    .verify = true } },
	{ "--leave waits five seconds",
	  { "-u", U, "--leave" },
	  { .command = OPTS_LEAVE,
	    .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "--query waits two seconds",
	  { "--query" },
	  { .command = OPTS_QUERY,
	    .ifname = "can0",
	    .timeout_us = 2000000,
	    .verify = true } },
	{ "--listen takes six seconds",
	  { "--listen" },
	  { .command = OPTS_LISTEN,
	    .ifname = "can0",
	    .timeout_us = 6000000,
	    .verify = true } },
	{ "--listen takes longer when told to",
	  { "--listen", "--timeout=60", "-i", "can1", "--json", "-v" },
	  { .command = OPTS_LISTEN,
	    .ifname = "can1",
	    .timeout_us = 60000000,
	    .verify = true,
	    .json = true,
	    .verbose = true } },
	{ "--list of one interface, with the names of a file",
	  { "--list", "-i", "can1", "-c", "p" },
	  { .command = OPTS_LIST,
	    .ifname = "can1",
	    .on_ifname = true,
	    .config = "p",
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "--dry-run",
	  { "--dry-run", "-u", U },
	  { .command = OPTS_DRY_RUN,
	    .ifname = "can0",
	    .uuids_len = 1,
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "--dry-run takes no nodeids, so they cannot run out",
	  { "--dry-run", "--nodeid=254", "-u", U, "-u", "112233445567" },
	  { .command = OPTS_DRY_RUN,
	    .ifname = "can0",
	    .uuids_len = 2,
	    .timeout_us = 5000000,
	    .nodeid = 254,
	    .verify = true } },
	{ "--help needs nothing else",
	  { "--help" },
	  { .command = OPTS_HELP,
	    .ifname = "can0",
	    .timeout_us = 5000000,
	    .verify = true } },
	{ "--version wins over what follows",
	  { "--version", "--frobnicate" },
	  { .command = OPTS_VERSION,
	    .ifname = "can0",
	    .timeout_us = 5000000,
	    .verify = true } },
};

static void test_good(void **state)
{
	const struct good_row *row = *state;
	const struct kcan_uuid uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55,
					  0x66 } };
	struct opts got;

	assert_int_equal(parse(&got, row->args), 0);
	assert_int_equal(got.command, row->want.command);
	assert_string_equal(got.ifname, row->want.ifname);
	assert_int_equal(got.uuids_len, row->want.uuids_len);
	if (got.uuids_len)
		assert_memory_equal(&got.uuids[0], &uuid, sizeof(uuid));
	assert_int_equal(got.names_len, row->want.names_len);
	for (size_t i = 0; i < got.names_len; i++)
		assert_string_equal(got.names[i], row->want.names[i]);
	assert_int_equal(got.all, row->want.all);
	if (opts_has_names(&got)) {
		assert_string_equal(got.config, row->want.config);
		assert_int_equal(got.on_ifname, row->want.on_ifname);
	}
	assert_int_equal(got.timeout_us, row->want.timeout_us);
	assert_int_equal(got.nodeid, row->want.nodeid);
	assert_int_equal(got.verify, row->want.verify);
	assert_int_equal(got.diagnose, row->want.diagnose);
	assert_int_equal(got.json, row->want.json);
	assert_int_equal(got.force, row->want.force);
	assert_int_equal(got.verbose, row->want.verbose);
}

static void test_help_shows_options_and_outcomes(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_non_null(to);
	opts_help(to);
	fclose(to);
	assert_non_null(strstr(text, "\n  -i, --interface IFACE "));
	assert_non_null(strstr(text, "\n      --no-verify "));
	assert_non_null(strstr(text, "\n       canbootreq --leave "));
	assert_non_null(strstr(text, "\n    3  no-answer "));
	free(text);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(good_rows) + 1] = {
		cmocka_unit_test(test_help_shows_options_and_outcomes),
	};
	size_t n = 1;

	ROWS(good_rows, test_good);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
