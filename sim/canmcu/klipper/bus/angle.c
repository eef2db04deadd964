// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Angle sensors of motors: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bulk.h"
#include "bus.h"
#include "util/array.h"

enum {
	CONFIG_SPI_ANGLE,
	QUERY_SPI_ANGLE,
	SPI_ANGLE_TRANSFER,
	SPI_ANGLE_TRANSFER_RESPONSE,
};

#define INVALID_CHIP "Invalid spi_angle chip type"
#define NO_CS_PIN "angle sensor requires cs pin"

#define SAMPLE 3	/* bytes: a time, and an angle */
#define TIME_ERROR 0xff /* it is no angle, but one of these: */
enum error { CRC = 3, DUPLICATE, NO_ANGLE };

struct angle {
	struct klipper_timer timer;
	const struct klipper_spi *spi;
	uint64_t due_ticks;
	uint32_t rest_ticks;
	uint8_t oid;
	uint8_t chip;
	struct klipper_bulk bulk;
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

static void read_a1333(struct klipper *k, struct angle *a, uint64_t now_us)
{
	uint8_t m[2] = { 0x32, 0x00 };

	klipper_spi_transfer(k, a->spi, m, sizeof(m), now_us);
	if (m[0] & 0x80)
		put(a, TIME_ERROR, CRC);
	else
		put(a, 0, (unsigned int)m[0] << 9 | (unsigned int)m[1] << 1);
}

static void read_as5047d(struct klipper *k, struct angle *a, uint64_t now_us)
{
	uint8_t ask[2] = { 0x7f, 0xfe }, m[2] = { 0xc0, 0x00 };

	klipper_spi_transfer(k, a->spi, ask, sizeof(ask), now_us);
	klipper_spi_transfer(k, a->spi, m, sizeof(m), now_us);
	if (is_odd(m))
		put(a, TIME_ERROR, CRC);
	else if (m[0] & 0x40)
		put(a, TIME_ERROR, NO_ANGLE);
	else
		put(a, 0, (unsigned int)m[0] << 10 | (unsigned int)m[1] << 2);
}

/* Latched, and read with the speed, the turns and the frame counter. */
static void read_tle5012b(struct klipper *k, struct angle *a, uint64_t now_us)
{
	uint8_t m[10] = { 0x84, 0x23 }, sum;

	klipper_spi_transfer(k, a->spi, m, sizeof(m), now_us);
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

static void read_mt6816(struct klipper *k, struct angle *a, uint64_t now_us)
{
	uint8_t m[3] = { 0x83, 0x00, 0x00 };

	klipper_spi_transfer(k, a->spi, m, sizeof(m), now_us);
	if (is_odd(m + 1))
		put(a, TIME_ERROR, CRC);
	else if (m[2] & 0x02)
		put(a, TIME_ERROR, NO_ANGLE);
	else
		put(a, 0, (unsigned int)m[1] << 8 | (m[2] & 0xfcu));
}

static void read_mt6826s(struct klipper *k, struct angle *a, uint64_t now_us)
{
	uint8_t m[6] = { 0x30, 0x03 };

	klipper_spi_transfer(k, a->spi, m, sizeof(m), now_us);
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
static void (*const reads[])(struct klipper *k, struct angle *a,
			     uint64_t now_us) = {
	read_a1333, read_as5047d, read_tle5012b, read_mt6816, read_mt6826s,
};

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct angle *a = (struct angle *)t;

	reads[a->chip](k, a, now_us);
	klipper_bulk_report(k, &a->bulk, a->oid, SAMPLE);
	a->due_ticks += a->rest_ticks;
	return klipper_timer_at(k, t, a->due_ticks, now_us);
}

static const struct klipper_kind kind = { .size = sizeof(struct angle) };

static const char *config_spi_angle(struct klipper *k,
				    const struct kcan_klp_value *v,
				    uint64_t now_us)
{
	struct angle *a;
	const char *reason;
	void *object;

	(void)now_us;
	if ((uint8_t)v[2].num >= ARRAY_SIZE(names))
		return INVALID_CHIP;
	reason = klipper_oid_new(k, (uint8_t)v[0].num, &kind, &object);
	if (reason)
		return reason;
	a = object;
	a->timer.fire = fire;
	a->oid = (uint8_t)v[0].num;
	a->chip = (uint8_t)v[2].num;
	a->spi = klipper_spi_find(k, (uint8_t)v[1].num);
	if (!a->spi)
		return KLIPPER_INVALID_OID;
	return klipper_spi_has_pin(a->spi) ? NULL : NO_CS_PIN;
}

static const char *query_spi_angle(struct klipper *k, void *object,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	struct angle *a = object;
	const char *reason = klipper_check_period(k, v[2].num);

	klipper_timer_stop(k, &a->timer);
	if (!v[2].num || reason)
		return v[2].num ? reason : NULL;
	a->rest_ticks = v[2].num;
	klipper_bulk_reset(&a->bulk);
	a->due_ticks = klipper_clock_near(k, v[1].num, now_us);
	return klipper_timer_at(k, &a->timer, a->due_ticks, now_us);
}

static const char *spi_angle_transfer(struct klipper *k, void *object,
				      const struct kcan_klp_value *v,
				      uint64_t now_us)
{
	struct angle *a = object;
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, v[1].data, v[1].len);
	klipper_spi_transfer(k, a->spi, data, v[1].len, now_us);
	klipper_respond(k, &klipper_angles, SPI_ANGLE_TRANSFER_RESPONSE,
			(struct kcan_klp_value[]){
				{ .num = a->oid },
				{ .num = (uint32_t)klipper_clock(k, now_us) },
				{ .data = data, .len = v[1].len },
			});
	return NULL;
}

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	(void)config;
	(void)build;
	return klipper_describe_names(enumerations, "spi_angle_type", names,
				      ARRAY_SIZE(names));
}

static const struct klipper_message messages[] = {
	[CONFIG_SPI_ANGLE] = { "config_spi_angle oid=%c spi_oid=%c "
			       "spi_angle_type=%c",
			       config_spi_angle },
	[QUERY_SPI_ANGLE] = { "query_spi_angle oid=%c clock=%u rest_ticks=%u "
			      "time_shift=%c",
			      KLIPPER_ON(kind, query_spi_angle) },
	[SPI_ANGLE_TRANSFER] = { "spi_angle_transfer oid=%c data=%*s",
				 KLIPPER_ON(kind, spi_angle_transfer) },
	[SPI_ANGLE_TRANSFER_RESPONSE] = { "spi_angle_transfer_response oid=%c "
					  "clock=%u response=%*s" },
};

static const char *const strings[] = { INVALID_CHIP, NO_CS_PIN };

const struct klipper_module klipper_angles = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
