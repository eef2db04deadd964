/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_WORDS_H
#define CANBOOTREQ_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/usbfollow.h"
#include <kcan/kat.h>
#include <kcan/link.h>
#include <kcan/uuid.h>

#include "../../shared/words.h"
#include "application.h"

#define WORDS_PORT_LEN 64 /* of the name of a USB port */

/** Everything that can be the end of a call, or of one UUID in it. */
enum cause {
	CAUSE_PENDING, /* none yet */
	CAUSE_PROVEN,
	CAUSE_REQUESTED,
	CAUSE_LEFT,
	CAUSE_NOT_QUEUED,
	CAUSE_BEHIND, /* never had its turn */
	CAUSE_UNCONFIRMED,
	CAUSE_NODEID_TAKEN,
	CAUSE_WRONG_UUID,
	CAUSE_NACKED,
	CAUSE_REFUSED,
	CAUSE_GARBLED,
	CAUSE_BLANK,
	CAUSE_UNANSWERED,
	CAUSE_STAYED,
	CAUSE_UNSURE,
	CAUSE_TWICE, /* proven on two buses */
	CAUSE_UUID_RESERVED,
	CAUSE_NO_NODEID,
	CAUSE_FLASHING,
	CAUSE_LOST,	   /* interface went away, request confirmed */
	CAUSE_LOST_UNSENT, /* the same, not confirmed */
	CAUSE_INTERRUPTED,
	CAUSE_USAGE,
	CAUSE_NO_CAN,
	CAUSE_NO_INTERFACE,
	CAUSE_NONE_UP,	 /* of all interfaces */
	CAUSE_NONE_HERE, /* not one interface */
	CAUSE_NOT_CAN,
	CAUSE_NOTHING_HERE, /* for --list */
	CAUSE_PERMISSION,
	CAUSE_DOWN,
	CAUSE_BUS_OFF,
	CAUSE_NO_JANSSON,
	CAUSE_NO_ZLIB,	  /* or no jansson, for --diagnose */
	CAUSE_LOCAL,	  /* anything else of this machine */
	CAUSE_QUERY_LOST, /* interface went away, query sent */
	CAUSE_HEARD,
	CAUSE_UNHEARD_OFF, /* bus-off, and nothing heard */
	CAUSE_CUT_SHORT,   /* by a signal, while listening */
	CAUSE_LISTEN_LOST,
	CAUSE_LISTEN_DOWN, /* down: nothing to listen to */

	/* Katapult did not answer. */
	CAUSE_SILENT,
	CAUSE_SILENT_ELSEWHERE, /* and USB tells where it is */
	CAUSE_LEAVE_SILENT,
	CAUSE_LEAVE_RUNS,   /* and USB tells that Klipper runs on it */
	CAUSE_NO_DIAGNOSIS, /* --diagnose: and Klipper did not answer */
	CAUSE_BOTH_SILENT,  /* --diagnose: and so was Klipper */
	CAUSE_APPLICATION,
	CAUSE_APPLICATION_UNREAD, /* answered, but without a UUID */
	CAUSE_APPLICATION_OTHER,  /* its UUID is another one */
	CAUSE_QUERY_SILENT,
	CAUSE_UNHEARD,

	/* The adapter itself was asked, or left with what was asked over it. */
	CAUSE_USB_KATAPULT,
	CAUSE_USB_NO_TTY, /* Katapult, but the kernel made no tty for it */
	CAUSE_USB_LOADER,
	CAUSE_USB_BACK,
	CAUSE_USB_STAYED,
	CAUSE_USB_EMPTY,
	CAUSE_USB_OTHER,
	CAUSE_USB_REQUESTED,
	CAUSE_ADAPTER_LOST, /* it was not asked; request confirmed */
	CAUSE_ADAPTER_LOST_UNSENT,
	CAUSE_USB_ALREADY,	/* it was on USB in its bootloader */
	CAUSE_USB_CANNOT_LEAVE, /* likewise, with --leave */
	CAUSE_ELSEWHERE,	/* no interface, but it is on USB */
	CAUSE_DOWN_ELSEWHERE,	/* down, and it is not behind it */
	CAUSE_ADAPTER_LOADED,	/* no interface, likely for that reason */
	CAUSE_MAYBE_LOADED,	/* likewise, or it is this MCU itself */
	CAUSE_MIXED,		/* may be one of several that are to be asked */
	CAUSE_COUNT
};

/** What is worth knowing beside the end; bits of words_facts.warnings. */
enum warning {
	WARNING_KLIPPER_HOST,
	WARNING_FORCED,
	WARNING_RESERVED,
	WARNING_DOWN,
	WARNING_STATE,
	WARNING_DROPPED,
	WARNING_NODEID_HELD,
	WARNING_STILL_QUEUED,
	WARNING_QUEUE_FULL,
	WARNING_TORN,
	WARNING_TWINS,
	WARNING_TAKEN,
	WARNING_NO_DRIVER, /* for what is on a USB port */
	WARNING_HEATERS,
	WARNING_UNPROVEN,   /* that the adapter is this MCU is not proven */
	WARNING_LEFT_AGAIN, /* the port, after it was reported */
	WARNING_UNACKNOWLEDGED,
	WARNING_SHORT_QUEUE,
	WARNING_RESTART, /* restart-ms, which its driver cannot do */
	WARNING_COUNT
};

/** How far the request, or COMPLETE, is known to have come. */
enum request {
	REQUEST_UNKNOWN, /* it did not come to that */
	REQUEST_NONE,
	REQUEST_UNCONFIRMED,
	REQUEST_HANDED_OVER,
	REQUEST_ACKNOWLEDGED,
};

/** One end and what the sentences about it may mention. */
struct words_facts {
	enum cause cause;
	bool said;	  /* its line has been printed */
	const char *name; /* of the MCU in printer.cfg; any bytes; or NULL */
	const char *ifname;
	const char *place;     /* where a file names that; any bytes; or NULL */
	uint32_t bitrate_bps;  /* to bring it up with; 0: it has none */
	bool bitrate_guessed;  /* the driver does not report it */
	struct kcan_link link; /* WARNING_STATE, BUS_OFF: as last looked at */
	bool leave; /* the request is COMPLETE, not REQUEST_BOOTLOADER */
	bool has_uuid;
	struct kcan_uuid uuid;
	struct kcan_uuid other; /* WRONG_UUID, APPLICATION_OTHER */
	bool identified;
	struct kcan_kat_ident katapult; /* any bytes: through slots only */
	uint8_t nodeid;			/* 0: none was used */
	uint8_t asked; /* nodeid that Klipper was asked on; 0: it was not */
	struct application application; /* any bytes, as above */
	enum request request;
	uint64_t timeout_us;
	uint64_t elapsed_us;	   /* 0: not known */
	char port[WORDS_PORT_LEN]; /* of the adapter; "": not looked at */
	struct kcan_usbdev usb;	   /* on @port now; any bytes, as above */
	bool usb_up;		   /* its interface is up */
	enum kcan_usbfollow_verdict followed;
	enum kcan_usbdev_match match; /* is the adapter this MCU? */
	char holder[64]; /* UUID_RESERVED, WARNING_RESERVED: who; any bytes */
	unsigned int txqueuelen;
	bool elsewhere; /* -i any: others tell more; no exit status, no advice */
	char where[64];	 /* -i any: the interfaces that tell this; or "" */
	char others[64]; /* CAN interfaces that are up, too; "": none */
	unsigned int warnings;
	int signal;
	char detail[512]; /* for causes that need more to be said */
};

/** Return: the row of @cause, never NULL. */
const struct words *words_of(enum cause cause);

/** Return: the row of a cause from CAUSE_SILENT to CAUSE_UNHEARD. */
const struct words *words_of_silence(enum cause cause);

/** Return: the row of a cause from CAUSE_USB_KATAPULT on. */
const struct words *words_of_usb(enum cause cause);

/** Return: the sentence for one warning. */
const char *words_warning(enum warning warning);

/** Return: "acknowledged", "none" ...; NULL for REQUEST_UNKNOWN. */
const char *words_request(enum request request);

#endif
