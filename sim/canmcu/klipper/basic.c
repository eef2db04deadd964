// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The commands every Klipper has: klipper-mcu-protocol.md, 7 and 9 to 14. */
#include <kcan/version.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "pin.h"

#define CANBUS_FREQUENCY 1000000 /* where the bus has no bit rate */

/* Identify: section 7. */

/* What a flashed application tells about itself is "?" where it is silent. */
static void copy_reported(char *out, size_t size, const char *told,
			  const char *otherwise)
{
	bool is_told = *told && strcmp(told, "?") != 0;

	snprintf(out, size, "%s", is_told ? told : otherwise);
}

static uint32_t rate_of(const struct mcu *m)
{
	uint32_t flashed_bps = m->flashed.dictionary.can_bps;
	uint32_t bitrate_bps = m->env->bitrate_bps;

	if (!klipper_is_on_can(m->cfg.link))
		return m->cfg.link == MCU_LINK_UART ? mcu_baud(m) : 0;
	if (flashed_bps)
		return flashed_bps;
	return bitrate_bps ? bitrate_bps : CANBUS_FREQUENCY;
}

static const struct firmware_image *image_of(struct klipper *k)
{
	const struct mcu *m = k->mcu;
	struct klipper_build build = { .type = klipper_built_for(k),
				       .clock_hz = klipper_clock_hz(k),
				       .link = m->cfg.link,
				       .rate = rate_of(m),
				       .elsewhere = klipper_pins_elsewhere(m) };

	if (k->image)
		return k->image;
	copy_reported(build.version, sizeof(build.version),
		      m->flashed.dictionary.version, "canmcu-" KCAN_VERSION);
	copy_reported(build.mcu, sizeof(build.mcu), m->flashed.dictionary.mcu,
		      m->cfg.type->connect_name);
	k->image = firmware_image(k->fw, &build);
	return k->image;
}

static const char *identify(const struct klipper_call *c)
{
	const struct firmware_image *image = image_of(c->k);
	uint32_t offset = c->v[0].num;
	uint8_t count = (uint8_t)c->v[1].num;
	struct kcan_klp_value data = { 0 };

	if (image && offset < image->len) {
		size_t left = image->len - offset;

		data.data = image->data + offset;
		data.len = left < count ? (uint8_t)left : count;
	}
	KLIPPER_RESPOND(c->k, &klipper_basic, KLIPPER_IDENTIFY_RESPONSE,
			NUM(offset), data);
	return NULL;
}

/* Configuration: section 10. */

static const char *get_config(const struct klipper_call *c)
{
	const struct klipper_config *config = &c->k->config;

	KLIPPER_RESPOND(c->k, &klipper_basic, KLIPPER_CONFIG,
			NUM(config->move_count != 0), NUM(config->crc),
			NUM(klipper_is_shutdown(c->k)),
			NUM(config->move_count));
	return NULL;
}

static const char *finalize_config(const struct klipper_call *c)
{
	if (c->k->config.move_count)
		return "Already finalized";
	c->k->config.crc = c->v[0].num;
	c->k->config.move_count = KLIPPER_MOVES;
	return NULL;
}

static const char *allocate_oids(const struct klipper_call *c)
{
	return klipper_allocate_oids(c->k, (uint8_t)c->v[0].num);
}

static const char *config_reset(const struct klipper_call *c)
{
	if (!klipper_is_shutdown(c->k))
		return "config_reset only available when shutdown";
	klipper_forget_config(c->k);
	klipper_start_stats(c->k, c->now_us);
	klipper_clear_shutdown(c->k, c->now_us);
	return NULL;
}

/* Clock: section 11. */

static const char *get_clock(const struct klipper_call *c)
{
	KLIPPER_RESPOND(c->k, &klipper_basic, KLIPPER_CLOCK,
			NUM(klipper_told_clock(c->k, c->now_us)));
	return NULL;
}

static const char *get_uptime(const struct klipper_call *c)
{
	uint64_t ticks = klipper_told_clock(c->k, c->now_us);

	KLIPPER_RESPOND(c->k, &klipper_basic, KLIPPER_UPTIME, NUM(ticks >> 32),
			NUM(ticks));
	return NULL;
}

/* Shutdown and reset: sections 13 and 14. */

static const char *emergency_stop(const struct klipper_call *c)
{
	(void)c;
	return "Command request";
}

static const char *clear_shutdown(const struct klipper_call *c)
{
	if (!klipper_is_shutdown(c->k))
		return "Shutdown cleared when not shutdown";
	klipper_clear_shutdown(c->k, c->now_us);
	return NULL;
}

static const char *reset(const struct klipper_call *c)
{
	c->k->restart = true;
	return NULL;
}

/* CAN bus and debugging: section 9.1. */

static const char *get_canbus_id(const struct klipper_call *c)
{
	int nodeid = mcu_nodeid(c->k->mcu);
	struct kcan_uuid uuid;

	if (!klipper_is_on_can(c->k->mcu->cfg.link))
		return "Invalid command";
	uuid = mcu_reported_uuid(c->k->mcu, c->now_us);
	KLIPPER_RESPOND(c->k, &klipper_basic, KLIPPER_CANBUS_ID,
			BYTES(uuid.b, KCAN_UUID_LEN),
			NUM(nodeid < 0 ? 0 : nodeid));
	return NULL;
}

static const char *get_canbus_status(const struct klipper_call *c)
{
	const struct mcu_env *env = c->k->mcu->env;
	struct mcu_bus_status status = { 0 };

	if (!klipper_is_on_can(c->k->mcu->cfg.link))
		return "Invalid command";
	if (env->bus_status)
		env->bus_status(env->arg, c->k->mcu, &status);
	KLIPPER_RESPOND(c->k, &klipper_basic, KLIPPER_CANBUS_STATUS,
			NUM(status.rx_errors), NUM(status.tx_errors),
			NUM(status.tx_retries), NUM(status.state));
	return NULL;
}

static const char *debug_ping(const struct klipper_call *c)
{
	klipper_respond(c->k, &klipper_basic, KLIPPER_PONG, c->v);
	return NULL;
}

static const char *debug_nop(const struct klipper_call *c)
{
	(void)c;
	return NULL;
}

static const struct klipper_message messages[] = {
	[KLIPPER_IDENTIFY_RESPONSE] = { "identify_response offset=%u "
					"data=%.*s" },
	{ "identify offset=%u count=%c", identify, .in_shutdown = true },
	{ "get_config", get_config, .in_shutdown = true },
	{ "finalize_config crc=%u", finalize_config },
	{ "allocate_oids count=%c", allocate_oids },
	{ "get_clock", get_clock, .in_shutdown = true },
	{ "get_uptime", get_uptime, .in_shutdown = true },
	{ "emergency_stop", emergency_stop, .in_shutdown = true },
	{ "clear_shutdown", clear_shutdown, .in_shutdown = true },
	{ "reset", reset, .in_shutdown = true },
	{ "get_canbus_id", get_canbus_id, .in_shutdown = true,
	  .builds = KLIPPER_CAN },
	{ "get_canbus_status", get_canbus_status, .in_shutdown = true,
	  .builds = KLIPPER_CAN },
	{ "debug_ping data=%*s", debug_ping, .in_shutdown = true },
	{ "debug_nop", debug_nop, .in_shutdown = true },
	[KLIPPER_CONFIG] = { "config is_config=%c crc=%u is_shutdown=%c "
			     "move_count=%hu" },
	[KLIPPER_CLOCK] = { "clock clock=%u" },
	[KLIPPER_UPTIME] = { "uptime high=%u clock=%u" },
	[KLIPPER_STATS] = { "stats count=%u sum=%u sumsq=%u" },
	[KLIPPER_SHUTDOWN] = { "shutdown clock=%u static_string_id=%hu" },
	[KLIPPER_IS_SHUTDOWN] = { "is_shutdown static_string_id=%hu" },
	[KLIPPER_STARTING] = { "starting" },
	[KLIPPER_CANBUS_ID] = { "canbus_id canbus_uuid=%.*s canbus_nodeid=%u",
				.builds = KLIPPER_CAN },
	[KLIPPER_CANBUS_STATUS] = { "canbus_status rx_error=%u tx_error=%u "
				    "tx_retries=%u canbus_bus_state=%u",
				    .builds = KLIPPER_CAN },
	[KLIPPER_PONG] = { "pong data=%*s" },
	{ "config_reset", config_reset, .in_shutdown = true },
};

/* Numbered from 2, as section 17.3 has them. */
static const char *const strings[] = {
	"Command request",
	"Invalid command",
	"Message encode error",
	"Command parser error",
	"config_reset only available when shutdown",
	"Shutdown cleared when not shutdown",
	"oids already allocated",
	KLIPPER_CANT_ASSIGN_OID,
	KLIPPER_INVALID_OID,
	"Already finalized",
	"Invalid move request size",
	KLIPPER_MOVE_OVERFLOW,
	"alloc_chunks failed",
	KLIPPER_NO_MEMORY,
	"Another CAN node assigned this ID",
	KLIPPER_TIMER_TOO_CLOSE,
	"sentinel timer called",
	KLIPPER_TIMER_IN_PAST,
	"Shutdown by command",
	NULL,
};

/* Section 8.4. */
static int describe_link(json_t *config, const struct klipper_build *build)
{
	static const char *const rates[MCU_LINK_COUNT] = {
		[MCU_LINK_CAN] = "CANBUS_FREQUENCY",
		[MCU_LINK_UART] = "SERIAL_BAUD",
	};
	int err = 0;

	/* USB has a flow control of its own */
	if (build->link != MCU_LINK_USB)
		err = json_object_set_new(config, "RECEIVE_WINDOW",
					  json_integer(MCU_RX_SIZE));
	if (rates[build->link])
		err |= json_object_set_new(config, rates[build->link],
					   json_integer(build->rate));
	if (build->link == MCU_LINK_BRIDGE)
		err |= json_object_set_new(config, "CANBUS_BRIDGE",
					   json_integer(1));
	return err;
}

static int describe(const struct klipper_dictionary *d)
{
	const struct klipper_build *build = d->build;
	json_t *constants =
		json_pack("{s:I, s:i, s:s}", "CLOCK_FREQ",
			  (json_int_t)build->clock_hz, "STATS_SUMSQ_BASE",
			  KLIPPER_STATS_SUMSQ_BASE, "MCU", build->mcu);
	int err = json_object_update(d->config, constants);

	json_decref(constants);
	if (!err)
		err = describe_link(d->config, build);
	if (err || !klipper_is_on_can(build->link))
		return err;
	return json_object_set_new(
		d->enumerations, "canbus_bus_state",
		json_pack("{s:i, s:i, s:i, s:i}", "active", CONFINEMENT_ACTIVE,
			  "warn", CONFINEMENT_WARNING, "passive",
			  CONFINEMENT_PASSIVE, "off", CONFINEMENT_BUS_OFF));
}

const struct klipper_module klipper_basic = {
	KLIPPER_MESSAGES(messages),
	.strings = strings,
	.describe = describe,
};
