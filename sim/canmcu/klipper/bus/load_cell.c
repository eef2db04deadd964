// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Converters of load cells: klipper-mcu-protocol.md, section 20.2. */
#include "bulk.h"
#include "bus.h"
#include "trigger.h"
#include "util/crc16.h"

/* Of an ADS131M0x; they are the highest byte of a report, too. */
enum { NO_ERROR, ERROR_CRC, ERROR_RESET };

#define BAD_GAIN "HX71x gain/channel out of range 1-4"
#define BAD_CHANNELS "Invalid ads131m0x channels configuration"
#define CHANNELS_MAX 4
#define WAS_RESET 0x04 /* in the first byte of a status */
#define SAMPLE 4       /* bytes of a report */
#define RAW 3	       /* bytes from the chip */
#define AFTER_SAMPLE 8 /* looks that are left out behind one */

struct load_cell {
	struct klipper_bulk bulk;
	const struct klipper_spi *spi; /* NULL: clock and data are pins */
	struct klipper_trigger *trigger;
	uint8_t ready_pin; /* low when there is a value */
	uint8_t clock_pin;
	uint8_t channel;
	uint8_t channels; /* words between a status and a CRC; 0: no such */
	bool was_reset;
};

static bool is_ready(const struct klipper_call *c)
{
	const struct load_cell *l = c->object;

	return !klipper_pin_read(c->k, l->ready_pin, c->now_us);
}

/* Return: 24 bits, with their sign. */
static int32_t value_of(const uint8_t *raw)
{
	uint32_t value = (uint32_t)raw[0] << 16 | (uint32_t)raw[1] << 8 |
			 raw[2];

	return (int32_t)(value | (raw[0] & 0x80 ? 0xff000000u : 0));
}

/* Return: NO_ERROR, or what is wrong; so does the next one. */
static uint8_t read_frame(const struct klipper_call *c, struct load_cell *l,
			  int32_t *value)
{
	uint8_t raw[(CHANNELS_MAX + 2) * RAW] = { 0 };
	size_t crc_at = (l->channels + 1u) * RAW;
	uint16_t crc;

	klipper_spi_transfer(c, l->spi, raw, crc_at + RAW);
	crc = util_crc16_msb(raw, crc_at);
	if (raw[crc_at] != crc >> 8 || raw[crc_at + 1] != (crc & 0xff))
		return ERROR_CRC;
	l->was_reset |= raw[0] & WAS_RESET;
	*value = value_of(raw + (l->channel + 1u) * RAW);
	return l->was_reset ? ERROR_RESET : NO_ERROR;
}

static uint8_t read_value(const struct klipper_call *c, struct load_cell *l,
			  int32_t *value)
{
	uint8_t raw[RAW] = { 0 };
	struct device_message message = {
		.to = { DEVICE_BITS, l->clock_pin, l->ready_pin },
		.in = raw,
		.in_len = RAW,
	};

	if (l->channels)
		return read_frame(c, l, value);
	if (l->spi)
		klipper_spi_transfer(c, l->spi, raw, RAW);
	else
		mcu_talk(klipper_mcu(c->k), &message, c->now_us);
	*value = value_of(raw);
	return NO_ERROR;
}

static void measure(const struct klipper_call *c, struct load_cell *l)
{
	int32_t value = 0;
	uint8_t error = read_value(c, l, &value);
	uint8_t *out = klipper_bulk_add(&l->bulk, SAMPLE);

	if (error) {
		klipper_trigger_error(c, l->trigger, error);
		value = error << 24;
	} else {
		klipper_trigger_update(c, l->trigger, value);
	}

	for (int i = 0; i < SAMPLE; i++)
		out[i] = (uint8_t)((uint32_t)value >> 8 * i);
	klipper_bulk_report(c, SAMPLE);
}

static const char *fire(const struct klipper_call *c)
{
	bool ready = is_ready(c);

	if (ready)
		measure(c, c->object);
	return klipper_bulk_again(c, ready ? AFTER_SAMPLE : 1);
}

static const struct klipper_kind hx71x_kind = { sizeof(struct load_cell) };
static const struct klipper_kind ads1220_kind = { sizeof(struct load_cell) };
static const struct klipper_kind ads131m0x_kind = { sizeof(struct load_cell) };

static struct load_cell *begin(const struct klipper_call *c)
{
	struct load_cell *l = c->object;

	l->bulk.timer.fire = fire;
	l->bulk.oid = (uint8_t)c->v[0].num;
	return l;
}

static const char *config_hx71x(const struct klipper_call *c)
{
	struct load_cell *l = begin(c);
	const char *reason;

	if ((uint8_t)c->v[1].num < 1 || (uint8_t)c->v[1].num > 4)
		return BAD_GAIN;
	reason = klipper_pin_setup(c->k, c->v[2].num, KLIPPER_PIN_PULL_UP);
	if (!reason) /* it sleeps */
		reason = klipper_pin_setup_output(c->k, c->v[3].num, 1,
						  c->now_us);
	if (reason)
		return reason;
	l->ready_pin = (uint8_t)c->v[2].num;
	l->clock_pin = (uint8_t)c->v[3].num;
	return NULL;
}

/* The oid of its bus comes second. */
static const char *on_spi(const struct klipper_call *c, struct load_cell *l,
			  uint32_t ready_pin)
{
	l->spi = klipper_spi_find(c->k, (uint8_t)c->v[1].num);
	if (!l->spi)
		return KLIPPER_INVALID_OID;
	l->ready_pin = (uint8_t)ready_pin;
	return klipper_pin_setup(c->k, ready_pin, KLIPPER_PIN_INPUT);
}

static const char *config_ads1220(const struct klipper_call *c)
{
	return on_spi(c, begin(c), c->v[2].num);
}

static const char *config_ads131m0x(const struct klipper_call *c)
{
	struct load_cell *l = begin(c);

	l->channel = (uint8_t)c->v[2].num;
	l->channels = (uint8_t)c->v[3].num;
	if (l->channels < 2 || l->channels > CHANNELS_MAX ||
	    l->channel >= l->channels)
		return BAD_CHANNELS;
	return on_spi(c, l, c->v[4].num);
}

static const char *attach(const struct klipper_call *c)
{
	struct load_cell *l = c->object;

	l->trigger = klipper_trigger_find(c->k, (uint8_t)c->v[1].num);
	return l->trigger ? NULL : KLIPPER_INVALID_OID;
}

static const char *query(const struct klipper_call *c)
{
	struct load_cell *l = c->object;
	uint32_t rest_ticks = c->v[1].num;

	if (!l->spi)
		klipper_pin_drive(c->k, l->clock_pin, rest_ticks ? 0 : 1,
				  c->now_us);
	l->was_reset = false;
	return klipper_bulk_query(c, rest_ticks,
				  klipper_clock(c->k, c->now_us) + rest_ticks);
}

static const char *status(const struct klipper_call *c)
{
	klipper_bulk_status(c, is_ready(c) ? SAMPLE : 0);
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_hx71x oid=%c gain_channel=%c dout_pin=%u sclk_pin=%u",
	  config_hx71x, .makes = &hx71x_kind },
	{ "hx71x_attach_trigger_analog oid=%c trigger_analog_oid=%c", attach,
	  &hx71x_kind },
	{ "query_hx71x oid=%c rest_ticks=%u", query, &hx71x_kind },
	{ "query_hx71x_status oid=%c", status, &hx71x_kind },
	{ "config_ads1220 oid=%c spi_oid=%c data_ready_pin=%u", config_ads1220,
	  .makes = &ads1220_kind },
	{ "ads1220_attach_trigger_analog oid=%c trigger_analog_oid=%c", attach,
	  &ads1220_kind },
	{ "query_ads1220 oid=%c rest_ticks=%u", query, &ads1220_kind },
	{ "query_ads1220_status oid=%c", status, &ads1220_kind },
};

const struct klipper_module klipper_load_cells = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(BAD_GAIN),
};

static const struct klipper_message ads131m0x_messages[] = {
	{ "config_ads131m0x oid=%c spi_oid=%c channel=%c num_channels=%c "
	  "data_ready_pin=%u",
	  config_ads131m0x, .makes = &ads131m0x_kind },
	{ "ads131m0x_attach_trigger_analog oid=%c trigger_analog_oid=%c",
	  attach, &ads131m0x_kind },
	{ "query_ads131m0x oid=%c rest_ticks=%u", query, &ads131m0x_kind },
	{ "query_ads131m0x_status oid=%c", status, &ads131m0x_kind },
};

static int describe(const struct klipper_dictionary *d)
{
	return json_object_set_new(d->enumerations, "ads131m0x_error:",
				   json_pack("{s:i, s:i}", "SENSOR_ERROR_CRC",
					     ERROR_CRC, "SENSOR_ERROR_RESET",
					     ERROR_RESET));
}

const struct klipper_module klipper_ads131m0xs = {
	KLIPPER_MESSAGES(ads131m0x_messages),
	.strings = KLIPPER_STRINGS(BAD_CHANNELS),
	.describe = describe,
};
