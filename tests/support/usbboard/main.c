// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/cells.c sim/canmcu/board/sparse.c sim/canmcu/board/pins.c
/*
 * A board on USB without an MCU behind it: for trying the USB endpoint on a real
 * kernel. Usage: usbboard [--tcp PORT] [--port N] [--serial TEXT]
 *
 * Commands come on stdin, one a line: "plug KIND", "unplug", "send ID DATA" (a
 * frame from its bus), "local ID", "mute 0|1", "request UUID KIND" (what to be
 * plugged as after a bootloader request to this UUID; "nothing": unplugged),
 * "touch KIND" (the same after 1200 baud), "hang" (as a world that is stuck),
 * "quit". What the host does is told on stdout. Its serial port sends back what it
 * gets; its flash is that of an STM32G0B1.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kcan/admin.h>

#include "../../../sim/canmcu/board/family.h"
#include "../../../sim/canmcu/usb/endpoint.h"
#include "../../../sim/canmcu/usb/vhci.h"
#include "util/array.h"

#define TYPE "stm32g0b1xx"
/*
 * They belong together, by usbip-gsusb-bridge.md, section 3.1; and the ROM of this
 * chip makes the other one of it: can-admin-channel.md, section 9.
 */
#define SERIAL "3B0028001451303432353938"
#define SERIAL_IN_ROM "3861356D3430"

struct bench {
	int link;
	const char *serial;
	struct kcan_uuid uuid; /* of "request" */
	char on_request[16];   /* kind; "": ignores it */
	char on_touch[16];     /* likewise */
	bool quit;
	struct flash flash;
};

static const struct kind {
	const char *name;
	enum usb_kind kind;
	const char *strings[USB_STRING_COUNT]; /* NULL: the chip's serial */
} kinds[] = {
	{ "gsusb", USB_GSUSB, { NULL, "Klipper", TYPE, NULL } },
	{ "klipper", USB_CDC_KLIPPER, { NULL, "Klipper", TYPE, NULL } },
	{ "katapult", USB_CDC_KATAPULT, { NULL, "katapult", TYPE, NULL } },
	{ "dfu",
	  USB_DFUSE,
	  { NULL, "STMicroelectronics", "STM32  BOOTLOADER", SERIAL_IN_ROM } },
	{ "rp2040",
	  USB_RP2040,
	  { NULL, "Raspberry Pi", "RP2 Boot", "E0C9125B0D9B" } },
};

static void tell(struct bench *b, const struct usb_link_msg *msg)
{
	int err = usb_endpoint_send(b->link, msg);

	if (err)
		printf("lost %s\n", strerror(-err));
}

/* Commands. */

static void plug(struct bench *b, const char *name)
{
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct usb_link_msg msg = { .kind = USB_LINK_PLUG };
	char memory[DFUSE_MEMORY_TEXT_MAX];
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) && strcmp(kinds[i].name, name) != 0)
		i++;
	if (i == ARRAY_SIZE(kinds)) {
		printf("unknown %s\n", name);
		return;
	}
	msg.plug.kind = kinds[i].kind;
	msg.plug.memory = (struct dfuse_cfg){ type->flash_map->start,
					      type->flash_size, 1000 };
	for (size_t s = 1; s < USB_STRING_INTERFACE; s++)
		snprintf(msg.plug.strings[s], USB_LINK_TEXT_MAX, "%s",
			 kinds[i].strings[s] ? kinds[i].strings[s] : b->serial);
	dfuse_memory_text(memory, type->flash_map, type->flash_size);
	snprintf(msg.plug.strings[USB_STRING_INTERFACE], USB_LINK_TEXT_MAX,
		 "%s", memory);
	tell(b, &msg);
}

static void unplug(struct bench *b, const char *arg)
{
	(void)arg;
	tell(b, &(struct usb_link_msg){ .kind = USB_LINK_UNPLUG });
}

static void send_frame(struct bench *b, const char *arg)
{
	struct usb_link_msg msg = { .kind = USB_LINK_FRAME };
	char data[2 * CAN_MAX_DLEN + 1] = "";
	unsigned int byte;

	if (sscanf(arg, "%x %16s", &msg.frame.can_id, data) < 1)
		return;
	while (msg.frame.can_dlc < CAN_MAX_DLEN &&
	       sscanf(data + 2 * msg.frame.can_dlc, "%2x", &byte) == 1)
		msg.frame.data[msg.frame.can_dlc++] = (uint8_t)byte;
	tell(b, &msg);
}

static void local(struct bench *b, const char *arg)
{
	tell(b, &(struct usb_link_msg){
			.kind = USB_LINK_LOCAL_ID,
			.local_id = (canid_t)strtoul(arg, NULL, 16) });
}

static void mute(struct bench *b, const char *arg)
{
	tell(b, &(struct usb_link_msg){ .kind = USB_LINK_DEVIATE,
					.gsusb.mute = arg[0] == '1' });
}

static void request(struct bench *b, const char *arg)
{
	char uuid[KCAN_UUID_STR_LEN + 1];

	if (sscanf(arg, "%12s %15s", uuid, b->on_request) != 2 ||
	    kcan_uuid_parse(&b->uuid, uuid))
		printf("unknown %s\n", arg);
}

static void touch(struct bench *b, const char *arg)
{
	snprintf(b->on_touch, sizeof(b->on_touch), "%s", arg);
}

/* As its Klipper does: at once, and once. */
static void become(struct bench *b, char on[static 16])
{
	char kind[16];

	strcpy(kind, on);
	on[0] = '\0';
	if (!strcmp(kind, "nothing"))
		unplug(b, NULL);
	else if (kind[0])
		plug(b, kind);
}

static void obey_request(struct bench *b, const struct can_frame *frame)
{
	struct kcan_admin_msg msg;

	if (kcan_admin_decode(&msg, frame) ||
	    msg.cmd != KCAN_ADMIN_REQUEST_BOOTLOADER ||
	    !kcan_uuid_equal(&msg.uuid, &b->uuid))
		return;
	become(b, b->on_request);
}

static void hang(struct bench *b, const char *arg)
{
	(void)b;
	(void)arg;
	fflush(stdout);
	while (1)
		pause();
}

static void quit(struct bench *b, const char *arg)
{
	(void)arg;
	b->quit = true;
}

static const struct command {
	const char *name;
	void (*run)(struct bench *b, const char *arg);
} commands[] = {
	{ "plug", plug },   { "unplug", unplug }, { "send", send_frame },
	{ "local", local }, { "mute", mute },	  { "request", request },
	{ "touch", touch }, { "hang", hang },	  { "quit", quit },
};

static void obey(struct bench *b, char *line)
{
	char *arg = line + strcspn(line, " ");

	if (*arg)
		*arg++ = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, line))
			commands[i].run(b, arg);
}

/* What the host does. */

static void print_frame(const char *what, const struct can_frame *f)
{
	printf("%s %03X#", what, f->can_id);
	for (unsigned int i = 0; i < f->can_dlc; i++)
		printf("%02X", f->data[i]);
	putchar('\n');
}

static void answer_memory(struct bench *b, const struct usb_link_msg *asked)
{
	struct usb_link_msg msg = { .kind = USB_LINK_MEMORY };
	const struct usb_link_memory *m = &asked->memory;
	struct flash_result erased;

	msg.memory.seq = m->seq;
	if (asked->kind == USB_LINK_ERASE) {
		erased = flash_erase(&b->flash, m->address);
		msg.memory.result = erased.err ? erased.err :
						 (int32_t)erased.erased_bytes;
	} else if (asked->kind == USB_LINK_PROGRAM) {
		msg.memory.result =
			flash_program(&b->flash, m->address, m->bytes, m->len);
	} else if (m->len <= sizeof(msg.memory.bytes)) {
		msg.memory.result = flash_read(&b->flash, m->address,
					       msg.memory.bytes, m->len);
		msg.memory.len = m->len;
	}
	tell(b, &msg);
}

static void hear(struct bench *b, const struct usb_link_msg *msg)
{
	switch (msg->kind) {
	case USB_LINK_PLUGGED:
		printf("plugged %d\n", msg->number);
		break;
	case USB_LINK_UNPLUGGED:
		printf("unplugged %d%s%s\n", msg->number,
		       msg->number ? " " : "",
		       msg->number ? vhci_problem(msg->number) : "");
		break;
	case USB_LINK_LOCAL:
		print_frame("local", &msg->frame);
		obey_request(b, &msg->frame);
		break;
	case USB_LINK_BUS:
		print_frame("bus", &msg->frame);
		break;
	case USB_LINK_MODE:
		printf("mode %d %u\n", msg->mode.up, msg->mode.bitrate_bps);
		break;
	case USB_LINK_TOUCH:
		puts("touch");
		become(b, b->on_touch);
		break;
	case USB_LINK_LEAVE:
		printf("leave %08x\n", (unsigned int)msg->number);
		break;
	case USB_LINK_BYTES:
		printf("bytes %u\n", msg->bytes.len);
		tell(b, msg);
		break;
	case USB_LINK_ERASE:
	case USB_LINK_PROGRAM:
	case USB_LINK_READ:
		answer_memory(b, msg);
		break;
	default:
		printf("message %d\n", (int)msg->kind);
	}
}

static void loop(struct bench *b)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = b->link, .events = POLLIN } };
	struct usb_link_msg msg;
	char line[256];
	int err = 0;

	setvbuf(stdin, NULL, _IONBF, 0);
	while (!b->quit && err != -EPIPE && poll(fds, 2, -1) > 0) {
		if (fds[0].revents && !fgets(line, sizeof(line), stdin)) {
			fds[0].fd = -1;
		} else if (fds[0].revents) {
			line[strcspn(line, "\n")] = '\0';
			obey(b, line);
		}
		while (!(err = usb_endpoint_receive(b->link, &msg)))
			hear(b, &msg);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "tcp", required_argument, NULL, 't' },
		{ "port", required_argument, NULL, 'p' },
		{ "serial", required_argument, NULL, 's' },
		{ 0 },
	};
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct usb_endpoint_cfg cfg = { .vhci_port = -1 };
	struct bench b = { .serial = SERIAL };
	pid_t pid;
	int c, err;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 't')
			cfg.tcp_port = (uint16_t)atoi(optarg);
		else if (c == 'p')
			cfg.vhci_port = atoi(optarg);
		else if (c == 's')
			b.serial = optarg;
		else
			return 2;
	}
	flash_init(&b.flash, type->flash_map, type->flash_size,
		   mcu_type_stack(type));
	err = usb_endpoint_start(&cfg, &b.link, &pid);
	if (err) {
		fprintf(stderr, "usbboard: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	printf("endpoint %d\n", (int)pid);
	fflush(stdout);
	loop(&b);
	close(b.link);
	waitpid(pid, NULL, 0);
	flash_fini(&b.flash);
	return EXIT_SUCCESS;
}
