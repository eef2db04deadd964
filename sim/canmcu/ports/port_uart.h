/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PORT_UART_H
#define CANMCU_PORT_UART_H

#include <systemd/sd-event.h>

#include "../mcu/event.h"
#include "../world/world.h"

/**
 * struct port_uart - the serial line of one MCU is a tty of this machine
 *
 * Moves bytes between the kernel and the world. At another speed than the MCU's
 * a line that was made here carries noise, both ways: as many bytes, which
 * follow from the seed. A reader that does not read loses what does not fit the
 * kernel's buffer, as on any line without flow control; that is told. Where
 * nobody is at all, nothing is lost that could have been heard.
 */
struct port_uart;

/** Who is connected; all must outlive the port. */
struct port_uart_cfg {
	sd_event *loop; /* ended with failure when the line vanishes */
	struct world *world;
	const struct mcu *mcu; /* one of the world's */
	struct event_sink events;
	void (*on_turn)(void *arg); /* the world may have to send, or to wait */
	void *arg;
};

/**
 * port_uart_open() - open or make the line, and attach to the loop
 * @out:      set on success only; release with port_uart_close()
 * @sentence: on failure: what was observed, and what to do about it
 *
 * Return: 0 or a negative errno.
 */
int port_uart_open(struct port_uart **out, const struct port_uart_cfg *cfg,
		   char *sentence, size_t size);

/** NULL is allowed. */
void port_uart_close(struct port_uart *p);

/** Return: whose line it is. */
const struct mcu *port_uart_mcu(const struct port_uart *p);

/** What runs there may have changed, and with it the speed of a real line. */
void port_uart_follow(struct port_uart *p);

/** The MCU sends; what cannot be sent now is lost. */
void port_uart_write(struct port_uart *p, const uint8_t *bytes, size_t len,
		     uint64_t now_us);

#endif
