// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* SPI, in hardware and software: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bus.h"

enum { TRANSFER_RESPONSE = 5 };

#define INVALID "Invalid spi config"
#define MODES 4

struct klipper_spi {
	uint16_t line;	 /* as in struct device_wires */
	uint16_t select; /* a pin, or DEVICE_ANY */
	bool active_high;
	bool ready; /* it has a bus */
};

static void deselect(const struct klipper_call *c)
{
	const struct klipper_spi *spi = c->object;

	if (spi->select != DEVICE_ANY)
		klipper_pin_drive(c->k, (uint8_t)spi->select,
				  spi->active_high ? 0 : 1, c->now_us);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct klipper_spi),
	.shutdown = deselect,
};

struct klipper_spi *klipper_spi_find(struct klipper *k, uint8_t oid)
{
	return klipper_oid_find(k, oid, &kind);
}

bool klipper_spi_has_pin(const struct klipper_spi *spi)
{
	return spi->select != DEVICE_ANY;
}

/* Without a bus yet nothing is sent, and nothing replaced. */
void klipper_spi_transfer(const struct klipper_call *c,
			  const struct klipper_spi *spi, uint8_t *data,
			  size_t len)
{
	uint8_t in[KCAN_KLP_CONTENT_MAX];
	struct device_message message = {
		.to = { DEVICE_SPI, spi->line, spi->select },
		.out = data,
		.out_len = len,
		.in = in,
		.in_len = len,
	};

	if (!spi->ready)
		return;
	if (spi->select != DEVICE_ANY)
		message.to.line = DEVICE_ANY;
	memset(in, 0xff, len);
	mcu_talk(klipper_mcu(c->k), &message, c->now_us);
	memcpy(data, in, len);
}

static const char *config_spi(const struct klipper_call *c)
{
	struct klipper_spi *spi = c->object;
	const char *reason =
		klipper_pin_setup(c->k, c->v[1].num, KLIPPER_PIN_OUTPUT);

	spi->select = DEVICE_ANY;
	if (reason)
		return reason;
	spi->select = (uint8_t)c->v[1].num;
	spi->active_high = (uint8_t)c->v[2].num;
	deselect(c);
	return NULL;
}

static const char *config_spi_without_cs(const struct klipper_call *c)
{
	struct klipper_spi *spi = c->object;

	spi->select = DEVICE_ANY;
	return NULL;
}

static const char *spi_set_bus(const struct klipper_call *c)
{
	const struct mcu_type *type = klipper_built_for(c->k);
	struct klipper_spi *spi = c->object;
	struct bus_name bus;

	if ((uint8_t)c->v[2].num >= MODES || spi->ready)
		return INVALID;
	if (!bus_at(type, BUS_SPI, c->v[1].num, &bus))
		return bus_refusal(type, BUS_SPI);
	spi->line = (uint16_t)c->v[1].num;
	spi->ready = true;
	return NULL;
}

static const char *spi_set_sw_bus(const struct klipper_call *c)
{
	struct klipper_spi *spi = klipper_spi_find(c->k, (uint8_t)c->v[0].num);
	const char *reason;

	if ((uint8_t)c->v[4].num >= MODES)
		return INVALID;
	if (!spi)
		return KLIPPER_INVALID_OID;
	reason = klipper_pin_setup(c->k, c->v[1].num, KLIPPER_PIN_PULL_UP);
	for (int i = 2; i <= 3 && !reason; i++)
		reason = klipper_pin_setup_output(c->k, c->v[i].num, 0,
						  c->now_us);
	if (reason || spi->ready)
		return reason ? reason : INVALID;
	spi->line = DEVICE_SOFTWARE + (uint8_t)c->v[3].num;
	spi->ready = true;
	return NULL;
}

static const char *spi_transfer(const struct klipper_call *c)
{
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, c->v[1].data, c->v[1].len);
	klipper_spi_transfer(c, c->object, data, c->v[1].len);
	KLIPPER_RESPOND(c->k, &klipper_spis, TRANSFER_RESPONSE,
			NUM((uint8_t)c->v[0].num), BYTES(data, c->v[1].len));
	return NULL;
}

static const char *spi_send(const struct klipper_call *c)
{
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, c->v[1].data, c->v[1].len);
	klipper_spi_transfer(c, c->object, data, c->v[1].len);
	return NULL;
}

/* What is sent at a shutdown. */
struct farewell {
	const struct klipper_spi *spi;
	uint8_t len;
	uint8_t data[KCAN_KLP_CONTENT_MAX];
};

static void say_farewell(const struct klipper_call *c)
{
	struct farewell *f = c->object;
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, f->data, f->len);
	klipper_spi_transfer(c, f->spi, data, f->len);
}

static const struct klipper_kind farewell_kind = {
	.size = sizeof(struct farewell),
	.shutdown = say_farewell,
};

static const char *config_spi_shutdown(const struct klipper_call *c)
{
	struct klipper_spi *spi = klipper_spi_find(c->k, (uint8_t)c->v[1].num);
	struct farewell *f;
	const char *reason;
	void *object;

	if (!spi)
		return KLIPPER_INVALID_OID;
	reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num, &farewell_kind,
				 &object);
	if (reason)
		return reason;
	f = object;
	f->spi = spi;
	f->len = c->v[2].len;
	memcpy(f->data, c->v[2].data, c->v[2].len);
	return NULL;
}

static int describe(const struct klipper_dictionary *d)
{
	return klipper_describe_buses(d, BUS_SPI);
}

static const struct klipper_message messages[] = {
	{ "config_spi oid=%c pin=%u cs_active_high=%c", config_spi,
	  .makes = &kind },
	{ "config_spi_without_cs oid=%c", config_spi_without_cs,
	  .makes = &kind },
	{ "spi_set_bus oid=%c spi_bus=%u mode=%u rate=%u", spi_set_bus, &kind },
	{ "spi_set_sw_bus oid=%c miso_pin=%u mosi_pin=%u sclk_pin=%u mode=%u "
	  "pulse_ticks=%u",
	  spi_set_sw_bus },
	{ "spi_transfer oid=%c data=%*s", spi_transfer, &kind },
	[TRANSFER_RESPONSE] = { "spi_transfer_response oid=%c response=%*s" },
	{ "spi_send oid=%c data=%*s", spi_send, &kind },
	{ "config_spi_shutdown oid=%c spi_oid=%c shutdown_msg=%*s",
	  config_spi_shutdown },
};

/* With all that bus_refusal() may return. */
const struct klipper_module klipper_spis = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(INVALID, "Invalid spi bus",
				   "Invalid spi_setup parameters",
				   "Invalid SERCOM bus"),
	.describe = describe,
};
