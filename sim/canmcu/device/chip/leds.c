// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Chains of LEDs that keep their colours: WS2812 and the like, and APA102. */
#include <stdio.h>
#include <string.h>

#include "wires.h"

#define BYTES_MAX 256 /* of a chain; those behind are not kept */
#define ORDER_MAX 5   /* with the end */
#define FRAME 4	      /* bytes of an APA102: brightness, blue, green, red */
#define BRIGHTNESS 0xe0

struct leds {
	struct device_wires wires; /* first */
	char order[ORDER_MAX];	   /* of the colours of one */
	uint16_t len;		   /* bytes */
	uint8_t bytes[BYTES_MAX];  /* as they were sent, colours only */
};

static void take(struct leds *l, const uint8_t *bytes, size_t len)
{
	if (len > BYTES_MAX - (size_t)l->len)
		len = BYTES_MAX - (size_t)l->len;
	memcpy(l->bytes + l->len, bytes, len);
	l->len += (uint16_t)len;
}

/* Four zeros begin anew; what is no colour ends it. */
static void take_frame(struct leds *l, const uint8_t *frame)
{
	static const uint8_t begin[FRAME] = { 0 };

	if (!memcmp(frame, begin, FRAME))
		l->len = 0;
	else if ((frame[0] & BRIGHTNESS) == BRIGHTNESS)
		take(l, frame + 1, FRAME - 1);
}

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct leds *l = self;

	(void)now_us;
	if (l->wires.bus == DEVICE_LEDS) {
		l->len = 0;
		take(l, message->out, message->out_len);
	}
	for (size_t i = 0;
	     l->wires.bus == DEVICE_SPI && i + FRAME <= message->out_len;
	     i += FRAME)
		take_frame(l, message->out + i);
	return true;
}

/* "ff8000 000000": red, green, blue, and white where there is one. */
static void show(const void *self, uint64_t now_us, char *out, size_t size)
{
	const struct leds *l = self;
	size_t colours = strlen(l->order), used = 0;

	(void)now_us;
	*out = '\0';
	for (size_t led = 0; led + colours <= l->len && used < size;
	     led += colours) {
		if (led)
			used += (size_t)snprintf(out + used, size - used, " ");
		for (const char *c = "RGBW"; *c && used < size; c++) {
			const char *at = strchr(l->order, *c);

			if (at)
				used += (size_t)snprintf(
					out + used, size - used, "%02x",
					l->bytes[led + (size_t)(at - l->order)]);
		}
	}
}

static bool make(void *self, const struct device_source *source)
{
	const char *order = device_value(source, "color_order");
	struct leds *l = self;
	struct device_pin pin;

	if (device_is(source, "dotstar")) {
		strcpy(l->order, "BGR");
		if (!device_pin(source, "clock_pin", &pin))
			return false;
		l->wires = (struct device_wires){ DEVICE_SPI,
						  DEVICE_SOFTWARE + pin.number,
						  DEVICE_ANY };
		return true;
	}
	if (!device_is(source, "neopixel") || !device_pin(source, "pin", &pin))
		return false;
	l->wires = (struct device_wires){ DEVICE_LEDS, 0, pin.number };
	snprintf(l->order, sizeof(l->order), "%.4s", order ? order : "GRB");
	return *l->order;
}

const struct device_kind device_leds = {
	.size = sizeof(struct leds),
	.keys = "pin clock_pin color_order",
	.make = make,
	.talk = talk,
	.show = show,
};
