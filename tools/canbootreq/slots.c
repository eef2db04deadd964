// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The slots of the sentences in words.c. */
#include <stdio.h>
#include <string.h>

#include "../shared/sentence.h"
#include "slots.h"
#include "util/array.h"
#include "util/wait.h"

#define CLEARED                                                           \
	"it ends when all is well again, or, while no Klipper host uses " \
	"the bus, with"
#define GUESS "; 1000000 is Klipper's default, take what your nodes have"

/* [true]: with --leave */
static const char *const request_phrases[2][REQUEST_ACKNOWLEDGED + 1] = {
	{
		[REQUEST_UNKNOWN] = "nothing was sent",
		[REQUEST_NONE] = "no request was sent",
		[REQUEST_UNCONFIRMED] =
			"the request is still queued, not confirmed",
		[REQUEST_HANDED_OVER] = "the request was handed to the adapter",
		[REQUEST_ACKNOWLEDGED] =
			"the request was acknowledged on the bus",
	},
	{
		[REQUEST_UNKNOWN] = "nothing was sent",
		[REQUEST_NONE] = "nothing was started",
		[REQUEST_UNCONFIRMED] =
			"COMPLETE is still queued, not confirmed",
		[REQUEST_HANDED_OVER] = "COMPLETE was handed to the adapter",
		[REQUEST_ACKNOWLEDGED] = "COMPLETE was acknowledged on the bus",
	},
};

static void put_if(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->ifname ? f->ifname : "the interface");
}

static void put_up(char *out, size_t size, const struct words_facts *f)
{
	int n = snprintf(out, size, "ip link set %s up", slots_ifname(f));

	if (f->bitrate_bps && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, " type can bitrate %u",
			 f->bitrate_bps);
}

static void put_guess(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->bitrate_guessed ? GUESS : "");
}

static void put_uuid(char *out, size_t size, const struct words_facts *f)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&f->uuid, text);
	snprintf(out, size, "%s", text);
}

static void put_other(char *out, size_t size, const struct words_facts *f)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&f->other, text);
	snprintf(out, size, "%s", text);
}

static void put_nodeid(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%u", f->nodeid);
}

static void put_request(char *out, size_t size, const struct words_facts *f)
{
	/* with its interface went the queue */
	bool gone = f->port && f->followed != KCAN_USBFOLLOW_STAYED;

	if (gone && f->request == REQUEST_UNCONFIRMED) {
		snprintf(out, size, "%s was on its way when %s went",
			 f->leave ? "COMPLETE" : "the request", f->ifname);
		return;
	}
	snprintf(out, size, "%s", request_phrases[f->leave][f->request]);
}

static void put_frame(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->leave ? "the first frame" : "the request");
}

static void put_told(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->leave ? "COMPLETE" : "the request");
}

static void put_leave(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->leave ? "--leave " : "");
}

/* Katapult tells no version before protocol 1.1, and may have no name set. */
static void put_katapult(char *out, size_t size, const struct words_facts *f)
{
	char text[256];

	*out = '\0';
	if (!f->identified)
		return;
	say_katapult(text, sizeof(text), &f->katapult);
	snprintf(out, size, " (%s)", text);
}

static void put_asked(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%u", f->asked);
}

static void put_appversion(char *out, size_t size, const struct words_facts *f)
{
	const char *version = f->application.version;

	snprintf(out, size, "%s", *version ? version : "of unknown version");
}

static void put_appmcu(char *out, size_t size, const struct words_facts *f)
{
	const char *mcu = f->application.mcu;

	snprintf(out, size, "%s", *mcu ? mcu : "unknown");
}

static void put_why(char *out, size_t size, const struct words_facts *f)
{
	const char *next;

	snprintf(out, size, "%s", application_why(f->application.mcu, &next));
}

static void put_remedy(char *out, size_t size, const struct words_facts *f)
{
	const char *next;

	application_why(f->application.mcu, &next);
	snprintf(out, size, "%s", next);
}

static void put_timeout(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%g", (double)f->timeout_us / 1e6);
}

static void put_queue(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%u", f->txqueuelen);
}

/* What is known of a controller in trouble beside its state. */
static void put_health(char *out, size_t size, const struct words_facts *f)
{
	char counters[48] = "", restart[48] = "";

	if (f->link.has_counters)
		snprintf(counters, sizeof(counters),
			 "error counters tx %u rx %u", f->link.tx_errors,
			 f->link.rx_errors);
	if (f->link.state == KCAN_LINK_STATE_BUS_OFF && f->link.restart_ms)
		snprintf(restart, sizeof(restart),
			 "restarts by itself after %u ms", f->link.restart_ms);
	*out = '\0';
	if (*counters || *restart)
		snprintf(out, size, " (%s%s%s)", counters,
			 *counters && *restart ? ", " : "", restart);
}

/* What a state means; up to the command that ends it. */
static void put_trouble(char *out, size_t size, const struct words_facts *f)
{
	static const char *const troubles[] = {
		[KCAN_LINK_STATE_ERROR_WARNING] =
			"some frames fail, so look for wiring, termination and "
			"bit rate; " CLEARED,
		[KCAN_LINK_STATE_ERROR_PASSIVE] =
			"most frames fail, so look for power, wiring, "
			"termination and the same bit rate on all nodes; " CLEARED,
		[KCAN_LINK_STATE_BUS_OFF] =
			"nothing is sent any more, as with a wrong bit rate, "
			"CAN-H and CAN-L swapped or no termination; restart it",
		[KCAN_LINK_STATE_STOPPED] = "nothing is sent; restart it",
		[KCAN_LINK_STATE_SLEEPING] = "nothing is sent; restart it",
	};
	const char *trouble = troubles[f->link.state];

	snprintf(out, size, "%s", trouble ? trouble : "");
}

static void put_signal(char *out, size_t size, const struct words_facts *f)
{
	util_signal_name(out, size, f->signal);
}

static void put_detail(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->detail);
}

static void put_state(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", kcan_link_state_name(f->link.state));
}

static const struct slot slots[] = {
	{ "{if}", put_if },
	{ "{up}", put_up },
	{ "{guess}", put_guess },
	{ "{uuid}", put_uuid },
	{ "{other}", put_other },
	{ "{nodeid}", put_nodeid },
	{ "{request}", put_request },
	{ "{frame}", put_frame },
	{ "{told}", put_told },
	{ "{leave}", put_leave },
	{ "{katapult}", put_katapult },
	{ "{asked}", put_asked },
	{ "{appversion}", put_appversion },
	{ "{appmcu}", put_appmcu },
	{ "{why}", put_why },
	{ "{remedy}", put_remedy },
	{ "{timeout}", put_timeout },
	{ "{queue}", put_queue },
	{ "{health}", put_health },
	{ "{trouble}", put_trouble },
	{ "{signal}", put_signal },
	{ "{detail}", put_detail },
	{ "{state}", put_state },
};

static const struct slot *find_in(const struct slot *table, size_t len,
				  const char *at)
{
	for (size_t i = 0; i < len; i++)
		if (!strncmp(at, table[i].name, strlen(table[i].name)))
			return &table[i];
	return NULL;
}

static const struct slot *find_slot(const char *at)
{
	const struct slot *slot = find_in(slots, ARRAY_SIZE(slots), at);

	return slot ? slot : find_in(slots_usb, slots_usb_len, at);
}

static size_t put_slot(char *out, size_t size, const char *at,
		       const void *facts)
{
	const struct slot *slot = find_slot(at);

	if (!slot)
		return 0;
	slot->put(out, size, facts);
	return strlen(slot->name);
}

void words_expand(char *out, size_t size, const char *sentence,
		  const struct words_facts *facts)
{
	say_expand(out, size, sentence, put_slot, facts);
}
