/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CONFINEMENT_H
#define CANMCU_CONFINEMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Bus-off ends after 128 times 11 recessive bits. */
#define CONFINEMENT_RECOVERY_BITS (128 * 11)

/** In the order of how bad it is; from PASSIVE on, error flags are passive. */
enum confinement_state {
	CONFINEMENT_ACTIVE,
	CONFINEMENT_WARNING, /* a counter from 96 on; still error-active */
	CONFINEMENT_PASSIVE, /* a counter above 127 */
	CONFINEMENT_BUS_OFF, /* the transmit error counter above 255 */
	CONFINEMENT_STATE_COUNT
};

/**
 * struct confinement - the error counters of one CAN controller
 *
 * ISO 11898-1, fault confinement. All zero is a controller after its reset. In
 * bus-off nothing counts until confinement_reset().
 */
struct confinement {
	uint16_t tec; /* transmit errors, 0..263 */
	uint8_t rec;  /* receive errors, stops at 255 */
	/* All there were, which wrap; kept by confinement_reset(). */
	uint32_t tx_errors;
	uint32_t rx_errors;
};

enum confinement_state confinement_state(const struct confinement *c);

/** Return: whether its error flags are passive, or it is bus-off. */
static inline bool confinement_is_passive(const struct confinement *c)
{
	return confinement_state(c) >= CONFINEMENT_PASSIVE;
}

/** Return: "error-active", "error-warning", "error-passive" or "bus-off". */
const char *confinement_state_name(enum confinement_state state);

/** A frame of its own was acknowledged and ended. */
void confinement_tx_ok(struct confinement *c);
/** It saw another level than it sent, or its frame was destroyed. */
void confinement_tx_error(struct confinement *c);
/** A frame of somebody else ended; from above 127 the counter falls to 120. */
void confinement_rx_ok(struct confinement *c);
/** A frame of somebody else was destroyed, and others saw it first. */
void confinement_rx_error(struct confinement *c);
/** The same, and it saw it before anybody else did. */
void confinement_rx_error_first(struct confinement *c);

/** The end of bus-off: both counters are zero. */
void confinement_reset(struct confinement *c);

#endif
