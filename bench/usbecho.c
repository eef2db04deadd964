// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The least that a gs_usb adapter can be: what canmcu's is measured against. It
 * enumerates, and echoes each frame, which tells the driver that it was sent; no
 * bus, no resets, and nothing of canmcu. Facts: usbip-gsusb-bridge.md, sections 1
 * to 4. Usage: usbecho PORT, as root where vhci_hcd is; until it is killed.
 */
#include <endian.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/array.h"

#define ATTACH "/sys/devices/platform/vhci_hcd.0/attach"
#define SUBMIT 1
#define UNLINK 2
#define RET_SUBMIT 3
#define RET_UNLINK 4
#define HEAD 48
#define FRAME 20
#define WAITING_MAX 64 /* the driver has 30 reads, and 10 frames under way */

/* The fields of a header that matter, in host order. */
struct urb {
	uint32_t command, seq, in, endpoint, len, unlink;
	uint8_t setup[8];
};

struct fifo {
	uint32_t seq[WAITING_MAX];
	uint8_t frame[WAITING_MAX][FRAME];
	unsigned int len;
};

static uint8_t out[1 << 16]; /* answers to what one read brought */
static size_t out_len;
static struct fifo reads, echoes; /* at any time, one of them is empty */

static const uint8_t device[] = { 18,	1,    0,    2, 0, 0, 0, 16, 0x50,
				  0x1d, 0x6f, 0x60, 0, 0, 1, 2, 3,  1 };
static const uint8_t config[] = { 9,  2, 32, 0,	  1,   1,    0, 0xc0, 50, 9, 4,
				  0,  0, 2,  255, 255, 255,  0, 7,    5,  2, 2,
				  64, 0, 0,  7,	  5,   0x81, 2, 64,   0,  0 };
static const uint8_t languages[] = { 4, 3, 9, 4 };
static const uint8_t name[] = { 10, 3, 'e', 0, 'c', 0, 'h', 0, 'o', 0 };
/* DEVICE_CONFIG and BT_CONST, as Klipper's */
static const uint32_t channels[3] = { 0, 2, 1 };
static const uint32_t timing[10] = { 0, 48000000, 1, 16, 1, 8, 4, 1, 1024, 1 };

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return be32toh(value);
}

static void answer(uint32_t command, uint32_t seq, int status, uint32_t len)
{
	uint32_t head[HEAD / 4] = { htobe32(command), htobe32(seq) };

	head[5] = htobe32((uint32_t)status);
	head[6] = htobe32(len);
	memcpy(out + out_len, head, HEAD);
	out_len += HEAD;
}

static void answer_with(uint32_t seq, const void *data, size_t len)
{
	answer(RET_SUBMIT, seq, 0, (uint32_t)len);
	memcpy(out + out_len, data, len);
	out_len += len;
}

/* Of endpoint 0, to the host: by request and, of a descriptor, its kind. */
static void tell(const struct urb *urb)
{
	static const struct {
		uint8_t type, request, kind;
		const void *data;
		size_t len;
	} rows[] = {
		{ 0x80, 6, 1, device, sizeof(device) },
		{ 0x80, 6, 2, config, sizeof(config) },
		{ 0x80, 6, 3, name, sizeof(name) },
		{ 0xc1, 5, 0, channels, sizeof(channels) },
		{ 0xc1, 4, 0, timing, sizeof(timing) },
	};
	const uint8_t *s = urb->setup;

	if (s[1] == 6 && s[3] == 3 && !s[2]) {
		answer_with(urb->seq, languages, sizeof(languages));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (s[0] == rows[i].type && s[1] == rows[i].request &&
		    s[3] == rows[i].kind) {
			answer_with(urb->seq, rows[i].data,
				    urb->len < rows[i].len ? urb->len :
							     rows[i].len);
			return;
		}
	answer(RET_SUBMIT, urb->seq, -32, 0);
}

static void drop(struct fifo *f, unsigned int at)
{
	f->len--;
	memmove(&f->seq[at], &f->seq[at + 1],
		(f->len - at) * sizeof(f->seq[0]));
	memmove(f->frame[at], f->frame[at + 1], (f->len - at) * FRAME);
}

static void unlink_urb(const struct urb *urb)
{
	for (unsigned int i = 0; i < reads.len; i++)
		if (reads.seq[i] == urb->unlink) {
			drop(&reads, i);
			answer(RET_UNLINK, urb->seq, -104, 0);
			return;
		}
	answer(RET_UNLINK, urb->seq, 0, 0);
}

/* An echo meets a read: whichever is there first waits for the other. */
static void echo(uint32_t seq, const uint8_t *frame)
{
	struct fifo *mine = frame ? &echoes : &reads;
	struct fifo *other = frame ? &reads : &echoes;

	if (!other->len) {
		if (mine->len == WAITING_MAX)
			errx(1, "more than a driver of gs_usb has under way");
		mine->seq[mine->len] = seq;
		if (frame)
			memcpy(mine->frame[mine->len], frame, FRAME);
		mine->len++;
		return;
	}
	answer_with(frame ? other->seq[0] : seq,
		    frame ? frame : other->frame[0], FRAME);
	drop(other, 0);
}

static void submit(const struct urb *urb, const uint8_t *payload)
{
	if (!urb->endpoint && urb->in) {
		tell(urb);
	} else if (urb->in) {
		echo(urb->seq, NULL);
	} else {
		answer(RET_SUBMIT, urb->seq, 0, urb->len);
		if (urb->endpoint && urb->len == FRAME)
			echo(0, payload);
	}
}

/* Return: bytes of the message at @in, or 0 when it is not whole. */
static size_t take(const uint8_t *in, size_t len)
{
	struct urb urb;
	size_t whole;

	if (len < HEAD)
		return 0;
	urb = (struct urb){ word(in),	   word(in + 4),  word(in + 12),
			    word(in + 16), word(in + 24), word(in + 20),
			    { 0 } };
	memcpy(urb.setup, in + 40, sizeof(urb.setup));
	whole = HEAD + (urb.command == SUBMIT && !urb.in ? urb.len : 0);
	if (len < whole)
		return 0;
	if (urb.command == UNLINK)
		unlink_urb(&urb);
	else
		submit(&urb, in + HEAD);
	return whole;
}

static int attach(const char *port)
{
	int sv[2], fd = open(ATTACH, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		err(1, ATTACH);
	/* full speed */
	if (dprintf(fd, "%s %d 65538 2", port, sv[1]) < 0)
		err(1, "port %s", port);
	close(fd);
	close(sv[1]);
	return sv[0];
}

int main(int argc, char **argv)
{
	static uint8_t in[1 << 14];
	size_t have = 0, used, whole;
	ssize_t n;
	int fd;

	if (argc != 2)
		errx(2, "usage: usbecho PORT");
	fd = attach(argv[1]);
	puts("ready");
	fflush(stdout);
	while ((n = read(fd, in + have, sizeof(in) - have)) > 0) {
		have += (size_t)n;
		for (used = 0; (whole = take(in + used, have - used)) > 0;)
			used += whole;
		have -= used;
		memmove(in, in + used, have);
		if (out_len && write(fd, out, out_len) != (ssize_t)out_len)
			err(1, "write");
		out_len = 0;
	}
	errx(1, "unplugged");
}
