// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Analog inputs: klipper-mcu-protocol.md, section 20. */
#include "../pin.h"

#define ADC_MAX 4095
#define REPORT_MAX 48 /* bytes */
#define VALUE_LEN 2
#define LATE_US 1000u /* that a cycle may begin */

enum { ANALOG_IN_STATE = 2 };

#define OUT_OF_RANGE "ADC out of range"
#define INVALID_REPORT "Invalid analog_in bytes_per_report"

/* How often it is measured. A sum is 16 bits wide. */
struct query {
	uint64_t begin_ticks; /* of the cycle that is under way, or comes next */
	uint32_t sample_ticks;
	uint32_t rest_ticks; /* from one cycle to the next */
	uint16_t min_value;
	uint16_t max_value;
	uint8_t sample_count; /* 0: not measured */
	uint8_t bytes_per_report;
	uint8_t range_check_count;
};

struct adc {
	struct klipper_timer timer;
	struct query query;
	uint64_t sample_at; /* ticks of the sample that is due */
	uint16_t sum;	    /* of those of this cycle */
	uint8_t samples;
	uint8_t pin;
	uint8_t oid;
	uint8_t out_of_range; /* cycles in a row */
	uint8_t len;	      /* of @report */
	uint8_t report[REPORT_MAX];
};

static void sample_at(struct klipper *k, struct adc *adc, uint64_t ticks)
{
	adc->sample_at = ticks;
	klipper_timer_set(k, &adc->timer, klipper_when_us(k, ticks));
}

static void begin_cycle(struct klipper *k, struct adc *adc)
{
	adc->samples = 0;
	adc->sum = 0;
	sample_at(k, adc, adc->query.begin_ticks);
}

/* Return: whether it was out of range as often as it may not be. */
static bool is_too_often_out_of_range(struct adc *adc)
{
	const struct query *q = &adc->query;

	if (adc->sum >= q->min_value && adc->sum <= q->max_value) {
		adc->out_of_range = 0;
		return false;
	}
	adc->out_of_range++;
	return adc->out_of_range >= q->range_check_count;
}

static void report(struct klipper *k, struct adc *adc)
{
	adc->report[adc->len++] = (uint8_t)adc->sum;
	adc->report[adc->len++] = (uint8_t)(adc->sum >> 8);
	if (adc->len + VALUE_LEN <= adc->query.bytes_per_report)
		return;
	KLIPPER_RESPOND(k, &klipper_adc, ANALOG_IN_STATE, NUM(adc->oid),
			NUM(adc->query.begin_ticks),
			BYTES(adc->report, adc->len));
	adc->len = 0;
}

/* Return: whether the samples take longer than the time to the next cycle. */
static bool is_too_late(const struct klipper *k, const struct adc *adc)
{
	return klipper_when_us(k, adc->query.begin_ticks) + LATE_US <
	       klipper_when_us(k, adc->sample_at);
}

static const char *fire(const struct klipper_call *c)
{
	struct adc *adc = c->object;
	const struct query *q = &adc->query;
	float sample =
		klipper_pin_level(c->k, adc->pin, c->now_us) * ADC_MAX + 0.5F;

	adc->sum += (uint16_t)sample;
	if (++adc->samples < q->sample_count) {
		sample_at(c->k, adc, adc->sample_at + q->sample_ticks);
		return NULL;
	}
	if (is_too_often_out_of_range(adc)) {
		if (!klipper_is_shutdown(c->k))
			return OUT_OF_RANGE;
		adc->out_of_range = 0;
	}
	adc->query.begin_ticks += q->rest_ticks;
	report(c->k, adc);
	if (is_too_late(c->k, adc) && !klipper_is_shutdown(c->k))
		return KLIPPER_TIMER_IN_PAST;
	begin_cycle(c->k, adc);
	return NULL;
}

/* It goes on in shutdown, with the next cycle: section 20.1. */
static void shut_down(const struct klipper_call *c)
{
	struct adc *adc = c->object;
	struct query *q = &adc->query;

	if (!q->sample_count)
		return;
	q->begin_ticks = klipper_grid(q->begin_ticks + q->rest_ticks,
				      q->rest_ticks,
				      klipper_clock(c->k, c->now_us));
	begin_cycle(c->k, adc);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct adc),
	.shutdown = shut_down,
};

static const char *config_analog_in(const struct klipper_call *c)
{
	uint8_t oid = (uint8_t)c->v[0].num;
	const char *reason =
		klipper_pin_setup(c->k, c->v[1].num, KLIPPER_PIN_ADC);
	void *object;

	if (!reason)
		reason = klipper_oid_new(c->k, oid, &kind, &object);
	if (reason)
		return reason;
	*(struct adc *)object = (struct adc){ .timer.fire = fire,
					      .oid = oid,
					      .pin = (uint8_t)c->v[1].num };
	return NULL;
}

/* Return: as a command; what cannot be followed has no effect. */
static const char *check_query(const struct klipper *k, struct query *q)
{
	const char *reason = klipper_check_period(k, q->rest_ticks);

	if (q->bytes_per_report > REPORT_MAX)
		reason = INVALID_REPORT;
	if (reason)
		q->sample_count = 0;
	return reason;
}

static const char *query_analog_in(const struct klipper_call *c)
{
	struct adc *adc = c->object;
	const char *reason;

	klipper_timer_stop(c->k, &adc->timer);
	adc->len = 0;
	adc->query = (struct query){
		.begin_ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us),
		.sample_ticks = c->v[2].num,
		.sample_count = (uint8_t)c->v[3].num,
		.rest_ticks = c->v[4].num,
		.bytes_per_report = (uint8_t)c->v[5].num,
		.min_value = (uint16_t)c->v[6].num,
		.max_value = (uint16_t)c->v[7].num,
		.range_check_count = (uint8_t)c->v[8].num,
	};
	if (!adc->query.sample_count)
		return NULL; /* no more */
	reason = check_query(c->k, &adc->query);
	if (!reason && klipper_is_over(c->k, adc->query.begin_ticks, c->now_us))
		return KLIPPER_TIMER_TOO_CLOSE;
	if (!reason)
		begin_cycle(c->k, adc);
	return reason;
}

static int describe(const struct klipper_dictionary *d)
{
	return json_object_set_new(d->config, "ADC_MAX", json_integer(ADC_MAX));
}

static const struct klipper_message messages[] = {
	{ "config_analog_in oid=%c pin=%u", config_analog_in },
	{ "query_analog_in oid=%c clock=%u sample_ticks=%u sample_count=%c "
	  "rest_ticks=%u bytes_per_report=%c min_value=%hu max_value=%hu "
	  "range_check_count=%c",
	  query_analog_in, &kind },
	[ANALOG_IN_STATE] = { "analog_in_state oid=%c next_clock=%u "
			      "values=%*s" },
};

const struct klipper_module klipper_adc = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(OUT_OF_RANGE, INVALID_REPORT),
	.describe = describe,
};
