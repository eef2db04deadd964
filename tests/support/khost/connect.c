// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How a host finds its MCU: klipper-mcu-protocol.md, 2.5, 7, 14.2 and 16. */
#include "connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/hex.h"

#define CHUNK 40 /* bytes a request */
#define CLOCK_QUERIES 8
#define SETTLE_US 15000u
#define IDENTIFY_US 5000000u
#define CLOCK_PAUSE_US 50000u
#define MISMATCH_PAUSE_US 80000u
#define RESET_US 15000u
#define RESTART_US 1000000u
#define BLOB_MAX 65536
#define FILE_MAX (1024 * 1024)

/* Append what an answer holds. Return: bytes. */
static size_t take_chunk(uint8_t *blob, size_t len, const char *text)
{
	const char *data = strrchr(text, '=') + 1;
	size_t n = strlen(data) / 2;

	if (n > BLOB_MAX - len || util_hex_decode(blob + len, data, 2 * n))
		return 0;
	return n;
}

/* Section 7: until an answer with this offset holds nothing. */
static int fetch(struct host *h, uint8_t *blob, size_t *len)
{
	uint64_t deadline_us = wire_now_us() + IDENTIFY_US;
	const char *text;
	char line[48], offset[24];
	size_t n;
	int err;

	for (*len = 0;; *len += n) {
		snprintf(offset, sizeof(offset), "offset=%zu", *len);
		snprintf(line, sizeof(line), "identify %s count=%d", offset,
			 CHUNK);
		err = host_call_until(h, line, deadline_us);
		if (err)
			return err;
		text = host_find(h, "identify_response", offset);
		n = text ? take_chunk(blob, *len, text) : 0;
		if (text && !n)
			return 0;
	}
}

static int save(struct host *h, const char *json)
{
	FILE *file = fopen(h->cfg.save, "w");

	if (!file || fputs(json, file) == EOF || fclose(file))
		return host_fail(h, -EIO, "cannot write '%s'", h->cfg.save);
	return 0;
}

static int use(struct host *h, const char *json)
{
	struct dict dict;
	int err = dict_take(&dict, json);

	if (err)
		return host_fail(h, err,
				 "MCU Protocol error: the dictionary "
				 "is none");
	dict_fini(&h->dict);
	h->dict = dict;
	h->session.window = dict_constant(&dict, "RECEIVE_WINDOW");
	return 0;
}

static int ask_for_dictionary(struct host *h)
{
	uint8_t *blob = malloc(BLOB_MAX);
	char *json = NULL;
	size_t len = 0, json_len;
	int err = blob ? fetch(h, blob, &len) :
			 host_fail(h, -ENOMEM, "out of memory");

	if (!err &&
	    dict_inflate(&dict_linked, &json, &json_len, FILE_MAX, blob, len))
		err = host_fail(h, -EBADMSG,
				"MCU Protocol error: %zu bytes of dictionary "
				"cannot be inflated",
				len);
	if (!err && h->cfg.save)
		err = save(h, json);
	if (!err)
		err = use(h, json);
	free(json);
	free(blob);
	return err;
}

static int load_dictionary(struct host *h)
{
	FILE *file = fopen(h->cfg.dictionary, "r");
	char *json = calloc(1, FILE_MAX + 1);
	int err = 0;

	if (!file || !json || !fread(json, 1, FILE_MAX, file))
		err = host_fail(h, -EIO, "cannot read '%s'", h->cfg.dictionary);
	if (file)
		fclose(file);
	if (!err)
		err = use(h, json);
	free(json);
	return err;
}

static int check_uuid(struct host *h)
{
	char wanted[32], uuid[KCAN_UUID_STR_LEN + 1];
	int err;

	/* only builds for CAN tell it */
	if (h->wire.tty)
		return 0;
	err = host_call(h, "get_canbus_id");
	kcan_uuid_format(&h->cfg.uuid, uuid);
	snprintf(wanted, sizeof(wanted), "canbus_uuid=%s", uuid);
	if (err || host_find(h, "canbus_id", wanted))
		return err;
	puts("Failed to match canbus_uuid - retrying..");
	host_pause(h, MISMATCH_PAUSE_US);
	return host_fail(h, -EAGAIN, "the MCU has another UUID than %s", uuid);
}

static int open_wire(struct host *h)
{
	const struct session_ops ops = { host_send, host_hear, h };
	int err = wire_open(&h->wire, h->cfg.ifname, h->cfg.nodeid);

	if (err)
		return host_fail(h, err, "cannot use '%s' (%s)", h->cfg.ifname,
				 strerror(-err));
	session_init(&h->session, &ops);
	h->next_query_us = UINT64_MAX;
	h->unanswered = 0;
	wire_assign(&h->wire, &h->cfg.uuid);
	/* 3 to 28 ms: section 2.5 */
	return host_pause(h, SETTLE_US);
}

/* One attempt: socket, nodeid, dictionary, UUID. */
static int attempt(struct host *h)
{
	int err;

	wire_close(&h->wire);
	err = open_wire(h);
	if (err)
		return err;
	if (h->cfg.dictionary)
		return load_dictionary(h);
	err = use(h, NULL);
	if (!err)
		err = ask_for_dictionary(h);
	return err ? err : check_uuid(h);
}

static bool is_worth_another(int err)
{
	return err == -ETIMEDOUT || err == -EAGAIN || err == -ENODATA;
}

static int get_clocks(struct host *h)
{
	int err;

	if (h->cfg.dictionary)
		return 0;
	err = host_call(h, "get_uptime");
	for (int i = 0; i < CLOCK_QUERIES && !err; i++) {
		if (!h->cfg.fast)
			err = host_pause(h, CLOCK_PAUSE_US);
		if (!err)
			err = host_call(h, "get_clock");
	}
	return err;
}

static void tell_dictionary(const struct host *h)
{
	const char *version = "?", *build = "?";

	json_unpack(h->dict.root, "{s?s, s?s}", "version", &version,
		    "build_versions", &build);
	printf("Loaded %zu commands (%s / %s)\n", h->dict.len, version, build);
}

int host_connect(struct host *h)
{
	uint64_t give_up_us = wire_now_us() + h->cfg.give_up_us;
	bool was_quiet = h->quiet;
	int err;

	h->quiet = true;
	do
		err = attempt(h);
	while (is_worth_another(err) && wire_now_us() < give_up_us);
	if (!err) {
		tell_dictionary(h);
		err = get_clocks(h);
	}
	h->quiet = was_quiet;
	if (err)
		return err;
	puts("connected");
	h->looked = h->heard_len;
	return 0;
}

int host_restart(struct host *h)
{
	int err = host_post(h, "reset");

	if (!err)
		err = host_pause(h, RESET_US);
	if (err)
		return err;
	wire_close(&h->wire);
	wire_sleep(RESTART_US);
	return host_connect(h);
}

void host_close(struct host *h)
{
	wire_close(&h->wire);
	dict_fini(&h->dict);
}
