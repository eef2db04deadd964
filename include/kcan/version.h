/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_VERSION_H
#define KCAN_VERSION_H

/** Of the library and the programs; the only place where it is written. */
#define KCAN_VERSION "0.1.0"

#endif
