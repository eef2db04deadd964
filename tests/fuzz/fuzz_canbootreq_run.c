// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
// needs: tools/canbootreq tools/canbus/bus.c tools/canbus/names.c
// needs: tools/canbus/nodeids.c tools/canbus/programs.c tools/canbus/trace.c
// needs: tools/canbus/up.c tools/canbus/uuids.c tools/shared/command.c
// needs: tools/shared/json.c tools/shared/opts.c tools/shared/outlet.c
// needs: tools/shared/printer.c tools/shared/report.c tools/shared/sentence.c
// needs: tools/shared/slots.c tools/shared/streams.c tools/shared/usb.c
// needs: tools/shared/words.c
/*
 * All that canbootreq does on a machine on which anything may happen: it ends, in
 * time, and tells one end of each MCU; what it tells has no byte that commands a
 * terminal, and is JSON where that was wanted. Where nothing went wrong, a board that
 * is there is proven, and left without a nodeid.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kcan/outcome.h>

#include "../../tools/canbootreq/commands.h"
#include "fuzz_can_machine.h"

#define S 1000000u
#define UUIDS 3

struct run {
	struct opts opts;
	struct report report;
	int out, err; /* descriptors, of memory */
};

/* What was written. */

static char *read_all(int fd, size_t *len)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)size + 1);

	check(text && pread(fd, text, (size_t)size, 0) == size);
	*len = (size_t)size;
	return text;
}

static void check_text(const char *text, size_t len)
{
	check(!len || text[len - 1] == '\n');
	for (size_t i = 0; i < len; i++)
		check((text[i] >= ' ' && text[i] <= '~') || text[i] == '\n' ||
		      text[i] == '\t');
}

/* Return: of which UUID it tells the end; -1: of none. */
static int uuid_of(const struct run *r, const char *line)
{
	char text[KCAN_UUID_STR_LEN + 1];

	for (size_t i = 0; i < r->opts.uuids_len; i++) {
		kcan_uuid_format(&r->opts.uuids[i], text);
		if (!strncmp(line, text, KCAN_UUID_STR_LEN))
			return (int)i;
	}
	return -1;
}

/* A proof on CAN: of a board that is in Katapult, where nobody played it. */
static void check_proof(const struct run *r, const json_t *o, int which)
{
	const char *outcome = json_string_value(json_object_get(o, "outcome"));
	const struct mcu *m;

	if (machine.forged || which < 0 || json_object_get(o, "usb") ||
	    strcmp(outcome, "in-bootloader") != 0)
		return;
	m = world_find(machine.world, &r->opts.uuids[which]);
	check(m && m->state == MCU_KATAPULT);
}

/* Return: the same, of an object. */
static int read_object(const struct run *r, const char *line, int *code)
{
	json_t *o = json_loads(line, 0, NULL);
	const char *uuid = json_string_value(json_object_get(o, "uuid"));
	json_int_t own = json_integer_value(json_object_get(o, "code"));
	int which = uuid ? uuid_of(r, uuid) : -1;

	check(json_integer_value(json_object_get(o, "schema")) == 1);
	/* a node that answers a broadcast is no end */
	if (r->opts.command != OPTS_QUERY)
		check(json_is_string(json_object_get(o, "outcome")));
	if (own > *code)
		*code = (int)own;
	check_proof(r, o, which);
	json_decref(o);
	return which;
}

/* Each MCU has one end, or the call has one, and none of them has. */
static void check_ends(const struct run *r, char *text, int status)
{
	unsigned int ends[UUIDS + 1] = { 0 };
	int code = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		ends[1 + (r->opts.json ? read_object(r, line, &code) :
					 uuid_of(r, line))]++;
	if (r->opts.command != OPTS_REQUEST && r->opts.command != OPTS_LEAVE)
		return;
	if (r->opts.json)
		check(code == status);
	check(ends[0] <= 1);
	for (size_t i = 0; i < r->opts.uuids_len; i++)
		check(ends[1 + i] ==
		      (ends[0] || (!r->opts.json && !ends[1]) ? 0 : 1));
}

static void check_output(const struct run *r, int status)
{
	size_t len, beside_len;
	char *text = read_all(r->out, &len);
	char *beside = read_all(r->err, &beside_len);

	check_text(text, len);
	check_text(beside, beside_len);
	check(len || beside_len);
	check_ends(r, text, status);
	free(text);
	free(beside);
}

/* Nothing has happened, so they are as canmcu's boards are. */
static void check_undisturbed(const struct run *r, int status)
{
	bool others = r->opts.command != OPTS_REQUEST || !r->opts.verify ||
		      r->opts.anywhere || r->opts.timeout_us < S;

	if (machine.disturbed || others)
		return;
	check(status == 0);
	for (size_t i = 0; i < r->opts.uuids_len; i++) {
		const struct mcu *m =
			world_find(machine.world, &r->opts.uuids[i]);

		check(m && m->state == MCU_KATAPULT && mcu_nodeid(m) < 0);
	}
}

/* The longest that a call may take with these options. */
static uint64_t limit_us(const struct opts *o)
{
	uint64_t one_us = o->timeout_us + 2 * S;

	/* up; the exchanges; the adapter, twice; its name */
	one_us = 6 * one_us;
	if (o->diagnose)
		one_us += MACHINE_LINKS * (6 * S + o->uuids_len * 15 * S);
	return one_us;
}

static void choose_opts(struct opts *o, struct fuzz_input *in)
{
	static const enum opts_command commands[] = {
		OPTS_REQUEST, OPTS_REQUEST, OPTS_REQUEST, OPTS_REQUEST,
		OPTS_LEAVE,   OPTS_LEAVE,   OPTS_QUERY,	  OPTS_LISTEN,
	};
	static const uint64_t timeouts_us[] = { S, S / 2, S / 20, 3 * S };
	static const struct kcan_uuid uuids[UUIDS] = {
		{ { 0, 0, 0, 0, 0, 0 } },
		{ { 0, 0, 0, 0, 0, 1 } },
		{ { MACHINE_UUID } },
	};
	uint8_t how = fuzz_next(in), more = fuzz_next(in);

	*o = (struct opts){
		.command = commands[how & 7],
		.ifname = "can0",
		.anywhere = how & 8,
		.diagnose = how & 16,
		.json = how & 32,
		.force = how & 64,
		.verbose = how & 128,
		.timeout_us = timeouts_us[more & 3],
		.uuids_len = 1 + (more >> 2 & 3) % UUIDS,
		.verify = !(more & 16),
		.wait_iface = more & 32,
		.nodeid = more & 64 ? 200 : 0,
	};
	for (size_t i = 0; i < o->uuids_len; i++) {
		o->uuids[i] = uuids[(i + (more >> 7)) % UUIDS];
		o->names[i] = more & 128 ? "mcu \x1b[2J\n" : NULL;
	}
	/* what opts.c refuses */
	o->verify |= o->command != OPTS_REQUEST || o->anywhere;
	o->diagnose &= o->command == OPTS_REQUEST && o->verify;
	if (o->command == OPTS_QUERY || o->command == OPTS_LISTEN)
		o->wait_iface = o->uuids_len = 0;
	if (o->command == OPTS_REQUEST && !o->verify)
		o->nodeid = 0;
}

static void open_report(struct run *r)
{
	const char *reason;

	r->out = memfd_create("out", MFD_CLOEXEC);
	r->err = memfd_create("err", MFD_CLOEXEC);
	check(r->out >= 0 && r->err >= 0);
	r->report = (struct report){ .program = "canbootreq",
				     .slots = words_slots };
	say_streams_open(&r->report.streams, r->out, r->err);
	if (!r->opts.json)
		return;
	r->report.json = say_json_load(&r->report.lib, &reason);
	check(r->report.json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const commands[])(const struct opts *opts,
					struct report *r) = {
		[OPTS_REQUEST] = cmd_request,
		[OPTS_LEAVE] = cmd_request,
		[OPTS_QUERY] = cmd_query,
		[OPTS_LISTEN] = cmd_listen,
	};
	struct fuzz_input in = { data, size };
	uint64_t start_us;
	struct run r;
	int status;

	choose_opts(&r.opts, &in);
	machine_start(in);
	start_us = machine.now_us;
	open_report(&r);
	commands[r.opts.command](&r.opts, &r.report);
	check(machine.now_us - start_us <= limit_us(&r.opts));
	status = report_close(&r.report);
	check_output(&r, status);
	check_undisturbed(&r, status);
	close(r.out);
	close(r.err);
	machine_stop();
	return 0;
}
