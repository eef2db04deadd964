// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* Any bytes on the control socket: each line has one reply, an object. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/ctl/ctl.h"
#include "../support/software.h"
#include "fuzz.h"

/* A world, and a client of it. */
struct bench {
	struct ctl ctl;
	struct ctl_log log;
	struct ctl_subscription subscription;
};

static void take_event(void *arg, const struct event *event)
{
	struct event numbered = *event;
	struct bench *b = arg;
	char line[EVENT_LINE_MAX];

	numbered.seq = b->log.last + 1;
	check(event_format(line, &numbered, true));
	check(!strchr(line, '\n'));
	ctl_log_add(&b->log, &numbered);
}

static void check_reply(char *reply)
{
	json_t *o = json_loads(reply, 0, NULL);

	check(o && json_is_boolean(json_object_get(o, "ok")));
	check(!strchr(reply, '\n'));
	json_decref(o);
	free(reply);
}

/* Events have numbers that go up, and no "ok". */
static void check_events(struct bench *b)
{
	json_int_t last = 0, seq;
	char *text;
	json_t *o;

	while ((text = ctl_subscription_next(&b->subscription, &b->log,
					     UINT64_MAX))) {
		o = json_loads(text, 0, NULL);
		seq = json_integer_value(json_object_get(o, "seq"));
		check(seq > last && !json_object_get(o, "ok"));
		last = seq;
		json_decref(o);
		free(text);
	}
}

static void execute(struct bench *b, const struct ctl_line *line)
{
	struct ctl_result r;

	check(line->len <= CTL_LINE_MAX);
	if (line->too_long)
		return;
	r = ctl_execute(&b->ctl, line->text, line->len, 1000);
	if (r.waiting)
		r.reply = ctl_wait_reply(&r.wait, &b->ctl, r.wait.deadline_us);
	check_reply(r.reply);
	if (r.subscription.next) {
		ctl_subscription_end(&b->subscription);
		b->subscription = r.subscription;
	}
	check_events(b);
}

/* No fuzzer is to make files: there is none that can be opened. */
static int no_image(void *arg, struct mcu_cfg *cfg, char *sentence, size_t size)
{
	(void)arg;
	(void)snprintf(sentence, size, "'%s': no", cfg->flash_image);
	return -1;
}

static void close_no_image(void *arg, const struct mcu_cfg *cfg)
{
	(void)arg;
	check(!cfg->flash_store.arg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ifnames[] = { "vcan0" };
	struct mcu_cfg cfg = { .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55,
					   0x66 } },
			       .type = mcu_type_find("stm32g0b1xx"),
			       .bootloader = BOOTLOADER_KATAPULT,
			       .state = MCU_KLIPPER,
			       .nodeid = -1 };
	struct ctl_lines *lines = calloc(1, sizeof(*lines));
	struct bench *b = calloc(1, sizeof(*b));
	const char *bytes = (const char *)data;
	struct ctl_line line;

	check(lines && b &&
	      !world_new(&b->ctl.world,
			 &(struct world_cfg){ .mcus = &cfg,
					      .mcus_len = 1,
					      .buses_len = 1,
					      .events = { take_event, b },
					      .software = real_software() }));
	b->ctl.log = &b->log;
	b->ctl.ifnames = ifnames;
	b->ctl.ifnames_len = 1;
	b->ctl.images = (struct ctl_images){ no_image, close_no_image, NULL };
	while (ctl_lines_next(lines, &bytes, &size, &line))
		execute(b, &line);
	check(!size);
	ctl_subscription_end(&b->subscription);
	world_free(b->ctl.world);
	ctl_log_fini(&b->log);
	free(lines);
	free(b);
	return 0;
}
