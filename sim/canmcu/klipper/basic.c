// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The commands every Klipper has: klipper-mcu-protocol.md, 7 and 9 to 14. */
#include <kcan/version.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "pin.h"
#include "util/array.h"

#define CANBUS_FREQUENCY 1000000 /* where the bus has no bit rate */

#define NUM(n)                       \
	{                            \
		.num = (uint32_t)(n) \
	}

static void respond(struct klipper *k, unsigned int row,
		    const struct kcan_klp_value *values)
{
	klipper_respond(k, &klipper_basic, row, values);
}

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
	uint32_t bitrate_bps = m->env->bitrate_bps;

	if (!klipper_is_on_can(m->cfg.link))
		return m->cfg.link == MCU_LINK_UART ? m->cfg.baud : 0;
	return bitrate_bps ? bitrate_bps : CANBUS_FREQUENCY;
}

static const struct firmware_image *image_of(struct klipper *k)
{
	const struct mcu *m = k->mcu;
	struct klipper_build build = { .type = m->cfg.type,
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

static const char *identify(struct klipper *k, const struct kcan_klp_value *v,
			    uint64_t now_us)
{
	const struct firmware_image *image = image_of(k);
	uint32_t offset = v[0].num;
	uint8_t count = (uint8_t)v[1].num;
	struct kcan_klp_value answer[] = { NUM(offset), { 0 } };

	(void)now_us;
	if (image && offset < image->len) {
		size_t left = image->len - offset;

		answer[1].data = image->data + offset;
		answer[1].len = left < count ? (uint8_t)left : count;
	}
	respond(k, KLIPPER_IDENTIFY_RESPONSE, answer);
	return NULL;
}

/* Configuration: section 10. */

static const char *get_config(struct klipper *k, const struct kcan_klp_value *v,
			      uint64_t now_us)
{
	const struct klipper_config *config = &k->config;
	struct kcan_klp_value answer[] = {
		NUM(config->move_count != 0),
		NUM(config->crc),
		NUM(k->mcu->state == MCU_SHUTDOWN),
		NUM(config->move_count),
	};

	(void)v;
	(void)now_us;
	respond(k, KLIPPER_CONFIG, answer);
	return NULL;
}

static const char *finalize_config(struct klipper *k,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	(void)now_us;
	if (k->config.move_count)
		return "Already finalized";
	k->config.crc = v[0].num;
	k->config.move_count = KLIPPER_MOVES;
	return NULL;
}

static const char *allocate_oids(struct klipper *k,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	(void)now_us;
	return klipper_allocate_oids(k, (uint8_t)v[0].num);
}

static const char *config_reset(struct klipper *k,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	(void)v;
	if (k->mcu->state != MCU_SHUTDOWN)
		return "config_reset only available when shutdown";
	klipper_forget_config(k);
	klipper_start_stats(k, now_us);
	klipper_clear_shutdown(k, now_us);
	return NULL;
}

/* Clock: section 11. */

static const char *get_clock(struct klipper *k, const struct kcan_klp_value *v,
			     uint64_t now_us)
{
	struct kcan_klp_value answer[] = { NUM(klipper_told_clock(k, now_us)) };

	(void)v;
	respond(k, KLIPPER_CLOCK, answer);
	return NULL;
}

static const char *get_uptime(struct klipper *k, const struct kcan_klp_value *v,
			      uint64_t now_us)
{
	uint64_t ticks = klipper_told_clock(k, now_us);
	struct kcan_klp_value answer[] = { NUM(ticks >> 32), NUM(ticks) };

	(void)v;
	respond(k, KLIPPER_UPTIME, answer);
	return NULL;
}

/* Shutdown and reset: sections 13 and 14. */

static const char *emergency_stop(struct klipper *k,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	(void)k;
	(void)v;
	(void)now_us;
	return "Command request";
}

static const char *clear_shutdown(struct klipper *k,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	(void)v;
	if (k->mcu->state != MCU_SHUTDOWN)
		return "Shutdown cleared when not shutdown";
	klipper_clear_shutdown(k, now_us);
	return NULL;
}

static const char *reset(struct klipper *k, const struct kcan_klp_value *v,
			 uint64_t now_us)
{
	(void)v;
	(void)now_us;
	k->restart = true;
	return NULL;
}

/* CAN bus and debugging: section 9.1. */

static void report_canbus_id(struct klipper *k, uint64_t now_us)
{
	struct kcan_uuid uuid = mcu_reported_uuid(k->mcu, now_us);
	int nodeid = mcu_nodeid(k->mcu);

	respond(k, KLIPPER_CANBUS_ID,
		(struct kcan_klp_value[]){
			{ .data = uuid.b, .len = KCAN_UUID_LEN },
			NUM(nodeid < 0 ? 0 : nodeid) });
}

static const char *get_canbus_id(struct klipper *k,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	(void)v;
	if (!klipper_is_on_can(k->mcu->cfg.link))
		return "Invalid command";
	report_canbus_id(k, now_us);
	return NULL;
}

static const char *get_canbus_status(struct klipper *k,
				     const struct kcan_klp_value *v,
				     uint64_t now_us)
{
	const struct mcu_env *env = k->mcu->env;
	struct mcu_bus_status status = { 0 };

	(void)v;
	(void)now_us;
	if (!klipper_is_on_can(k->mcu->cfg.link))
		return "Invalid command";
	if (env->bus_status)
		env->bus_status(env->arg, k->mcu, &status);
	respond(k, KLIPPER_CANBUS_STATUS,
		(struct kcan_klp_value[]){
			NUM(status.rx_errors), NUM(status.tx_errors),
			NUM(status.tx_retries), NUM(status.state) });
	return NULL;
}

static const char *debug_ping(struct klipper *k, const struct kcan_klp_value *v,
			      uint64_t now_us)
{
	(void)now_us;
	respond(k, KLIPPER_PONG, v);
	return NULL;
}

static const char *debug_nop(struct klipper *k, const struct kcan_klp_value *v,
			     uint64_t now_us)
{
	(void)k;
	(void)v;
	(void)now_us;
	return NULL;
}

static const struct klipper_message messages[] = {
	[KLIPPER_IDENTIFY_RESPONSE] = { "identify_response offset=%u data=%.*s" },
	[KLIPPER_IDENTIFY] = { "identify offset=%u count=%c", identify, true },
	[KLIPPER_GET_CONFIG] = { "get_config", get_config, true },
	[KLIPPER_FINALIZE_CONFIG] = { "finalize_config crc=%u",
				      finalize_config },
	[KLIPPER_ALLOCATE_OIDS] = { "allocate_oids count=%c", allocate_oids },
	[KLIPPER_GET_CLOCK] = { "get_clock", get_clock, true },
	[KLIPPER_GET_UPTIME] = { "get_uptime", get_uptime, true },
	[KLIPPER_EMERGENCY_STOP] = { "emergency_stop", emergency_stop, true },
	[KLIPPER_CLEAR_SHUTDOWN] = { "clear_shutdown", clear_shutdown, true },
	[KLIPPER_RESET] = { "reset", reset, true },
	[KLIPPER_GET_CANBUS_ID] = { "get_canbus_id", get_canbus_id, true,
				    KLIPPER_CAN },
	[KLIPPER_GET_CANBUS_STATUS] = { "get_canbus_status", get_canbus_status,
					true, KLIPPER_CAN },
	[KLIPPER_DEBUG_PING] = { "debug_ping data=%*s", debug_ping, true },
	[KLIPPER_DEBUG_NOP] = { "debug_nop", debug_nop, true },
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
	[KLIPPER_CONFIG_RESET] = { "config_reset", config_reset, true },
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

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	json_t *constants =
		json_pack("{s:I, s:i, s:s}", "CLOCK_FREQ",
			  (json_int_t)build->clock_hz, "STATS_SUMSQ_BASE",
			  KLIPPER_STATS_SUMSQ_BASE, "MCU", build->mcu);
	int err = json_object_update(config, constants);

	json_decref(constants);
	if (!err)
		err = describe_link(config, build);
	if (err || !klipper_is_on_can(build->link))
		return err;
	return json_object_set_new(
		enumerations, "canbus_bus_state",
		json_pack("{s:i, s:i, s:i, s:i}", "active", CONFINEMENT_ACTIVE,
			  "warn", CONFINEMENT_WARNING, "passive",
			  CONFINEMENT_PASSIVE, "off", CONFINEMENT_BUS_OFF));
}

const struct klipper_module klipper_basic = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
