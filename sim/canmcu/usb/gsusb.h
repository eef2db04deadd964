/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_GSUSB_H
#define CANMCU_USB_GSUSB_H

#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

#include "device.h"

/* can-admin-channel.md, section 5 */
#define GSUSB_HOST_QUEUE_LEN 16 /* frames of the host */
#define GSUSB_BUS_QUEUE_LEN 32	/* frames for the host */
/* No two of Linux's 10 frames in flight wait for the same echo. */
#define GSUSB_ECHOES_MAX GSUSB_HOST_QUEUE_LEN

#define GSUSB_CLOCK_HZ 48000000
#define GSUSB_RECORD_LEN 20 /* bytes of a frame on USB */

/*
 * From the moment that the bus takes no frame until the bridge throws them
 * away: klipper-mcu-protocol.md, section 9.1.
 */
#define GSUSB_PATIENCE_US 50000

/**
 * struct gsusb_env - what the bridge is connected to
 *
 * Called from within the functions below, which they must not call in turn.
 */
struct gsusb_env {
	/*
	 * A frame of the host for the MCU itself; one for the bus. Return: false
	 * when there is no room for it now.
	 */
	bool (*local)(void *arg, const struct can_frame *f, uint64_t now_us);
	bool (*bus)(void *arg, const struct can_frame *f, uint64_t now_us);
	/* The interface goes up with this bit rate (0: none was set) or down. */
	void (*mode)(void *arg, bool up, uint32_t bitrate_bps, uint64_t now_us);
	/* It throws the host's frames away from now on, or no more. */
	void (*discards)(void *arg, bool discards, uint64_t now_us);
	void *arg;
};

/** Deviations, for tests of hosts. */
struct gsusb_cfg {
	bool mute;    /* no echo at all: the host's queue fills up */
	bool slow;    /* the host's frames are not taken for now (NAK) */
	bool stalled; /* the bus takes nothing, whatever it says */
};

/** A frame as it is on USB: usbip-gsusb-bridge.md, section 4.3. */
struct gsusb_record {
	uint8_t b[GSUSB_RECORD_LEN];
};

/** What MODE reset forgets: cleared as one. */
struct gsusb_live {
	bool up;
	bool echoed; /* the oldest frame of the host */
	bool heard;  /* the same, by the MCU itself */
	uint8_t host_first;
	uint8_t host_len;
	uint8_t bus_first;
	uint8_t bus_len;
	uint8_t echo_first;
	uint8_t echo_len;
	struct gsusb_record host[GSUSB_HOST_QUEUE_LEN];
	struct gsusb_record bus[GSUSB_BUS_QUEUE_LEN];
	struct gsusb_record echo[GSUSB_ECHOES_MAX];
};

/**
 * struct gsusb - Klipper's USB to CAN bridge
 *
 * Pure. Sources: usbip-gsusb-bridge.md, sections 3.1, 4.2 and 4.3;
 * can-admin-channel.md, sections 4 and 14.4. Of each frame of the host the order
 * is: what waits from the bus, its echo, the MCU itself, the bus. The bus gets
 * all but what is for the MCU alone, whose own frames go to the host alone. While
 * the bus takes nothing the host has to wait; after GSUSB_PATIENCE_US its frames
 * are thrown away until the bus takes one again, and the echoes go on.
 */
struct gsusb {
	const struct gsusb_env *env;
	struct gsusb_cfg cfg; /* may be changed at any time */
	canid_t local_id;     /* the MCU receives on it; 0: unassigned */
	uint32_t bitrate_bps; /* as the host has set it; 0: not yet */
	uint64_t stalled_us;  /* since when the bus takes nothing; or 0 */
	bool discarding;      /* the host's frames, since that was long ago */
	uint64_t dropped;     /* frames of the bus, for want of room */
	uint64_t discarded;   /* frames of the host, in the discard state */
	struct gsusb_live live;
};

/** Its @self is a struct gsusb. */
extern const struct usb_personality gsusb_personality;

/** As after a reset of the chip; @env must outlive @g. */
void gsusb_init(struct gsusb *g, const struct gsusb_env *env);

/**
 * gsusb_receive() - a frame from the bus, or an error frame that tells its state
 *
 * Frames with the MCU's own ids are not the host's business; all are dropped
 * while the interface is down.
 */
void gsusb_receive(struct gsusb *g, const struct can_frame *f);

/** A frame of the MCU itself. Return: false when there is no room for it now. */
bool gsusb_send(struct gsusb *g, const struct can_frame *f);

/** Go on with the host's frames; when there is room again, at the deadline. */
void gsusb_run(struct gsusb *g, uint64_t now_us);

/** Return: when to call gsusb_run() in any case; UINT64_MAX: no need. */
uint64_t gsusb_deadline(const struct gsusb *g);

#endif
