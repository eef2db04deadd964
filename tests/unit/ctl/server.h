/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CTL_SERVER_H
#define UNIT_CTL_SERVER_H

/* A control socket of its own for each test, and one MCU behind it. */
#include "../../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../../sim/canmcu/ctl/ctl_server.h"
#include "../../support/software.h"

static char folder[] = "/tmp/test_ctl.XXXXXX";
static char path[sizeof(folder) + 8];

/* A server, and what runs it. */
struct bench {
	sd_event *loop;
	struct world *world;
	struct ctl_server *server;
	size_t commands;
	uint64_t seq;
};

static inline void note_event(void *arg, const struct event *event)
{
	struct bench *b = arg;
	struct event numbered = *event;

	numbered.seq = ++b->seq;
	if (b->server)
		ctl_server_event(b->server, &numbered);
}

static inline void note_command(void *arg)
{
	struct bench *b = arg;

	b->commands++;
}

static inline int open_server(struct bench *b, struct ctl_server **out,
			      char *sentence, size_t size)
{
	struct ctl_server_cfg cfg = { .loop = b->loop,
				      .path = path,
				      .ctl = { .world = b->world },
				      .on_command = note_command,
				      .arg = b };

	return ctl_server_open(out, &cfg, sentence, size);
}

static inline int prepare(void **state)
{
	struct mcu_cfg cfg = {
		.uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		.type = mcu_type_find("stm32g0b1xx"),
		.bootloader = BOOTLOADER_KATAPULT,
		.state = MCU_KLIPPER,
		.nodeid = -1,
	};
	struct bench *b = calloc(1, sizeof(*b));
	char sentence[512];

	assert_non_null(b);
	assert_true(sd_event_new(&b->loop) >= 0);
	assert_int_equal(
		world_new(&b->world,
			  &(struct world_cfg){ .mcus = &cfg,
					       .mcus_len = 1,
					       .buses_len = 1,
					       .events = { note_event, b },
					       .software = real_software() }),
		0);
	assert_int_equal(open_server(b, &b->server, sentence, sizeof(sentence)),
			 0);
	*state = b;
	return 0;
}

static inline void end_bench(struct bench *b)
{
	ctl_server_close(b->server);
	world_free(b->world);
	sd_event_unref(b->loop);
	free(b);
}

static inline int release(void **state)
{
	end_bench(*state);
	assert_int_equal(access(path, F_OK), -1);
	return 0;
}

static inline int plug(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	return fd;
}

/* A test that finds the server there. */
#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

#define SERVER_TESTS(tests) \
	(server_begin() ?   \
		 1 :        \
		 server_end(cmocka_run_group_tests(tests, NULL, NULL)))

static inline int server_begin(void)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/ctl", folder);
	return 0;
}

static inline int server_end(int failed)
{
	rmdir(folder);
	return failed;
}

#endif
