// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The least that a flashing tool takes for a node: what canmcu's answers are
 * measured against. Each block is answered with the frames that a Katapult would
 * send (katapult-protocol.md, section 4), and that is all: no states, no checks,
 * no flash, and nothing of libkcan.
 * With a bit rate frames take their time, one behind the other, and blocks that
 * begin a page that of its erasure: the shortest time for a whole flash.
 * Usage: echo IFACE NODEID UUID [BITRATE ERASE_MS_PER_KIB]
 */
#include "bits.h"
#include "raw.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START 0x08002000u /* as the answer to CONNECT says */
#define SIZE 0x20000u
#define BLOCK 64
#define WORDS_MAX (1 + BLOCK / 4)
#define FRAMING 8 /* bytes of a block that are not payload */
#define ANSWER_MAX 80
#define PAGE_KIB 2
#define NS_PER_S 1000000000u

#define CONNECT 0x11
#define SEND_BLOCK 0x12
#define REQUEST_BLOCK 0x14
#define COMPLETE 0x15
#define GET_CANBUS_ID 0x16

/* A request: @len bytes so far, whole when @payload is all there. */
struct request {
	uint8_t bytes[FRAMING + 4 * WORDS_MAX + CAN_MAX_DLEN];
	size_t len;
};

struct node {
	int fd;
	unsigned int tx_id;
	uint8_t uuid[8]; /* and two zeros, as it is sent */
	uint8_t memory[SIZE];
	uint64_t bitrate;  /* 0: frames take no time */
	uint64_t erase_ns; /* of a page */
	struct can_frame out[ANSWER_MAX / CAN_MAX_DLEN];
	size_t out_len, out_sent;
	uint64_t end_ns; /* when the frame on the wire has passed */
};

/* The frame takes the bus for its bits. */
static void occupy(struct node *n, const struct can_frame *f)
{
	if (n->bitrate)
		n->end_ns += (uint64_t)bits_of(f) * NS_PER_S / n->bitrate;
}

/* It is behind the one before it; on an idle bus it has ended when it is heard. */
static void pass(struct node *n, const struct can_frame *f)
{
	uint64_t now_ns = n->bitrate ? raw_now_ns() : 0;

	occupy(n, f);
	if (n->end_ns < now_ns)
		n->end_ns = now_ns;
}

static void put_bytes(struct node *n, const uint8_t *bytes, size_t len)
{
	for (size_t at = 0; at < len; at += CAN_MAX_DLEN) {
		struct can_frame *f = &n->out[n->out_len++];

		*f = (struct can_frame){ .can_id = n->tx_id };
		f->can_dlc = (uint8_t)(len - at < CAN_MAX_DLEN ? len - at :
								 CAN_MAX_DLEN);
		memcpy(f->data, bytes + at, f->can_dlc);
	}
	occupy(n, &n->out[0]);
}

static void send_passed(struct node *n)
{
	while (n->out_sent < n->out_len &&
	       (!n->bitrate || n->end_ns <= raw_now_ns())) {
		const struct can_frame *f = &n->out[n->out_sent++];

		if (write(n->fd, f, sizeof(*f)) != sizeof(*f))
			err(1, "write");
		if (n->out_sent < n->out_len)
			occupy(n, &n->out[n->out_sent]);
	}
	if (n->out_sent == n->out_len)
		n->out_sent = n->out_len = 0;
}

/* Nothing is heard meanwhile. */
static void erase(struct node *n)
{
	struct timespec t = { (time_t)(n->erase_ns / NS_PER_S),
			      (long)(n->erase_ns % NS_PER_S) };

	nanosleep(&t, NULL);
	n->end_ns = raw_now_ns();
}

static uint32_t offset_of(const uint8_t address[static 4])
{
	uint32_t at = (uint32_t)address[0] | (uint32_t)address[1] << 8 |
		      (uint32_t)address[2] << 16 | (uint32_t)address[3] << 24;

	return at - START;
}

/* Of the 64 bytes that a request is about; always within the memory. */
static uint8_t *block_at(struct node *n, const uint8_t address[static 4])
{
	return n->memory + offset_of(address) % (SIZE - BLOCK);
}

/*
 * @out: what follows the command's own word, zeros so far. Return: its length.
 */
static size_t answer_to(struct node *n, const struct request *r, uint8_t *out)
{
	static const char ident[24] = "\x00\x01\x01\x00" /* protocol 1.1.0 */
				      "\x00\x20\x00\x08" /* START */
				      "\x40\x00\x00\x00" /* BLOCK */
				      "echo\0\0\0\0echo";
	const uint8_t *payload = r->bytes + 4;

	switch (r->bytes[2]) {
	case CONNECT:
		memcpy(out, ident, sizeof(ident));
		return sizeof(ident);
	case SEND_BLOCK:
		memcpy(out, payload, 4);
		memcpy(block_at(n, payload), payload + 4, BLOCK);
		if (n->erase_ns && !(offset_of(payload) % (PAGE_KIB * 1024)))
			erase(n);
		return 4;
	case REQUEST_BLOCK:
		memcpy(out, payload, 4);
		memcpy(out + 4, block_at(n, payload), BLOCK);
		return 4 + BLOCK;
	case GET_CANBUS_ID:
		memcpy(out, n->uuid, sizeof(n->uuid));
		return sizeof(n->uuid);
	}
	return r->bytes[2] == COMPLETE ? 0 : 4;
}

static void acknowledge(struct node *n, const struct request *r)
{
	uint8_t block[ANSWER_MAX] = { 0x01, 0x88, 0xa0 };
	size_t len = 4 + answer_to(n, r, block + 8);
	uint16_t crc;

	block[3] = (uint8_t)(len / 4);
	block[4] = r->bytes[2];
	crc = raw_crc16(block + 2, len + 2);
	block[4 + len] = (uint8_t)crc;
	block[5 + len] = (uint8_t)(crc >> 8);
	block[6 + len] = 0x99;
	block[7 + len] = 0x03;
	put_bytes(n, block, FRAMING + len);
}

static void hear(struct node *n, struct request *r, const struct can_frame *f)
{
	memcpy(r->bytes + r->len, f->data, CAN_MAX_DLEN);
	r->len += f->can_dlc;
	if (r->len < FRAMING)
		return;
	if (r->bytes[3] > WORDS_MAX)
		errx(1, "a block of %u words", r->bytes[3]);
	if (r->len < FRAMING + 4u * r->bytes[3])
		return;
	acknowledge(n, r);
	r->len = 0;
}

/* Until a frame is to be read, or one of ours has passed. */
static bool is_heard(const struct node *n)
{
	struct pollfd on = { .fd = n->fd, .events = POLLIN };
	uint64_t now_ns, wait_ns;
	struct timespec wait;

	if (!n->out_len)
		return true;
	now_ns = raw_now_ns();
	wait_ns = n->end_ns > now_ns ? n->end_ns - now_ns : 0;
	wait = (struct timespec){ (time_t)(wait_ns / NS_PER_S),
				  (long)(wait_ns % NS_PER_S) };
	if (ppoll(&on, 1, &wait, NULL) < 0)
		err(1, "ppoll");
	return on.revents;
}

static void open_node(struct node *n, char **argv)
{
	struct can_filter filter = { .can_mask = CAN_SFF_MASK };

	for (int i = 0; i < 6; i++)
		if (sscanf(argv[3] + 2 * i, "%2hhx", &n->uuid[i]) != 1)
			errx(2, "no UUID: %s", argv[3]);
	if (argv[4]) {
		n->bitrate = strtoull(argv[4], NULL, 10);
		n->erase_ns = PAGE_KIB * strtoull(argv[5], NULL, 10) * 1000000;
	}
	filter.can_id = 0x100 + 2 * (unsigned int)atoi(argv[2]);
	n->tx_id = filter.can_id + 1;
	n->fd = raw_open(argv[1], &filter);
}

int main(int argc, char **argv)
{
	static struct node node;
	struct request request = { 0 };
	struct can_frame f;

	if ((argc != 4 && argc != 6) || strlen(argv[3]) != 12)
		errx(2, "usage: echo IFACE NODEID UUID [BITRATE ERASE_MS]");
	open_node(&node, argv);
	puts("ready");
	fflush(stdout);
	while (1) {
		if (is_heard(&node)) {
			if (read(node.fd, &f, sizeof(f)) != sizeof(f))
				err(1, "read");
			pass(&node, &f);
			hear(&node, &request, &f);
		}
		send_passed(&node);
	}
}
