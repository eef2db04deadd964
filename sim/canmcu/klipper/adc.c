// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Analog inputs: klipper-mcu-protocol.md, section 20. */
#include "pin.h"
#include "util/array.h"

#define ADC_MAX 4095
#define REPORT_MAX 48 /* bytes */

enum { CONFIG_ANALOG_IN, QUERY_ANALOG_IN, ANALOG_IN_STATE };

#define OUT_OF_RANGE "ADC out of range"

/* How often it is measured. A sum is 16 bits wide. */
struct query {
	uint64_t start_ticks; /* of the cycle that is under way */
	uint64_t sample_ticks;
	uint32_t rest_ticks; /* from one cycle to the next */
	uint16_t min_value;
	uint16_t max_value;
	uint8_t sample_count;
	uint8_t report_len;
	uint8_t range_check_count;
};

struct adc {
	struct klipper_timer timer;
	struct query query;
	uint8_t pin;
	uint8_t oid;
	uint8_t out_of_range; /* cycles in a row */
	uint8_t len;	      /* of @report */
	uint8_t report[REPORT_MAX];
};

static const struct klipper_kind kind = { .size = sizeof(struct adc) };

/* The end of a cycle: when its last sample is there. */
static const char *arm(struct klipper *k, struct adc *adc, uint64_t now_us)
{
	const struct query *q = &adc->query;

	return klipper_timer_at(k, &adc->timer,
				q->start_ticks +
					q->sample_ticks * (q->sample_count - 1),
				now_us);
}

static bool is_in_range(struct adc *adc, uint16_t sum)
{
	const struct query *q = &adc->query;

	if (sum >= q->min_value && sum <= q->max_value) {
		adc->out_of_range = 0;
		return true;
	}
	adc->out_of_range++;
	return adc->out_of_range < q->range_check_count;
}

static void report(struct klipper *k, struct adc *adc, uint16_t sum)
{
	adc->report[adc->len++] = (uint8_t)sum;
	adc->report[adc->len++] = (uint8_t)(sum >> 8);
	if (adc->len < adc->query.report_len)
		return;
	klipper_respond(k, &klipper_adc, ANALOG_IN_STATE,
			(struct kcan_klp_value[]){
				{ .num = adc->oid },
				{ .num = (uint32_t)adc->query.start_ticks },
				{ .data = adc->report, .len = adc->len },
			});
	adc->len = 0;
}

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct adc *adc = (struct adc *)t;
	float sample = klipper_pin_level(k, adc->pin, now_us) * ADC_MAX + 0.5F;
	uint16_t sum = (uint16_t)((uint32_t)sample * adc->query.sample_count);

	adc->query.start_ticks += adc->query.rest_ticks;
	report(k, adc, sum);
	if (!is_in_range(adc, sum))
		return OUT_OF_RANGE;
	return arm(k, adc, now_us);
}

static const char *config_analog_in(struct klipper *k,
				    const struct kcan_klp_value *v,
				    uint64_t now_us)
{
	uint8_t oid = (uint8_t)v[0].num;
	const char *reason = klipper_pin_setup(k, v[1].num, KLIPPER_PIN_ADC);
	void *object;

	(void)now_us;
	if (!reason)
		reason = klipper_oid_new(k, oid, &kind, &object);
	if (reason)
		return reason;
	*(struct adc *)object = (struct adc){ .timer.fire = fire,
					      .oid = oid,
					      .pin = (uint8_t)v[1].num };
	return NULL;
}

/* Whole values, one at least. */
static uint8_t report_len(uint8_t bytes)
{
	if (bytes > REPORT_MAX)
		return REPORT_MAX;
	return bytes < 2 ? 2 : bytes & 0xfe;
}

static const char *query_analog_in(struct klipper *k,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	struct adc *adc = klipper_oid_find(k, (uint8_t)v[0].num, &kind);
	const char *reason;

	if (!adc)
		return KLIPPER_INVALID_OID;
	klipper_timer_stop(k, &adc->timer);
	adc->len = 0;
	adc->out_of_range = 0;
	adc->query = (struct query){
		.start_ticks = klipper_clock_near(k, v[1].num, now_us),
		.sample_ticks = v[2].num,
		.sample_count = (uint8_t)v[3].num,
		.rest_ticks = v[4].num,
		.report_len = report_len((uint8_t)v[5].num),
		.min_value = (uint16_t)v[6].num,
		.max_value = (uint16_t)v[7].num,
		.range_check_count = (uint8_t)v[8].num,
	};
	if (!adc->query.sample_count)
		return NULL; /* no more */
	reason = klipper_check_period(k, adc->query.rest_ticks);
	if (!reason)
		reason = klipper_timer_at(k, &adc->timer,
					  adc->query.start_ticks, now_us);
	return reason ? reason : arm(k, adc, now_us);
}

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	(void)enumerations;
	(void)build;
	return json_object_set_new(config, "ADC_MAX", json_integer(ADC_MAX));
}

static const struct klipper_message messages[] = {
	[CONFIG_ANALOG_IN] = { "config_analog_in oid=%c pin=%u",
			       config_analog_in },
	[QUERY_ANALOG_IN] = { "query_analog_in oid=%c clock=%u sample_ticks=%u "
			      "sample_count=%c rest_ticks=%u "
			      "bytes_per_report=%c min_value=%hu "
			      "max_value=%hu range_check_count=%c",
			      query_analog_in },
	[ANALOG_IN_STATE] = { "analog_in_state oid=%c next_clock=%u "
			      "values=%*s" },
};

static const char *const strings[] = { OUT_OF_RANGE };

const struct klipper_module klipper_adc = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
