/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_RESERVE_H
#define CANBUS_RESERVE_H

#include <stddef.h>
#include <stdint.h>

#include <kcan/uuid.h>

/*
 * Reservations against other canbootreq processes on the same interface: names
 * of abstract Unix sockets, per network namespace as the interface is. They
 * last until the descriptor is closed, by whatever end the process comes to.
 *
 * Return: the descriptor, -EADDRINUSE when somebody else has it, or another
 * negative errno.
 */
int reserve_uuid(unsigned int ifindex, const struct kcan_uuid *uuid);
int reserve_nodeid(unsigned int ifindex, uint8_t nodeid);

/**
 * reserve_holder() - who has the reservation of a UUID
 * @out: "NAME (pid N)", any bytes; without root processes of other users cannot
 *       be seen, and then it is "another canbootreq or katflash"
 */
void reserve_holder(char *out, size_t size, unsigned int ifindex,
		    const struct kcan_uuid *uuid);

#endif
