// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Trinamic's drivers on a one-wire UART: datagrams of the TMC2209's data sheet. */
#include "tmc.h"
#include "util/items.h"

#define SYNC 0x05 /* the upper half is not looked at */
#define SYNC_BITS 0x0f
#define TO_MASTER 0xff
#define WRITE 0x80
#define READ_LEN 4
#define WRITE_LEN 8
#define IFCNT 0x02

#define SELECT_PINS 4

struct tmc_uart {
	struct device_wires wires; /* first */
	struct tmc tmc;
	uint8_t address;
	/* The pins that have to be high, or low, for it to be on the wire. */
	struct device_pin selects[SELECT_PINS];
	bool high[SELECT_PINS]; /* as they are */
	uint8_t selects_len;
};

/* x^8 + x^2 + x + 1, the lowest bit of each byte first */
static uint8_t checksum(const uint8_t *bytes, size_t len)
{
	uint8_t turned[WRITE_LEN] = { 0 };

	for (size_t bit = 0; bit < 8 * len; bit++)
		turned[bit / 8] |= (uint8_t)((bytes[bit / 8] >> bit % 8 & 1)
					     << (7 - bit % 8));
	return wires_crc(0, 0x07, turned, len);
}

static bool is_selected(const struct tmc_uart *u)
{
	for (size_t i = 0; i < u->selects_len; i++)
		if (u->high[i] == u->selects[i].inverted)
			return false;
	return true;
}

static bool is_whole(const struct tmc_uart *u, const uint8_t *out, size_t len)
{
	return (len == READ_LEN || len == WRITE_LEN) &&
	       (out[0] & SYNC_BITS) == SYNC && out[1] == u->address &&
	       !(out[2] & WRITE) == (len == READ_LEN) &&
	       out[len - 1] == checksum(out, len - 1);
}

static void put_answer(struct tmc_uart *u, uint8_t reg, uint8_t *in)
{
	in[0] = SYNC;
	in[1] = TO_MASTER;
	in[2] = reg;
	wires_put(in + 3, 4, tmc_read(&u->tmc, reg));
	in[WRITE_LEN - 1] = checksum(in, WRITE_LEN - 1);
}

/* A write is not answered; IFCNT tells how many there were. */
static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct tmc_uart *u = self;
	const uint8_t *out = message->out;

	(void)now_us;
	if (!is_selected(u) || !is_whole(u, out, message->out_len))
		return false;
	if (message->out_len == READ_LEN && message->in_len >= WRITE_LEN) {
		put_answer(u, out[2], message->in);
		return true;
	}
	if (message->out_len == WRITE_LEN) {
		tmc_write(&u->tmc, out[2] & (uint8_t)~WRITE,
			  wires_get(out + 3, 4));
		u->tmc.regs[IFCNT] = (u->tmc.regs[IFCNT] + 1) & 0xff;
	}
	return false;
}

static void drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	struct tmc_uart *u = self;

	(void)now_us;
	for (size_t i = 0; i < u->selects_len; i++)
		if (u->selects[i].number == pin)
			u->high[i] = level >= 0.5F;
}

/* "!PC14, PC16": the pins, and with which levels. Return: false for none such. */
static bool read_selects(struct tmc_uart *u, const struct device_source *source,
			 const char *text)
{
	char word[32];

	while (text && util_next_item(&text, word, sizeof(word)))
		if (u->selects_len == SELECT_PINS ||
		    !source->pin(source, word, &u->selects[u->selects_len++]))
			return false;
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct tmc_uart *u = self;
	struct device_pin rx, tx;
	double address = 0;

	if (!tmc_init(&u->tmc, source) || !device_pin(source, "uart_pin", &rx))
		return false;
	tx = rx;
	if (device_value(source, "tx_pin") &&
	    !device_pin(source, "tx_pin", &tx))
		return false;
	device_number(source, "uart_address", &address);
	if (address < 0 || address >= u->tmc.model->addresses)
		return false;
	u->address = (uint8_t)address;
	u->wires = (struct device_wires){ DEVICE_UART, tx.number, rx.number };
	return read_selects(u, source, device_value(source, "select_pins"));
}

const struct device_kind device_tmc_uart = {
	.size = sizeof(struct tmc_uart),
	.keys = "uart_pin tx_pin uart_address select_pins",
	.make = make,
	.talk = talk,
	.drive = drive,
};
