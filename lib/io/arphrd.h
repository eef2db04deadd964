/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_ARPHRD_H
#define IO_ARPHRD_H

#include <net/if_arp.h>

/* The libc of Debian 11 does not have it; the kernel's header does, but cannot be
 * included beside <net/if.h>. */
#ifndef ARPHRD_CAN
#define ARPHRD_CAN 280
#endif

#endif
