// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The least that flashes a node: what katflash is measured against. The commands
 * of a flash that goes well (flashing.md, section 3.1), each when the one before
 * it was answered, in as many frames; no nodeids, no checks, no repeats, and
 * nothing of libkcan. The pauses that both programs on the board have are slept.
 * Usage: writer IFACE NODEID FILE PAUSE_MS
 */
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START 0x08002000u
#define BLOCK 64
#define PAGE 2048
#define FRAMING 8 /* bytes of a block that are not payload */
#define FRAMES_MAX ((FRAMING + 4 + BLOCK + CAN_MAX_DLEN - 1) / CAN_MAX_DLEN)
#define SIZE_MAX_BYTES 0x20000u

#define CONNECT 0x11
#define SEND_BLOCK 0x12
#define SEND_EOF 0x13
#define REQUEST_BLOCK 0x14
#define COMPLETE 0x15

struct host {
	int fd;
	unsigned int id;
	uint8_t image[SIZE_MAX_BYTES];
	size_t len; /* whole blocks */
};

static void send_all(const struct host *h, const uint8_t *bytes, size_t len)
{
	struct can_frame frames[FRAMES_MAX] = { 0 };
	struct iovec iov[FRAMES_MAX];
	struct mmsghdr msgs[FRAMES_MAX] = { 0 };
	unsigned int n = 0;

	for (size_t at = 0; at < len; at += CAN_MAX_DLEN, n++) {
		frames[n].can_id = h->id;
		frames[n].can_dlc = (uint8_t)(len - at < CAN_MAX_DLEN ?
						      len - at :
						      CAN_MAX_DLEN);
		memcpy(frames[n].data, bytes + at, frames[n].can_dlc);
		iov[n] = (struct iovec){ &frames[n], sizeof(frames[n]) };
		msgs[n].msg_hdr.msg_iov = &iov[n];
		msgs[n].msg_hdr.msg_iovlen = 1;
	}
	if (sendmmsg(h->fd, msgs, n, 0) != (int)n)
		err(1, "sendmmsg");
}

/* A block of frames: its length is in the first one. */
static void take_answer(const struct host *h)
{
	struct can_frame f;
	size_t len = 0, whole = FRAMING;

	while (len < whole) {
		if (read(h->fd, &f, sizeof(f)) != sizeof(f))
			err(1, "read");
		if (!len)
			whole = FRAMING + 4u * f.data[3];
		len += f.can_dlc;
	}
}

/* @data: 64 bytes behind the address; or NULL. @words: of both. */
static void ask(const struct host *h, uint8_t code, uint8_t words,
		uint32_t address, const uint8_t *data)
{
	uint8_t bytes[FRAMING + 4 + BLOCK] = { 0x01, 0x88, code, words };
	size_t end = 4 + 4u * words;
	uint16_t crc;

	for (int i = 0; words && i < 4; i++)
		bytes[4 + i] = (uint8_t)(address >> 8 * i);
	if (data)
		memcpy(bytes + 8, data, BLOCK);
	crc = raw_crc16(bytes + 2, end - 2);
	bytes[end] = (uint8_t)crc;
	bytes[end + 1] = (uint8_t)(crc >> 8);
	bytes[end + 2] = 0x99;
	bytes[end + 3] = 0x03;
	send_all(h, bytes, end + 4);
	take_answer(h);
}

static void write_blocks(const struct host *h, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += BLOCK)
		ask(h, SEND_BLOCK, 1 + BLOCK / 4, START + (uint32_t)at,
		    h->image + at);
}

static void flash(const struct host *h)
{
	static const uint8_t zeros[BLOCK];

	ask(h, CONNECT, 0, 0, NULL);
	ask(h, SEND_BLOCK, 1 + BLOCK / 4, START, zeros);
	write_blocks(h, PAGE, h->len);
	write_blocks(h, 0, PAGE);
	ask(h, SEND_EOF, 0, 0, NULL);
	for (size_t at = 0; at < h->len; at += BLOCK)
		ask(h, REQUEST_BLOCK, 1, START + (uint32_t)at, NULL);
	ask(h, COMPLETE, 0, 0, NULL);
}

static void load(struct host *h, const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		err(1, "%s", path);
	h->len = fread(h->image, 1, sizeof(h->image), file) & ~(BLOCK - 1u);
	fclose(file);
	if (h->len <= PAGE)
		errx(2, "%s is too short", path);
}

int main(int argc, char **argv)
{
	static struct host host;
	struct can_filter filter = { .can_mask = CAN_SFF_MASK };

	if (argc != 5)
		errx(2, "usage: writer IFACE NODEID FILE PAUSE_MS");
	host.id = 0x100 + 2 * (unsigned int)atoi(argv[2]);
	filter.can_id = host.id + 1;
	host.fd = raw_open(argv[1], &filter);
	load(&host, argv[3]);
	usleep((unsigned int)atoi(argv[4]) * 1000);
	flash(&host);
	return 0;
}
