// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "board.h"
#include "op.h"
#include "util/fds.h"
#include "util/wait.h"
#include "vhci.h"

/* In the process of the endpoint. */
#define LINK_FD 3
#define LISTENER_FD 4
#define RETRY_US 1000	    /* while the port is still in use */
#define PATIENCE_US 5000000 /* for that */
#define FLUSH_MS 100	    /* for the last answers before an unplug */
#define LINK_BATCH 16	    /* messages, before the kernel has its turn */
#define LINK_BUFFER 8192    /* bytes for the world: some 20 frames */
#define RX_SIZE 65536

enum { POLL_LINK, POLL_USB, POLL_LISTEN, POLL_COUNT };

struct endpoint {
	int vhci_port;
	int listener;	   /* -1: vhci */
	int usb;	   /* -1: not connected */
	bool importing;	   /* by TCP: usbip(8) still speaks */
	uint64_t since_us; /* an attach is tried; or 0 */
	bool over;	   /* the world has gone */
	struct usbip_op op;
	struct usb_board board;
	size_t rx_len;
	uint8_t rx[RX_SIZE]; /* what the stream has not taken yet */
};

/* The link; for both ends. */

int usb_endpoint_send(int link, const struct usb_link_msg *msg)
{
	ssize_t n =
		send(link, msg, usb_link_len(msg), MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 ? -errno : 0;
}

int usb_endpoint_receive(int link, struct usb_link_msg *msg)
{
	ssize_t n = recv(link, msg, sizeof(*msg), MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (!n)
		return -EPIPE;
	return usb_link_valid(msg, (size_t)n) ? 0 : -EPROTO;
}

static bool send_to_world(void *arg, const struct usb_link_msg *msg)
{
	(void)arg;
	/* an end that has gone is seen by poll() */
	return usb_endpoint_send(LINK_FD, msg) != -EAGAIN;
}

static void send_number(struct endpoint *e, enum usb_link_kind kind, int number)
{
	usb_board_send(&e->board, &(struct usb_link_msg){ .kind = kind,
							  .number = number });
}

/* The connection to the kernel. */

static void flush(struct endpoint *e)
{
	const uint8_t *tx;
	size_t len;
	ssize_t n = 1;

	while (n > 0 && (len = usb_stream_tx(&e->board.stream, &tx))) {
		n = send(e->usb, tx, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			break;
		usb_stream_sent(&e->board.stream, (size_t)n);
		/* there is room for more answers now */
		usb_board_run(&e->board, util_now_us());
	}
}

static void disconnect(struct endpoint *e, int err)
{
	if (e->usb < 0)
		return;
	close(e->usb);
	e->usb = -1;
	e->rx_len = 0;
	usb_board_reconnect(&e->board);
	if (!e->importing)
		send_number(e, USB_LINK_UNPLUGGED, err);
	e->importing = false;
}

/* Before an unplug: the echo of the frame that led to it is to arrive. */
static void send_the_rest(struct endpoint *e)
{
	const uint8_t *tx;

	while (e->usb >= 0 && usb_stream_tx(&e->board.stream, &tx)) {
		struct pollfd fd = { .fd = e->usb, .events = POLLOUT };

		if (poll(&fd, 1, FLUSH_MS) <= 0 || fd.revents != POLLOUT)
			return;
		flush(e);
	}
}

static void connected(struct endpoint *e)
{
	e->since_us = 0;
	send_number(e, USB_LINK_PLUGGED, e->listener < 0 ? e->vhci_port : -1);
}

/* Right after an unplug the port is still in use for a while. */
static void try_attach(struct endpoint *e)
{
	bool any = e->vhci_port < 0;
	int port = any ? vhci_free_port() : e->vhci_port;
	int fd = port < 0 ? port : vhci_attach((unsigned int)port);

	if (fd == -EBUSY && util_now_us() - e->since_us < PATIENCE_US)
		return;
	if (fd < 0) {
		e->since_us = 0;
		send_number(e, USB_LINK_UNPLUGGED, fd);
		return;
	}
	e->vhci_port = port;
	e->usb = fd;
	connected(e);
}

static void accept_tool(struct endpoint *e)
{
	int on = 1;

	e->usb = accept4(e->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (e->usb < 0)
		return;
	setsockopt(e->usb, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	e->importing = true;
	e->op = (struct usbip_op){ 0 };
}

/* Return: how many bytes were used, or a negative errno. */
static int feed_tool(struct endpoint *e)
{
	struct usbip_export what = {
		.path = "/sys/devices/platform/canmcu/usb1/1-1",
		.busid = "1-1",
		.busnum = 1,
		.devnum = 2,
		.speed = 2,
		.device = e->board.plugged ? &e->board.device : NULL,
	};
	int n = usbip_op_feed(&e->op, &what, e->rx, e->rx_len);

	if (n < 0 || e->op.state == USBIP_OP_ASKING)
		return n;
	/* a fresh socket has room for it */
	if (send(e->usb, e->op.answer, e->op.answer_len,
		 MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)e->op.answer_len)
		return -EIO;
	if (e->op.state != USBIP_OP_IMPORTED)
		return -ESHUTDOWN;
	e->importing = false;
	connected(e);
	return n;
}

static void feed(struct endpoint *e)
{
	int n;

	do {
		n = e->importing ? feed_tool(e) :
				   usb_stream_feed(&e->board.stream, e->rx,
						   e->rx_len, util_now_us());
		if (n < 0) {
			disconnect(e, n);
			return;
		}
		e->rx_len -= (size_t)n;
		memmove(e->rx, e->rx + n, e->rx_len);
		flush(e);
	} while (n && e->rx_len);
}

static void read_usb(struct endpoint *e)
{
	ssize_t n = recv(e->usb, e->rx + e->rx_len, sizeof(e->rx) - e->rx_len,
			 MSG_DONTWAIT);

	if (n > 0) {
		e->rx_len += (size_t)n;
		feed(e);
	} else if (!n || errno != EAGAIN) {
		disconnect(e, n ? -errno : 0);
	}
}

/* The world. */

static void take(struct endpoint *e, const struct usb_link_msg *msg)
{
	bool swap = msg->kind == USB_LINK_PLUG || msg->kind == USB_LINK_UNPLUG;

	if (swap) {
		send_the_rest(e);
		disconnect(e, 0);
		e->since_us = 0;
	}
	usb_board_take(&e->board, msg);
	usb_board_run(&e->board, util_now_us());
	if (e->listener < 0 && msg->kind == USB_LINK_PLUG) {
		e->since_us = util_now_us();
		try_attach(e);
	}
}

static void read_link(struct endpoint *e)
{
	struct usb_link_msg msg;
	int err = 0;

	for (int i = 0; i < LINK_BATCH && !err; i++) {
		err = usb_endpoint_receive(LINK_FD, &msg);
		if (!err)
			take(e, &msg);
	}
	e->over = err && err != -EAGAIN;
}

/* The loop. */

static int timeout_ms(const struct endpoint *e)
{
	uint64_t now = util_now_us(), deadline = usb_board_deadline(&e->board);

	if (e->since_us && now + RETRY_US < deadline)
		deadline = now + RETRY_US;
	if (deadline == UINT64_MAX)
		return -1;
	return deadline <= now ? 0 : (int)((deadline - now + 999) / 1000);
}

static void wait_and_handle(struct endpoint *e)
{
	struct pollfd fds[POLL_COUNT] = {
		[POLL_LINK] = { .fd = LINK_FD, .events = POLLIN },
		[POLL_USB] = { .fd = e->usb },
		[POLL_LISTEN] = { .fd = e->usb < 0 ? e->listener : -1,
				  .events = POLLIN },
	};
	const uint8_t *tx;

	if (usb_board_waits(&e->board))
		fds[POLL_LINK].events |= POLLOUT;
	/* what was not taken of the last read comes first */
	if (!e->rx_len || e->importing)
		fds[POLL_USB].events |= POLLIN;
	if (usb_stream_tx(&e->board.stream, &tx))
		fds[POLL_USB].events |= POLLOUT;
	if (poll(fds, POLL_COUNT, timeout_ms(e)) < 0)
		return;
	if (fds[POLL_USB].revents & (POLLIN | POLLHUP | POLLERR))
		read_usb(e);
	if (fds[POLL_LINK].revents & (POLLIN | POLLHUP | POLLERR))
		read_link(e);
	if (fds[POLL_LISTEN].revents)
		accept_tool(e);
	if (e->since_us)
		try_attach(e);
	usb_board_run(&e->board, util_now_us());
	if (e->usb < 0)
		return;
	flush(e);
	if (e->rx_len)
		feed(e);
}

static int open_listener(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1, err;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind(fd, (struct sockaddr *)&at, sizeof(at)) && !listen(fd, 4))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static _Noreturn void run(int vhci_port, int listener)
{
	struct endpoint *e = calloc(1, sizeof(*e));

	if (!e)
		_exit(EXIT_FAILURE);
	e->vhci_port = vhci_port;
	e->listener = listener;
	e->usb = -1;
	usb_board_init(&e->board, send_to_world, e);
	while (!e->over)
		wait_and_handle(e);
	_exit(EXIT_SUCCESS);
}

/* Leave nothing open but stderr, the link and the listener, if there is one. */
static int keep_only(int link, int listener)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int last = listener < 0 ? LINK_FD : LISTENER_FD;

	/* out of the way of the numbers that they get */
	link = fcntl(link, F_DUPFD_CLOEXEC, LISTENER_FD + 1);
	if (listener >= 0)
		listener = fcntl(listener, F_DUPFD_CLOEXEC, LISTENER_FD + 1);
	if (null < 0 || link < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(link, LINK_FD) < 0 ||
	    (last == LISTENER_FD && dup2(listener, LISTENER_FD) < 0))
		return -errno;
	util_close_from(last + 1);
	return 0;
}

static int start(int link, int vhci_port, int listener, pid_t *pid)
{
	*pid = fork();
	if (*pid < 0)
		return -errno;
	if (*pid)
		return 0;
	if (keep_only(link, listener))
		_exit(EXIT_FAILURE);
	run(vhci_port, listener < 0 ? -1 : LISTENER_FD);
}

int usb_endpoint_start(const struct usb_endpoint_cfg *cfg, int *link,
		       pid_t *pid)
{
	int listener = cfg->tcp_port ? open_listener(cfg->tcp_port) : -1;
	int pair[2], size = LINK_BUFFER, err;

	if (cfg->tcp_port && listener < 0)
		return listener;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		err = -errno;
	} else {
		/* a bus that is stuck is to be felt soon */
		setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		err = start(pair[1], cfg->vhci_port, listener, pid);
		close(pair[1]);
		if (err)
			close(pair[0]);
		else
			*link = pair[0];
	}
	if (listener >= 0)
		close(listener);
	return err;
}
