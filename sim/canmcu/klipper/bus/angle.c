// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Angle sensors of motors: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bulk.h"
#include "bus.h"
#include "util/array.h"

enum { SPI_ANGLE_TRANSFER_RESPONSE = 3 };

#define INVALID_CHIP "Invalid spi_angle chip type"
#define NO_CS_PIN "angle sensor requires cs pin"

#define SAMPLE 3	/* bytes: a time, and an angle */
#define TIME_ERROR 0xff /* it is no angle, but one of these: */
enum error { CRC = 3, DUPLICATE, NO_ANGLE };

struct angle {
	struct klipper_bulk bulk;
	const struct klipper_spi *spi;
	uint8_t chip;
};

/* Nothing takes time here: what is measured at a time is read at that time. */
static void put(struct angle *a, uint8_t time, unsigned int value)
{
	uint8_t *out = klipper_bulk_add(&a->bulk, SAMPLE);

	out[0] = time;
	out[1] = (uint8_t)value;
	out[2] = (uint8_t)(value >> 8);
}

static bool is_odd(const uint8_t *bytes)
{
	unsigned int bits = bytes[0] ^ bytes[1];

	return __builtin_parity(bits);
}

static uint8_t crc(uint8_t first, uint8_t polynomial, const uint8_t *bytes,
		   size_t len)
{
	uint8_t crc = first;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint8_t)(crc << 1 ^
					(crc & 0x80 ? polynomial : 0));
	}
	return crc;
}

static void read_a1333(const struct klipper_call *c, struct angle *a)
{
	uint8_t m[2] = { 0x32, 0x00 };

	klipper_spi_transfer(c, a->spi, m, sizeof(m));
	if (m[0] & 0x80)
		put(a, TIME_ERROR, CRC);
	else
		put(a, 0, (unsigned int)m[0] << 9 | (unsigned int)m[1] << 1);
}

static void read_as5047d(const struct klipper_call *c, struct angle *a)
{
	uint8_t ask[2] = { 0x7f, 0xfe }, m[2] = { 0xc0, 0x00 };

	klipper_spi_transfer(c, a->spi, ask, sizeof(ask));
	klipper_spi_transfer(c, a->spi, m, sizeof(m));
	if (is_odd(m))
		put(a, TIME_ERROR, CRC);
	else if (m[0] & 0x40)
		put(a, TIME_ERROR, NO_ANGLE);
	else
		put(a, 0, (unsigned int)m[0] << 10 | (unsigned int)m[1] << 2);
}

/* Latched, and read with the speed, the turns and the frame counter. */
static void read_tle5012b(const struct klipper_call *c, struct angle *a)
{
	uint8_t m[10] = { 0x84, 0x23 }, sum;

	klipper_spi_transfer(c, a->spi, m, sizeof(m));
	/* of the command it is 0x05 */
	sum = (uint8_t)~crc(0x05, 0x1d, m + 2, 6);
	if (sum != m[9])
		put(a, TIME_ERROR, CRC);
	else if (!(m[8] & 0x10))
		put(a, TIME_ERROR, NO_ANGLE);
	else if (!(m[2] & 0x80))
		put(a, TIME_ERROR, DUPLICATE);
	else
		put(a, m[6] >> 1 & 0x3f,
		    (unsigned int)m[2] << 9 | (unsigned int)m[3] << 1);
}

static void read_mt6816(const struct klipper_call *c, struct angle *a)
{
	uint8_t m[3] = { 0x83, 0x00, 0x00 };

	klipper_spi_transfer(c, a->spi, m, sizeof(m));
	if (is_odd(m + 1))
		put(a, TIME_ERROR, CRC);
	else if (m[2] & 0x02)
		put(a, TIME_ERROR, NO_ANGLE);
	else
		put(a, 0, (unsigned int)m[1] << 8 | (m[2] & 0xfcu));
}

static void read_mt6826s(const struct klipper_call *c, struct angle *a)
{
	uint8_t m[6] = { 0x30, 0x03 };

	klipper_spi_transfer(c, a->spi, m, sizeof(m));
	if (crc(0, 0x07, m + 2, 3) != m[5])
		put(a, TIME_ERROR, CRC);
	else if (m[4] & 0x02)
		put(a, TIME_ERROR, NO_ANGLE);
	else
		put(a, 0, (unsigned int)m[2] << 8 | m[3]);
}

static const char *const names[] = { "a1333", "as5047d", "tle5012b", "mt6816",
				     "mt6826s" };

/* In the same order. */
static void (*const reads[])(const struct klipper_call *c, struct angle *a) = {
	read_a1333, read_as5047d, read_tle5012b, read_mt6816, read_mt6826s,
};

static const char *fire(const struct klipper_call *c)
{
	struct angle *a = c->object;

	reads[a->chip](c, a);
	klipper_bulk_report(c, SAMPLE);
	return klipper_bulk_again(c, 1);
}

static const struct klipper_kind kind = { .size = sizeof(struct angle) };

static const char *config_spi_angle(const struct klipper_call *c)
{
	struct angle *a;
	const char *reason;
	void *object;

	if ((uint8_t)c->v[2].num >= ARRAY_SIZE(names))
		return INVALID_CHIP;
	reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num, &kind, &object);
	if (reason)
		return reason;
	a = object;
	a->bulk.timer.fire = fire;
	a->bulk.oid = (uint8_t)c->v[0].num;
	a->chip = (uint8_t)c->v[2].num;
	a->spi = klipper_spi_find(c->k, (uint8_t)c->v[1].num);
	if (!a->spi)
		return KLIPPER_INVALID_OID;
	return klipper_spi_has_pin(a->spi) ? NULL : NO_CS_PIN;
}

static const char *query_spi_angle(const struct klipper_call *c)
{
	return klipper_bulk_query(
		c, c->v[2].num,
		klipper_clock_near(c->k, c->v[1].num, c->now_us));
}

static const char *spi_angle_transfer(const struct klipper_call *c)
{
	struct angle *a = c->object;
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, c->v[1].data, c->v[1].len);
	klipper_spi_transfer(c, a->spi, data, c->v[1].len);
	KLIPPER_RESPOND(c->k, &klipper_angles, SPI_ANGLE_TRANSFER_RESPONSE,
			NUM(a->bulk.oid), NUM(klipper_clock(c->k, c->now_us)),
			BYTES(data, c->v[1].len));
	return NULL;
}

static int describe(const struct klipper_dictionary *d)
{
	return klipper_describe_names(d, "spi_angle_type", names,
				      ARRAY_SIZE(names));
}

static const struct klipper_message messages[] = {
	{ "config_spi_angle oid=%c spi_oid=%c spi_angle_type=%c",
	  config_spi_angle },
	{ "query_spi_angle oid=%c clock=%u rest_ticks=%u time_shift=%c",
	  query_spi_angle, &kind },
	{ "spi_angle_transfer oid=%c data=%*s", spi_angle_transfer, &kind },
	[SPI_ANGLE_TRANSFER_RESPONSE] = { "spi_angle_transfer_response oid=%c "
					  "clock=%u response=%*s" },
};

const struct klipper_module klipper_angles = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(INVALID_CHIP, NO_CS_PIN),
	.describe = describe,
};
