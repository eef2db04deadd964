// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The one-wire UART of TMC drivers: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bus.h"

enum { TMCUART_RESPONSE = 2 };

#define TOO_LARGE "tmcuart data too large"
#define BITS_MAX 80    /* of a message: 10 bytes */
#define FRAME_BITS 10  /* of a byte on the wire: start, 8 bits, stop */
#define START_US 200   /* until the first bit is sent */
#define SYNC_BITS 69   /* until nobody is waited for any more */
#define ANSWER_BITS 12 /* from the last bit of a request to an answer */

/* Bits are in the order of the wire, the lowest one of a byte first. */
struct tmcuart {
	struct klipper_timer timer;
	uint32_t bit_ticks;
	uint8_t oid;
	uint8_t rx_pin;
	uint8_t tx_pin;
	bool active;
	uint8_t out_len;  /* bytes of bits */
	uint8_t read_len; /* of the answer wanted */
	uint8_t bits[BITS_MAX / 8];
};

/* Return: how many bytes are in @len bytes of bits; 0 when they are no 8N1. */
static size_t decode(const uint8_t *bits, size_t len, uint8_t *out)
{
	size_t count = len * 8 / FRAME_BITS;

	for (size_t i = 0; i < count; i++) {
		size_t at = i * FRAME_BITS;
		unsigned int frame =
			(bits[at / 8] | (unsigned int)bits[at / 8 + 1] << 8) >>
			at % 8;

		/* it ends where only idle bits follow */
		if ((frame & 0x3ff) == 0x3ff)
			return i;
		if ((frame & 0x201) != 0x200)
			return 0;
		out[i] = (uint8_t)(frame >> 1);
	}
	return count;
}

/* Behind what is said the line is high. */
static void encode(const uint8_t *bytes, size_t len, uint8_t *bits)
{
	memset(bits, 0xff, BITS_MAX / 8);
	for (size_t i = 0; i < len; i++)
		for (size_t bit = 0; bit < FRAME_BITS - 1; bit++) {
			size_t at = i * FRAME_BITS + bit;
			unsigned int frame = (unsigned int)bytes[i] << 1;

			if (!(frame >> bit & 1))
				bits[at / 8] &= (uint8_t) ~(1 << at % 8);
		}
}

static void wait_bits(struct klipper *k, struct tmcuart *t, uint32_t bits,
		      uint64_t now_us)
{
	uint64_t ticks =
		klipper_clock(k, now_us) + (uint64_t)bits * t->bit_ticks;

	klipper_timer_set(k, &t->timer, klipper_when_us(k, ticks));
}

static const char *report(const struct klipper_call *c)
{
	struct tmcuart *t = c->object;

	t->active = false;
	KLIPPER_RESPOND(c->k, &klipper_tmcuarts, TMCUART_RESPONSE, NUM(t->oid),
			BYTES(t->bits, t->read_len));
	return NULL;
}

/* All of it is on the wire. */
static const char *sent(const struct klipper_call *c)
{
	struct tmcuart *t = c->object;
	uint8_t out[BITS_MAX / FRAME_BITS], in[BITS_MAX / FRAME_BITS];
	struct device_message message = {
		.to = { DEVICE_UART, t->tx_pin, t->rx_pin },
		.out = out,
		.out_len = decode(t->bits, t->out_len, out),
		.in = in,
		.in_len = sizeof(in),
	};
	bool answered = message.out_len &&
			mcu_talk(klipper_mcu(c->k), &message, c->now_us);

	if (answered)
		encode(in, sizeof(in), t->bits);
	t->timer.fire = report;
	if (!t->read_len)
		return report(c);
	if (!answered)
		t->read_len = 0;
	wait_bits(c->k, t,
		  answered ? ANSWER_BITS + t->read_len * 8u : SYNC_BITS,
		  c->now_us);
	return NULL;
}

static void shut_down(const struct klipper_call *c)
{
	struct tmcuart *t = c->object;

	t->active = false;
	klipper_pin_drive(c->k, t->tx_pin, 1, c->now_us);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct tmcuart),
	.shutdown = shut_down,
};

static const char *config_tmcuart(const struct klipper_call *c)
{
	struct tmcuart *t = c->object;
	const char *reason = klipper_pin_setup_input(
		c->k, c->v[1].num, (uint8_t)c->v[2].num ? 1 : 0);

	if (!reason)
		reason = klipper_pin_setup_output(c->k, c->v[3].num, 1,
						  c->now_us);
	if (reason)
		return reason;
	t->oid = (uint8_t)c->v[0].num;
	t->rx_pin = (uint8_t)c->v[1].num;
	t->tx_pin = (uint8_t)c->v[3].num;
	t->bit_ticks = c->v[4].num;
	return NULL;
}

/* While it is busy, what comes is dropped without a word. */
static const char *tmcuart_send(const struct klipper_call *c)
{
	struct tmcuart *t = c->object;

	if (t->active)
		return NULL;
	if (c->v[1].len > sizeof(t->bits) ||
	    (uint8_t)c->v[2].num > sizeof(t->bits))
		return TOO_LARGE;
	memcpy(t->bits, c->v[1].data, c->v[1].len);
	t->out_len = c->v[1].len;
	t->read_len = (uint8_t)c->v[2].num;
	t->active = true;
	t->timer.fire = sent;
	wait_bits(c->k, t, t->out_len * 8u, c->now_us + START_US);
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_tmcuart oid=%c rx_pin=%u pull_up=%c tx_pin=%u bit_time=%u",
	  config_tmcuart, .makes = &kind },
	{ "tmcuart_send oid=%c write=%*s read=%c", tmcuart_send, &kind },
	[TMCUART_RESPONSE] = { "tmcuart_response oid=%c read=%*s" },
};

const struct klipper_module klipper_tmcuarts = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(TOO_LARGE),
};
