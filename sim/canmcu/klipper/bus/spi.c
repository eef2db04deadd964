// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* SPI, in hardware and software: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bus.h"
#include "util/array.h"

enum {
	CONFIG_SPI,
	CONFIG_SPI_WITHOUT_CS,
	SPI_SET_BUS,
	SPI_SET_SW_BUS,
	SPI_TRANSFER,
	SPI_TRANSFER_RESPONSE,
	SPI_SEND,
	CONFIG_SPI_SHUTDOWN,
};

#define INVALID "Invalid spi config"
#define MODES 4

struct klipper_spi {
	uint16_t line;	 /* as in struct device_wires */
	uint16_t select; /* a pin, or DEVICE_ANY */
	bool active_high;
	bool ready; /* it has a bus */
};

static void deselect(struct klipper *k, const struct klipper_spi *spi,
		     uint64_t now_us)
{
	if (spi->select != DEVICE_ANY)
		klipper_pin_drive(k, (uint8_t)spi->select,
				  spi->active_high ? 0 : 1, now_us);
}

static void shut_down(struct klipper *k, void *object, uint64_t now_us)
{
	deselect(k, object, now_us);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct klipper_spi),
	.shutdown = shut_down,
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
void klipper_spi_transfer(struct klipper *k, const struct klipper_spi *spi,
			  uint8_t *data, size_t len, uint64_t now_us)
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
	mcu_talk(klipper_mcu(k), &message, now_us);
	memcpy(data, in, len);
}

static const char *config_spi(struct klipper *k, void *object,
			      const struct kcan_klp_value *v, uint64_t now_us)
{
	struct klipper_spi *spi = object;
	const char *reason = klipper_pin_setup(k, v[1].num, KLIPPER_PIN_OUTPUT);

	spi->select = DEVICE_ANY;
	if (reason)
		return reason;
	spi->select = (uint8_t)v[1].num;
	spi->active_high = (uint8_t)v[2].num;
	deselect(k, spi, now_us);
	return NULL;
}

static const char *config_spi_without_cs(struct klipper *k, void *object,
					 const struct kcan_klp_value *v,
					 uint64_t now_us)
{
	struct klipper_spi *spi = object;

	(void)k;
	(void)v;
	(void)now_us;
	spi->select = DEVICE_ANY;
	return NULL;
}

static const char *spi_set_bus(struct klipper *k, void *object,
			       const struct kcan_klp_value *v, uint64_t now_us)
{
	const struct mcu_type *type = klipper_mcu(k)->cfg.type;
	struct klipper_spi *spi = object;
	struct bus_name bus;

	(void)now_us;
	if ((uint8_t)v[2].num >= MODES || spi->ready)
		return INVALID;
	if (!bus_at(type, BUS_SPI, v[1].num, &bus))
		return bus_refusal(type, BUS_SPI);
	spi->line = (uint16_t)v[1].num;
	spi->ready = true;
	return NULL;
}

static const char *spi_set_sw_bus(struct klipper *k,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	struct klipper_spi *spi = klipper_spi_find(k, (uint8_t)v[0].num);
	const char *reason;

	if ((uint8_t)v[4].num >= MODES)
		return INVALID;
	if (!spi)
		return KLIPPER_INVALID_OID;
	reason = klipper_pin_setup(k, v[1].num, KLIPPER_PIN_PULL_UP);
	for (int i = 2; i <= 3 && !reason; i++) {
		reason = klipper_pin_setup(k, v[i].num, KLIPPER_PIN_OUTPUT);
		if (!reason)
			klipper_pin_drive(k, (uint8_t)v[i].num, 0, now_us);
	}
	if (reason || spi->ready)
		return reason ? reason : INVALID;
	spi->line = DEVICE_SOFTWARE + (uint8_t)v[3].num;
	spi->ready = true;
	return NULL;
}

static const char *spi_transfer(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, v[1].data, v[1].len);
	klipper_spi_transfer(k, object, data, v[1].len, now_us);
	klipper_respond(k, &klipper_spis, SPI_TRANSFER_RESPONSE,
			(struct kcan_klp_value[]){
				{ .num = (uint8_t)v[0].num },
				{ .data = data, .len = v[1].len },
			});
	return NULL;
}

static const char *spi_send(struct klipper *k, void *object,
			    const struct kcan_klp_value *v, uint64_t now_us)
{
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, v[1].data, v[1].len);
	klipper_spi_transfer(k, object, data, v[1].len, now_us);
	return NULL;
}

/* What is sent at a shutdown. */
struct farewell {
	const struct klipper_spi *spi;
	uint8_t len;
	uint8_t data[KCAN_KLP_CONTENT_MAX];
};

static void say_farewell(struct klipper *k, void *object, uint64_t now_us)
{
	struct farewell *f = object;
	uint8_t data[KCAN_KLP_CONTENT_MAX];

	memcpy(data, f->data, f->len);
	klipper_spi_transfer(k, f->spi, data, f->len, now_us);
}

static const struct klipper_kind farewell_kind = {
	.size = sizeof(struct farewell),
	.shutdown = say_farewell,
};

static const char *config_spi_shutdown(struct klipper *k,
				       const struct kcan_klp_value *v,
				       uint64_t now_us)
{
	struct klipper_spi *spi = klipper_spi_find(k, (uint8_t)v[1].num);
	struct farewell *f;
	const char *reason;
	void *object;

	(void)now_us;
	if (!spi)
		return KLIPPER_INVALID_OID;
	reason = klipper_oid_new(k, (uint8_t)v[0].num, &farewell_kind, &object);
	if (reason)
		return reason;
	f = object;
	f->spi = spi;
	f->len = v[2].len;
	memcpy(f->data, v[2].data, v[2].len);
	return NULL;
}

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	return klipper_describe_buses(config, enumerations, build->type,
				      BUS_SPI);
}

static const struct klipper_message messages[] = {
	[CONFIG_SPI] = { "config_spi oid=%c pin=%u cs_active_high=%c",
			 KLIPPER_MAKES(kind, config_spi) },
	[CONFIG_SPI_WITHOUT_CS] = { "config_spi_without_cs oid=%c",
				    KLIPPER_MAKES(kind,
						  config_spi_without_cs) },
	[SPI_SET_BUS] = { "spi_set_bus oid=%c spi_bus=%u mode=%u rate=%u",
			  KLIPPER_ON(kind, spi_set_bus) },
	[SPI_SET_SW_BUS] = { "spi_set_sw_bus oid=%c miso_pin=%u mosi_pin=%u "
			     "sclk_pin=%u mode=%u pulse_ticks=%u",
			     spi_set_sw_bus },
	[SPI_TRANSFER] = { "spi_transfer oid=%c data=%*s",
			   KLIPPER_ON(kind, spi_transfer) },
	[SPI_TRANSFER_RESPONSE] = { "spi_transfer_response oid=%c "
				    "response=%*s" },
	[SPI_SEND] = { "spi_send oid=%c data=%*s", KLIPPER_ON(kind, spi_send) },
	[CONFIG_SPI_SHUTDOWN] = { "config_spi_shutdown oid=%c spi_oid=%c "
				  "shutdown_msg=%*s",
				  config_spi_shutdown },
};

/* With all that bus_refusal() may return. */
static const char *const strings[] = {
	INVALID,
	"Invalid spi bus",
	"Invalid spi_setup parameters",
	"Invalid SERCOM bus",
};

const struct klipper_module klipper_spis = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
