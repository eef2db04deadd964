// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu
/* Any bytes on the control socket: each line has one reply, an object. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/ctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void take_event(void *arg, const struct event *event)
{
	char line[EVENT_LINE_MAX];

	(void)arg;
	check(event_format(line, event, true));
	check(!strchr(line, '\n'));
}

static void check_reply(char *reply)
{
	json_t *o = json_loads(reply, 0, NULL);

	check(o && json_is_boolean(json_object_get(o, "ok")));
	check(!strchr(reply, '\n'));
	json_decref(o);
	free(reply);
}

static void execute(struct world *w, const struct ctl_line *line)
{
	struct ctl_result r;

	check(line->len <= CTL_LINE_MAX);
	if (line->too_long)
		return;
	r = ctl_execute(w, line->text, line->len, 1000);
	if (r.waiting)
		r.reply = ctl_wait_reply(&r.wait, r.wait.deadline_us);
	check_reply(r.reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mcu_cfg cfg = { .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55,
					   0x66 } },
			       .type = mcu_type_find("stm32g0b1xx"),
			       .bootloader = BOOTLOADER_KATAPULT,
			       .state = MCU_KLIPPER,
			       .nodeid = -1 };
	struct ctl_lines *lines = calloc(1, sizeof(*lines));
	const char *bytes = (const char *)data;
	struct ctl_line line;
	struct world *w;

	check(lines &&
	      !world_new(&w, &(struct world_cfg){
				     .mcus = &cfg,
				     .mcus_len = 1,
				     .buses_len = 1,
				     .events = { take_event, NULL } }));
	while (ctl_lines_next(lines, &bytes, &size, &line))
		execute(w, &line);
	check(!size);
	world_free(w);
	free(lines);
	return 0;
}
