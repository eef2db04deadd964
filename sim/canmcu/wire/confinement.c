// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "confinement.h"

#define WARNING_FROM 96
#define PASSIVE_ABOVE 127
#define BUS_OFF_ABOVE 255
/* The norm allows 119 to 127; bxCAN takes this one. */
#define REC_AFTER_PASSIVE 120

static const char *const state_names[CONFINEMENT_STATE_COUNT] = {
	[CONFINEMENT_ACTIVE] = "error-active",
	[CONFINEMENT_WARNING] = "error-warning",
	[CONFINEMENT_PASSIVE] = "error-passive",
	[CONFINEMENT_BUS_OFF] = "bus-off",
};

enum confinement_state confinement_state(const struct confinement *c)
{
	unsigned int worst = c->tec > c->rec ? c->tec : c->rec;

	if (c->tec > BUS_OFF_ABOVE)
		return CONFINEMENT_BUS_OFF;
	if (worst > PASSIVE_ABOVE)
		return CONFINEMENT_PASSIVE;
	return worst < WARNING_FROM ? CONFINEMENT_ACTIVE : CONFINEMENT_WARNING;
}

const char *confinement_state_name(enum confinement_state state)
{
	return state_names[state];
}

void confinement_tx_ok(struct confinement *c)
{
	if (c->tec && c->tec <= BUS_OFF_ABOVE)
		c->tec--;
}

void confinement_tx_error(struct confinement *c)
{
	if (c->tec > BUS_OFF_ABOVE)
		return;
	c->tec += 8;
	c->tx_errors++;
}

void confinement_rx_ok(struct confinement *c)
{
	if (!c->rec || c->tec > BUS_OFF_ABOVE)
		return;
	c->rec = c->rec > PASSIVE_ABOVE ? REC_AFTER_PASSIVE : c->rec - 1;
}

void confinement_rx_error(struct confinement *c)
{
	if (c->tec > BUS_OFF_ABOVE)
		return;
	if (c->rec < UINT8_MAX)
		c->rec++;
	c->rx_errors++;
}

void confinement_rx_error_first(struct confinement *c)
{
	confinement_rx_error(c);
	/* a dominant bit behind its flag, which is that of the others */
	if (c->tec <= BUS_OFF_ABOVE)
		c->rec = c->rec > UINT8_MAX - 8 ? UINT8_MAX : c->rec + 8;
}

void confinement_reset(struct confinement *c)
{
	c->tec = 0;
	c->rec = 0;
}
