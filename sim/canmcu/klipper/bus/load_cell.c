// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Converters of load cells: klipper-mcu-protocol.md, section 20.2. */
#include "bulk.h"
#include "bus.h"
#include "trigger.h"
#include "util/array.h"
#include "util/crc16.h"

enum {
	CONFIG_HX71X,
	HX71X_ATTACH_TRIGGER_ANALOG,
	QUERY_HX71X,
	QUERY_HX71X_STATUS,
	CONFIG_ADS1220,
	ADS1220_ATTACH_TRIGGER_ANALOG,
	QUERY_ADS1220,
	QUERY_ADS1220_STATUS,
};

enum {
	CONFIG_ADS131M0X,
	ADS131M0X_ATTACH_TRIGGER_ANALOG,
	QUERY_ADS131M0X,
	QUERY_ADS131M0X_STATUS,
};

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
	struct klipper_timer timer;
	const struct klipper_spi *spi; /* NULL: clock and data are pins */
	struct klipper_trigger *trigger;
	uint64_t due_ticks;
	uint32_t rest_ticks;
	uint8_t oid;
	uint8_t ready_pin; /* low when there is a value */
	uint8_t clock_pin;
	uint8_t channel;
	uint8_t channels; /* words between a status and a CRC; 0: no such */
	bool was_reset;
	struct klipper_bulk bulk;
};

static bool is_ready(struct klipper *k, const struct load_cell *l,
		     uint64_t now_us)
{
	return !klipper_pin_read(k, l->ready_pin, now_us);
}

/* Return: 24 bits, with their sign. */
static int32_t value_of(const uint8_t *raw)
{
	uint32_t value = (uint32_t)raw[0] << 16 | (uint32_t)raw[1] << 8 |
			 raw[2];

	return (int32_t)(value | (raw[0] & 0x80 ? 0xff000000u : 0));
}

/* Return: NO_ERROR, or what is wrong; so does the next one. */
static uint8_t read_frame(struct klipper *k, struct load_cell *l,
			  int32_t *value, uint64_t now_us)
{
	uint8_t raw[(CHANNELS_MAX + 2) * RAW] = { 0 };
	size_t crc_at = (l->channels + 1u) * RAW;
	uint16_t crc;

	klipper_spi_transfer(k, l->spi, raw, crc_at + RAW, now_us);
	crc = util_crc16_msb(raw, crc_at);
	if (raw[crc_at] != crc >> 8 || raw[crc_at + 1] != (crc & 0xff))
		return ERROR_CRC;
	l->was_reset |= raw[0] & WAS_RESET;
	*value = value_of(raw + (l->channel + 1u) * RAW);
	return l->was_reset ? ERROR_RESET : NO_ERROR;
}

static uint8_t read_value(struct klipper *k, struct load_cell *l,
			  int32_t *value, uint64_t now_us)
{
	uint8_t raw[RAW] = { 0 };
	struct device_message message = {
		.to = { DEVICE_BITS, l->clock_pin, l->ready_pin },
		.in = raw,
		.in_len = RAW,
	};

	if (l->channels)
		return read_frame(k, l, value, now_us);
	if (l->spi)
		klipper_spi_transfer(k, l->spi, raw, RAW, now_us);
	else
		mcu_talk(klipper_mcu(k), &message, now_us);
	*value = value_of(raw);
	return NO_ERROR;
}

static void measure(struct klipper *k, struct load_cell *l, uint64_t now_us)
{
	int32_t value = 0;
	uint8_t error = read_value(k, l, &value, now_us);
	uint8_t *out = klipper_bulk_add(&l->bulk, SAMPLE);

	if (error) {
		klipper_trigger_error(k, l->trigger, error, now_us);
		value = error << 24;
	} else {
		klipper_trigger_update(k, l->trigger, value, now_us);
	}

	for (int i = 0; i < SAMPLE; i++)
		out[i] = (uint8_t)((uint32_t)value >> 8 * i);
	klipper_bulk_report(k, &l->bulk, l->oid, SAMPLE);
}

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct load_cell *l = (struct load_cell *)t;
	uint64_t looks = 1;

	if (is_ready(k, l, now_us)) {
		measure(k, l, now_us);
		looks = AFTER_SAMPLE;
	}
	l->due_ticks += looks * l->rest_ticks;
	return klipper_timer_at(k, t, l->due_ticks, now_us);
}

static const struct klipper_kind hx71x_kind = { sizeof(struct load_cell) };
static const struct klipper_kind ads1220_kind = { sizeof(struct load_cell) };
static const struct klipper_kind ads131m0x_kind = { sizeof(struct load_cell) };

static struct load_cell *begin(void *object, uint32_t oid)
{
	struct load_cell *l = object;

	l->timer.fire = fire;
	l->oid = (uint8_t)oid;
	return l;
}

static const char *config_hx71x(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	struct load_cell *l = begin(object, v[0].num);
	const char *reason;

	if ((uint8_t)v[1].num < 1 || (uint8_t)v[1].num > 4)
		return BAD_GAIN;
	reason = klipper_pin_setup(k, v[2].num, KLIPPER_PIN_PULL_UP);
	if (!reason)
		reason = klipper_pin_setup(k, v[3].num, KLIPPER_PIN_OUTPUT);
	if (reason)
		return reason;
	l->ready_pin = (uint8_t)v[2].num;
	l->clock_pin = (uint8_t)v[3].num;
	klipper_pin_drive(k, l->clock_pin, 1, now_us); /* it sleeps */
	return NULL;
}

static const char *on_spi(struct klipper *k, struct load_cell *l,
			  uint32_t spi_oid, uint32_t ready_pin)
{
	l->spi = klipper_spi_find(k, (uint8_t)spi_oid);
	if (!l->spi)
		return KLIPPER_INVALID_OID;
	l->ready_pin = (uint8_t)ready_pin;
	return klipper_pin_setup(k, ready_pin, KLIPPER_PIN_INPUT);
}

static const char *config_ads1220(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	(void)now_us;
	return on_spi(k, begin(object, v[0].num), v[1].num, v[2].num);
}

static const char *config_ads131m0x(struct klipper *k, void *object,
				    const struct kcan_klp_value *v,
				    uint64_t now_us)
{
	struct load_cell *l = begin(object, v[0].num);

	(void)now_us;
	l->channel = (uint8_t)v[2].num;
	l->channels = (uint8_t)v[3].num;
	if (l->channels < 2 || l->channels > CHANNELS_MAX ||
	    l->channel >= l->channels)
		return BAD_CHANNELS;
	return on_spi(k, l, v[1].num, v[4].num);
}

static const char *attach(struct klipper *k, void *object,
			  const struct kcan_klp_value *v, uint64_t now_us)
{
	struct load_cell *l = object;

	(void)now_us;
	l->trigger = klipper_trigger_find(k, (uint8_t)v[1].num);
	return l->trigger ? NULL : KLIPPER_INVALID_OID;
}

static const char *query(struct klipper *k, void *object,
			 const struct kcan_klp_value *v, uint64_t now_us)
{
	struct load_cell *l = object;
	uint32_t rest_ticks = v[1].num;
	const char *reason = klipper_check_period(k, rest_ticks);

	klipper_timer_stop(k, &l->timer);
	l->rest_ticks = rest_ticks;
	if (!l->spi)
		klipper_pin_drive(k, l->clock_pin, rest_ticks ? 0 : 1, now_us);
	if (!rest_ticks || reason)
		return rest_ticks ? reason : NULL;
	l->was_reset = false;
	klipper_bulk_reset(&l->bulk);
	l->due_ticks = klipper_clock(k, now_us) + rest_ticks;
	return klipper_timer_at(k, &l->timer, l->due_ticks, now_us);
}

static const char *status(struct klipper *k, void *object,
			  const struct kcan_klp_value *v, uint64_t now_us)
{
	struct load_cell *l = object;

	(void)v;
	klipper_bulk_status(k, &l->bulk, l->oid,
			    is_ready(k, l, now_us) ? SAMPLE : 0, now_us);
	return NULL;
}

static const struct klipper_message messages[] = {
	[CONFIG_HX71X] = { "config_hx71x oid=%c gain_channel=%c dout_pin=%u "
			   "sclk_pin=%u",
			   KLIPPER_MAKES(hx71x_kind, config_hx71x) },
	[HX71X_ATTACH_TRIGGER_ANALOG] = { "hx71x_attach_trigger_analog oid=%c "
					  "trigger_analog_oid=%c",
					  KLIPPER_ON(hx71x_kind, attach) },
	[QUERY_HX71X] = { "query_hx71x oid=%c rest_ticks=%u",
			  KLIPPER_ON(hx71x_kind, query) },
	[QUERY_HX71X_STATUS] = { "query_hx71x_status oid=%c",
				 KLIPPER_ON(hx71x_kind, status) },
	[CONFIG_ADS1220] = { "config_ads1220 oid=%c spi_oid=%c "
			     "data_ready_pin=%u",
			     KLIPPER_MAKES(ads1220_kind, config_ads1220) },
	[ADS1220_ATTACH_TRIGGER_ANALOG] = { "ads1220_attach_trigger_analog "
					    "oid=%c trigger_analog_oid=%c",
					    KLIPPER_ON(ads1220_kind, attach) },
	[QUERY_ADS1220] = { "query_ads1220 oid=%c rest_ticks=%u",
			    KLIPPER_ON(ads1220_kind, query) },
	[QUERY_ADS1220_STATUS] = { "query_ads1220_status oid=%c",
				   KLIPPER_ON(ads1220_kind, status) },
};

static const char *const strings[] = { BAD_GAIN };

const struct klipper_module klipper_load_cells = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
};

static const struct klipper_message ads131m0x_messages[] = {
	[CONFIG_ADS131M0X] = { "config_ads131m0x oid=%c spi_oid=%c channel=%c "
			       "num_channels=%c data_ready_pin=%u",
			       KLIPPER_MAKES(ads131m0x_kind,
					     config_ads131m0x) },
	[ADS131M0X_ATTACH_TRIGGER_ANALOG] = { "ads131m0x_attach_trigger_analog "
					      "oid=%c trigger_analog_oid=%c",
					      KLIPPER_ON(ads131m0x_kind,
							 attach) },
	[QUERY_ADS131M0X] = { "query_ads131m0x oid=%c rest_ticks=%u",
			      KLIPPER_ON(ads131m0x_kind, query) },
	[QUERY_ADS131M0X_STATUS] = { "query_ads131m0x_status oid=%c",
				     KLIPPER_ON(ads131m0x_kind, status) },
};

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	(void)config;
	(void)build;
	return json_object_set_new(enumerations, "ads131m0x_error:",
				   json_pack("{s:i, s:i}", "SENSOR_ERROR_CRC",
					     ERROR_CRC, "SENSOR_ERROR_RESET",
					     ERROR_RESET));
}

static const char *const ads131m0x_strings[] = { BAD_CHANNELS };

const struct klipper_module klipper_ads131m0xs = {
	.messages = ads131m0x_messages,
	.messages_len = ARRAY_SIZE(ads131m0x_messages),
	.strings = ads131m0x_strings,
	.strings_len = ARRAY_SIZE(ads131m0x_strings),
	.describe = describe,
};
