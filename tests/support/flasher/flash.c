// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "flash.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "util/cursor.h"

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define ROUNDS 3 /* while the echoed address is another one */
#define ROUND_PAUSE_US 100000

#define AFTER_REQUEST_US 1000000
#define AFTER_ADMIN_US 500000
#define QUERY_US 2000000

/* --fast: after a SET, for CONNECT's answer, and in all; never scaled. */
#define FAST_SETTLE_US 15000
#define FAST_ANSWER_US 100000
#define FAST_GIVE_UP_US 10000000

struct job {
	struct wire *w;
	const struct flash_cfg *cfg;
	struct kcan_kat_ident ident;
	struct answer answer;
};

static bool failed(const char *phase, uint32_t address, const char *observed)
{
	if (address)
		printf("Flash Failed: %s %08x: %s\n", phase, address, observed);
	else
		printf("Flash Failed: %s: %s\n", phase, observed);
	return false;
}

/* Admin messages. */

static void send_admin(struct job *j, enum kcan_admin_cmd cmd)
{
	wire_send_admin(j->w,
			&(struct kcan_admin_msg){ .cmd = cmd,
						  .uuid = j->cfg->uuid,
						  .nodeid = j->w->nodeid });
}

static void say(struct job *j, enum kcan_admin_cmd cmd, uint64_t wait_us)
{
	send_admin(j, cmd);
	if (!j->cfg->fast)
		wire_listen(j->w, wire_deadline_us(j->w, wait_us));
}

static void request_bootloader(struct job *j)
{
	/* can-admin-channel.md, section 12.3 */
	static const char serial[] = "~ \x1c Request Serial Bootloader!! ~";

	if (j->cfg->no_request)
		return;
	printf("Requesting the bootloader\n");
	if (j->w->tty)
		wire_send_data(j->w, (const uint8_t *)serial, strlen(serial),
			       1);
	say(j, KCAN_ADMIN_REQUEST_BOOTLOADER, AFTER_REQUEST_US);
}

static void clear_nodeids(struct job *j)
{
	if (j->cfg->no_clear || j->w->tty)
		return;
	printf("Resetting all nodeids\n");
	say(j, KCAN_ADMIN_CLEAR_CANBOOT_NODEID, AFTER_ADMIN_US);
}

/* Blocks. */

static enum ask_verdict ask_plain(struct job *j, enum kcan_kat_code code)
{
	return ask(j->w, &(struct kcan_kat_block){ .code = (uint8_t)code },
		   &j->answer);
}

/* SET once and ask, or both until there is an answer. */
static enum ask_verdict set_and_connect(struct job *j)
{
	const struct kcan_kat_block request = { .code = KCAN_KAT_CONNECT };
	uint64_t give_up_us = wire_now_us() + FAST_GIVE_UP_US;
	enum ask_verdict verdict;

	if (j->w->tty)
		printf("Connecting\n");
	else
		printf("Connecting as nodeid %u\n", j->w->nodeid);
	say(j, KCAN_ADMIN_SET_CANBOOT_NODEID, AFTER_ADMIN_US);
	if (!j->cfg->fast)
		return ask(j->w, &request, &j->answer);
	for (;;) {
		wire_listen(j->w, wire_now_us() + FAST_SETTLE_US);
		verdict = ask_once(j->w, &request,
				   wire_now_us() + FAST_ANSWER_US, &j->answer);
		if (verdict == ASK_OK || wire_now_us() >= give_up_us)
			return verdict;
		send_admin(j, KCAN_ADMIN_SET_CANBOOT_NODEID);
	}
}

static bool connect_node(struct job *j)
{
	enum ask_verdict verdict = set_and_connect(j);

	if (verdict)
		return failed("CONNECT", 0, ask_verdict_name(verdict));
	if (kcan_kat_decode_ident(&j->ident, &j->answer.block))
		return failed("CONNECT", 0, "too short an answer");
	printf("Detected %s, application at %08x, block size %u, version %s\n",
	       j->ident.mcu, j->ident.app_start, j->ident.block_size,
	       j->ident.version[0] ? j->ident.version : "?");
	/* others are possible in the protocol, and in no chip */
	if (j->ident.block_size != BLOCK)
		return failed("CONNECT", 0, "another block size than 64");
	return true;
}

static bool check_uuid(struct job *j)
{
	enum ask_verdict verdict;

	/* only builds for CAN tell it */
	if (j->w->tty)
		return true;
	verdict = ask_plain(j, KCAN_KAT_GET_CANBUS_ID);
	if (verdict)
		return failed("GET_CANBUS_ID", 0, ask_verdict_name(verdict));
	if (j->answer.len < KCAN_UUID_LEN ||
	    memcmp(j->answer.data, j->cfg->uuid.b, KCAN_UUID_LEN) != 0)
		return failed("GET_CANBUS_ID", 0, "another UUID");
	return true;
}

static uint32_t first_word(const struct answer *a)
{
	struct util_cursor c = util_cursor_reading(a->data, a->len);

	return util_get_le32(&c);
}

/* A command that starts with an address and is answered with the same. */
static bool ask_about(struct job *j, const char *name,
		      const struct kcan_kat_block *request, uint32_t address)
{
	for (int round = 0; round < ROUNDS; round++) {
		enum ask_verdict verdict = ask(j->w, request, &j->answer);

		if (verdict)
			return failed(name, address, ask_verdict_name(verdict));
		if (first_word(&j->answer) == address)
			return true;
		if (request->code == KCAN_KAT_SEND_BLOCK)
			wire_listen(j->w,
				    wire_deadline_us(j->w, ROUND_PAUSE_US));
	}
	return failed(name, address, "an answer about another address");
}

/* Return: the address of a block; @payload begins with it. */
static uint32_t put_address(struct job *j, size_t index,
			    uint8_t payload[static 4])
{
	uint32_t address = j->ident.app_start + (uint32_t)(index * BLOCK);
	struct util_cursor c = util_cursor_on(payload, 4);

	util_put_le32(&c, address);
	return address;
}

static bool send_block(struct job *j, size_t index)
{
	uint8_t payload[4 + BLOCK], bytes[KCAN_KAT_MAX];
	uint32_t address = put_address(j, index, payload);
	struct kcan_kat_block request = { .code = KCAN_KAT_SEND_BLOCK,
					  .words = sizeof(payload) / 4,
					  .payload = payload };

	memcpy(payload + 4, j->cfg->image + index * BLOCK, BLOCK);
	if (index == j->cfg->stop_after) {
		wire_send_data(j->w, bytes,
			       (size_t)kcan_kat_encode(bytes, &request),
			       j->cfg->stop_frame);
		raise(SIGKILL);
	}
	if (!ask_about(j, "SEND_BLOCK", &request, address))
		return false;
	if (j->cfg->latency_us)
		j->cfg->latency_us[index] =
			(uint32_t)(wire_now_us() - j->w->sent_us);
	return true;
}

static bool write_image(struct job *j)
{
	enum ask_verdict verdict;

	if (j->cfg->verify_only)
		return true;
	printf("Writing %zu blocks\n", j->cfg->blocks);
	for (size_t i = 0; i < j->cfg->blocks; i++)
		if (!send_block(j, i))
			return false;
	verdict = ask_plain(j, KCAN_KAT_SEND_EOF);
	if (verdict)
		return failed("SEND_EOF", 0, ask_verdict_name(verdict));
	printf("Write complete: %u pages\n", first_word(&j->answer));
	return true;
}

/* The known tool compares hashes at the end: all blocks are read in any case. */
static bool verify_image(struct job *j)
{
	uint32_t different = 0;

	printf("Verifying %zu blocks\n", j->cfg->blocks);
	for (size_t i = 0; i < j->cfg->blocks; i++) {
		uint8_t payload[4];
		uint32_t address = put_address(j, i, payload);
		struct kcan_kat_block request = { .code = KCAN_KAT_REQUEST_BLOCK,
						  .words = 1,
						  .payload = payload };

		if (!ask_about(j, "REQUEST_BLOCK", &request, address))
			return false;
		if (!different && (j->answer.len != 4 + BLOCK ||
				   memcmp(j->answer.data + 4,
					  j->cfg->image + i * BLOCK, BLOCK)))
			different = address;
	}
	if (different)
		return failed("verification", different, "other bytes");
	printf("Verification complete\n");
	return true;
}

/* Whatever happened before: the node leaves its bootloader. */
static bool complete(struct job *j, bool so_far)
{
	enum ask_verdict verdict = ask_plain(j, KCAN_KAT_COMPLETE);

	if (!verdict)
		return so_far;
	return failed("COMPLETE", 0, ask_verdict_name(verdict));
}

bool flash_run(struct wire *w, const struct flash_cfg *cfg)
{
	struct job j = { .w = w, .cfg = cfg };
	bool ok;

	request_bootloader(&j);
	clear_nodeids(&j);
	ok = connect_node(&j) && check_uuid(&j) && write_image(&j) &&
	     verify_image(&j);
	ok = complete(&j, ok);
	if (ok)
		puts("Flash Success");
	return ok;
}

bool flash_status(struct wire *w, const struct flash_cfg *cfg)
{
	struct job j = { .w = w, .cfg = cfg };

	clear_nodeids(&j);
	return connect_node(&j) && check_uuid(&j);
}

bool flash_request(struct wire *w, const struct flash_cfg *cfg)
{
	struct job j = { .w = w, .cfg = cfg };

	request_bootloader(&j);
	puts("Bootloader Request Complete");
	return true;
}

static const char *application(uint8_t code)
{
	if (code == KCAN_ADMIN_APP_KLIPPER)
		return "Klipper";
	return code == KCAN_ADMIN_APP_KATAPULT ? "Katapult" : "Unknown";
}

/* It reads what came on 3F1 in units of 8 bytes (section 3.2). */
bool flash_query(struct wire *w, const struct flash_cfg *cfg)
{
	struct job j = { .w = w, .cfg = cfg };

	clear_nodeids(&j);
	send_admin(&j, KCAN_ADMIN_QUERY_UNASSIGNED);
	wire_listen(w, wire_deadline_us(w, QUERY_US));
	for (; w->admin.len > KCAN_UUID_LEN; kcan_stream_drop(&w->admin, 8)) {
		const uint8_t *unit = w->admin.buf;
		char uuid[KCAN_UUID_STR_LEN + 1];
		struct kcan_uuid u;

		if (unit[0] != KCAN_ADMIN_NEED_NODEID)
			continue;
		memcpy(u.b, unit + 1, sizeof(u.b));
		kcan_uuid_format(&u, uuid);
		printf("Detected UUID: %s, Application: %s\n", uuid,
		       application(w->admin.len < 8 ? 0 : unit[7]));
	}
	return true;
}
