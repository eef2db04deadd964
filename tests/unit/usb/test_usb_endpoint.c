// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb sim/canmcu/board/flash.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/cells.c
/* The process of the USB endpoint, over TCP: no USB is needed in this kernel. */
#include "../../support/unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../sim/canmcu/usb/endpoint.h"

#define PATIENCE_S 20
#define RECORD_LEN 312 /* usbip-gsusb-bridge.md, section 8 */

struct bench {
	int link;
	pid_t pid;
	uint16_t port;
	int usb;
};

/* One that nobody has now. */
static uint16_t free_tcp_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static void start(struct bench *b)
{
	struct usb_endpoint_cfg cfg = { .vhci_port = -1 };

	b->usb = -1;
	b->port = cfg.tcp_port = free_tcp_port();
	assert_int_equal(usb_endpoint_start(&cfg, &b->link, &b->pid), 0);
}

static void end(struct bench *b)
{
	int status;

	close(b->link);
	assert_int_equal(waitpid(b->pid, &status, 0), b->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (b->usb >= 0)
		close(b->usb);
}

static void plug(struct bench *b, enum usb_kind kind)
{
	struct usb_link_msg msg = { .kind = USB_LINK_PLUG, .plug.kind = kind };

	assert_int_equal(usb_endpoint_send(b->link, &msg), 0);
}

static struct usb_link_msg hear(struct bench *b, enum usb_link_kind kind)
{
	struct pollfd fd = { .fd = b->link, .events = POLLIN };
	struct usb_link_msg msg;

	assert_int_equal(poll(&fd, 1, PATIENCE_S * 1000), 1);
	assert_int_equal(usb_endpoint_receive(b->link, &msg), 0);
	assert_int_equal(msg.kind, kind);
	return msg;
}

static void receive(struct bench *b, uint8_t *out, size_t len)
{
	assert_int_equal(recv(b->usb, out, len, MSG_WAITALL), (ssize_t)len);
}

static void transmit(struct bench *b, const void *data, size_t len)
{
	assert_int_equal(send(b->usb, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void expect_end(struct bench *b)
{
	uint8_t byte;

	assert_true(recv(b->usb, &byte, 1, 0) <= 0);
	close(b->usb);
	b->usb = -1;
}

static void connect_to(struct bench *b)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(b->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = PATIENCE_S };

	b->usb = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(b->usb, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	assert_int_equal(connect(b->usb, (struct sockaddr *)&at, sizeof(at)),
			 0);
}

/* As "usbip attach" does. Return: the product id in the answer. */
static uint16_t import(struct bench *b)
{
	static const uint8_t request[40] = { 0x01, 0x11, 0x80, 0x03, 0,	 0,
					     0,	   0,	 '1',  '-',  '1' };
	static const uint8_t head[8] = { 0x01, 0x11, 0x00, 0x03 };
	uint8_t answer[8 + RECORD_LEN];

	connect_to(b);
	transmit(b, request, sizeof(request));
	receive(b, answer, sizeof(answer));
	assert_memory_equal(answer, head, sizeof(head));
	assert_int_equal(hear(b, USB_LINK_PLUGGED).number, -1);
	return (uint16_t)(answer[8 + 302] << 8 | answer[8 + 303]);
}

/* A SUBMIT's header; section 2. */
static void submit(struct bench *b, uint8_t seqnum, uint8_t ep, bool in,
		   uint16_t len, const char *setup)
{
	uint8_t header[48] = { [3] = 1,
			       [7] = seqnum,
			       [15] = in,
			       [19] = ep,
			       [26] = (uint8_t)(len >> 8),
			       [27] = (uint8_t)len };

	if (setup)
		memcpy(header + 40, setup, 8);
	transmit(b, header, sizeof(header));
}

static void expect_answer(struct bench *b, uint8_t seqnum, size_t len)
{
	uint8_t answer[48 + 64];

	receive(b, answer, 48 + len);
	assert_int_equal(answer[3], 3);
	assert_int_equal(answer[7], seqnum);
}

static void test_attach_and_swap(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	plug(&b, USB_GSUSB);
	assert_int_equal(import(&b), 0x606f);
	submit(&b, 1, 0, true, 18, "\x80\6\0\1\0\0\x12\0");
	expect_answer(&b, 1, 18);
	plug(&b, USB_CDC_KATAPULT);
	expect_end(&b);
	assert_int_equal(hear(&b, USB_LINK_UNPLUGGED).number, 0);
	assert_int_equal(import(&b), 0x6177);
	end(&b);
}

/* As one that is killed with unread answers. */
static void test_a_host_that_breaks_off_can_attach_again(void **state)
{
	const struct linger now = { .l_onoff = 1 };
	struct bench b;

	(void)state;
	start(&b);
	plug(&b, USB_GSUSB);
	import(&b);
	setsockopt(b.usb, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(b.usb);
	assert_int_equal(hear(&b, USB_LINK_UNPLUGGED).number, -ECONNRESET);
	assert_int_equal(import(&b), 0x606f);
	end(&b);
}

/* The frame that leads to a reset still has its echo. */
static void test_answers_before_the_end(void **state)
{
	static const uint8_t frame[20] = { 0, 0, 0, 0, 0xf0, 3, 0, 0, 1 };
	struct bench b;

	(void)state;
	start(&b);
	plug(&b, USB_GSUSB);
	import(&b);
	submit(&b, 1, 0, false, 0, "\0\x09\1\0\0\0\0\0");
	submit(&b, 2, 0, false, 8, "\x41\2\0\0\0\0\x08\0");
	transmit(&b, "\1\0\0\0\0\0\0\0", 8);
	hear(&b, USB_LINK_MODE);
	submit(&b, 3, 1, true, 20, NULL);
	submit(&b, 4, 2, false, 20, NULL);
	transmit(&b, frame, sizeof(frame));
	hear(&b, USB_LINK_LOCAL);
	plug(&b, USB_DFUSE);
	expect_answer(&b, 1, 0);
	expect_answer(&b, 2, 0);
	expect_answer(&b, 4, 0);
	expect_answer(&b, 3, 20);
	expect_end(&b);
	end(&b);
}

/* Longer than what fits between both: it goes on as soon as it is read. */
static void test_slow_world(void **state)
{
	static uint8_t payload[16000];
	size_t heard = 0;
	struct bench b;

	(void)state;
	start(&b);
	plug(&b, USB_CDC_KATAPULT);
	import(&b);
	submit(&b, 1, 0, false, 0, "\0\x09\1\0\0\0\0\0");
	expect_answer(&b, 1, 0);
	for (uint8_t i = 2; i < 6; i++) {
		submit(&b, i, 2, false, sizeof(payload), NULL);
		transmit(&b, payload, sizeof(payload));
	}
	while (heard < 4 * sizeof(payload))
		heard += hear(&b, USB_LINK_BYTES).bytes.len;
	for (uint8_t i = 2; i < 6; i++)
		expect_answer(&b, i, 0);
	end(&b);
}

/* Trap 3: what was open there would stay open in the endpoint. */
static void test_no_files_of_the_world(void **state)
{
	char path[64], target[128] = "";
	struct bench b;
	struct dirent *entry;
	int open_here[2];
	DIR *dir;

	(void)state;
	assert_int_equal(pipe(open_here), 0);
	start(&b);
	plug(&b, USB_GSUSB);
	import(&b);
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)b.pid);
	dir = opendir(path);
	assert_non_null(dir);
	/* the link, the listener and the connection */
	while ((entry = readdir(dir)))
		assert_in_range(atoi(entry->d_name), 0, 5);
	closedir(dir);
	snprintf(path, sizeof(path), "/proc/%d/fd/1", (int)b.pid);
	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	assert_string_equal(target, "/dev/null");
	close(open_here[0]);
	close(open_here[1]);
	end(&b);
}

/*
 * Then the link's own number, or the listener's, is one of those that lead to
 * /dev/null.
 */
static void start_without_stdin_and_stdout(struct bench *b,
					   const struct usb_endpoint_cfg *cfg)
{
	int was[2], link, err;

	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		was[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	err = usb_endpoint_start(cfg, &link, &b->pid);
	b->link = fcntl(link, F_DUPFD_CLOEXEC, 10);
	close(link);
	for (int i = 0; i < 2; i++)
		if (was[i] >= 0) {
			dup2(was[i], i);
			close(was[i]);
		}
	assert_int_equal(err, 0);
	assert_true(b->link >= 0);
	plug(b, USB_GSUSB);
}

static void test_without_stdin_and_stdout(void **state)
{
	/* there is no such port, with or without vhci_hcd */
	struct usb_endpoint_cfg cfg = { .vhci_port = 9999 };
	struct bench b = { .usb = -1 };

	(void)state;
	start_without_stdin_and_stdout(&b, &cfg);
	assert_true(hear(&b, USB_LINK_UNPLUGGED).number < 0);
	end(&b);
	b.port = cfg.tcp_port = free_tcp_port();
	start_without_stdin_and_stdout(&b, &cfg);
	assert_int_equal(import(&b), 0x606f);
	end(&b);
}

static void test_end_of_the_world(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	plug(&b, USB_CDC_KLIPPER);
	import(&b);
	shutdown(b.link, SHUT_RDWR);
	expect_end(&b);
	end(&b);
}

static void test_garbage(void **state)
{
	struct bench b;

	(void)state;
	start(&b);
	plug(&b, USB_CDC_KLIPPER);
	connect_to(&b);
	transmit(&b, "GET / HTTP/1.0\r\n\r\n", 18);
	expect_end(&b);
	import(&b);
	transmit(&b, "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n123456789abc",
		 48);
	expect_end(&b);
	assert_int_equal(hear(&b, USB_LINK_UNPLUGGED).number, -EPROTO);
	import(&b);
	end(&b);
}

static void test_port_in_use(void **state)
{
	struct usb_endpoint_cfg cfg = { .vhci_port = -1 };
	struct bench b;
	pid_t pid;
	int link;

	(void)state;
	start(&b);
	cfg.tcp_port = b.port;
	assert_int_equal(usb_endpoint_start(&cfg, &link, &pid), -EADDRINUSE);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "usbip attach, and again after a swap",
		  test_attach_and_swap },
		{ "a host that breaks off can attach again",
		  test_a_host_that_breaks_off_can_attach_again },
		{ "answers are sent before an unplug",
		  test_answers_before_the_end },
		{ "a slow world loses nothing", test_slow_world },
		{ "no file of the world is open in the endpoint",
		  test_no_files_of_the_world },
		{ "stdin and stdout may be closed",
		  test_without_stdin_and_stdout },
		{ "the end of the world unplugs the device",
		  test_end_of_the_world },
		{ "garbage ends its connection, not the process",
		  test_garbage },
		{ "a TCP port in use is told of", test_port_in_use },
	};

	return cmocka_run_group_tests_name("usb_endpoint", tests, NULL, NULL);
}
