// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What an MCU reports. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mcu_program.h"

#define FLASH_ERROR_MAX (PATH_MAX + 256)

static void report(struct mcu *m, struct event event, uint64_t now_us)
{
	event.uuid = &m->cfg.uuid;
	event.now_us = now_us;
	m->env->events.emit(m->env->events.arg, &event);
}

void mcu_event(struct mcu *m, enum event_type type, const char *text,
	       uint64_t now_us)
{
	report(m, (struct event){ .type = type, .text = text }, now_us);
}

void mcu_event_count(struct mcu *m, enum event_type type, uint64_t count,
		     uint64_t now_us)
{
	report(m, (struct event){ .type = type, .count = count }, now_us);
}

void mcu_event_fault(struct mcu *m, const struct fault *fault,
		     const char *frame, uint64_t now_us)
{
	report(m,
	       (struct event){ .type = EVENT_FAULT,
			       .text = fault_info(fault->kind)->name,
			       .detail = frame,
			       .count = fault->struck },
	       now_us);
}

const struct fault *
mcu_meet_fault(struct mcu *m, const struct fault_place *place, uint64_t now_us)
{
	const struct fault *fault = faults_strike(&m->faults, place);

	if (fault)
		mcu_event_fault(m, fault, NULL, now_us);
	return fault;
}

struct kcan_uuid mcu_reported_uuid(struct mcu *m, uint64_t now_us)
{
	const struct fault *fault = mcu_fault(
		m, &(struct fault_place){ .kind = FAULT_WRONG_UUID }, now_us);

	if (!fault)
		return m->cfg.uuid;
	return fault->has_uuid ? fault->uuid :
				 kcan_uuid_complement(&m->cfg.uuid);
}

void mcu_event_flash_error(struct mcu *m, int err, uint64_t now_us)
{
	const char *path = m->cfg.flash_image;
	char text[FLASH_ERROR_MAX];

	if (path)
		snprintf(text, sizeof(text),
			 "flash image '%s': %s; mend that and flash again",
			 path, strerror(-err));
	else
		snprintf(text, sizeof(text),
			 "flash: %s; simulate fewer MCUs, or give an image",
			 strerror(-err));
	mcu_event(m, EVENT_FLASH_ERROR, text, now_us);
}

void mcu_event_application(struct mcu *m, uint64_t now_us)
{
	const struct kcan_image_dictionary *application = mcu_application(m);

	if (application)
		report(m,
		       (struct event){ .type = EVENT_APPLICATION,
				       .text = application->version,
				       .detail = application->mcu },
		       now_us);
}

void mcu_event_nodeid(struct mcu *m, enum event_type type, int nodeid,
		      uint64_t now_us)
{
	report(m, (struct event){ .type = type, .nodeid = (uint8_t)nodeid },
	       now_us);
}

const struct kcan_image_dictionary *mcu_application(const struct mcu *m)
{
	const struct kcan_image_dictionary *application =
		&m->flashed.dictionary;

	if (m->state != MCU_KLIPPER && m->state != MCU_SHUTDOWN)
		return NULL;
	return application->version[0] ? application : NULL;
}
