// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Not <termios.h>: it has no arbitrary rates, and its struct is another one. */
#include "io/tty.h"

#include <asm/ioctls.h> /* which musl's <sys/ioctl.h> lacks */
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/holder.h"

struct kcan_tty {
	int fd;
	bool exclusive; /* by us */
	bool changed;	/* @before is to be put back */
	struct termios2 before;
};

static int ask(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? -errno : 0;
}

/* Opening for good only what is a terminal: the rest may react to it. */
static int open_port(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* First nobody else may come, then look who was there before. */
static int take_port(struct kcan_tty *tty, const char *path,
		     struct kcan_tty_holder *holder)
{
	int taken = 0;
	int err = ask(tty->fd, TCGETS2, &tty->before);

	if (!err)
		err = ask(tty->fd, TIOCGEXCL, &taken);
	if (!err && !taken)
		err = ask(tty->fd, TIOCEXCL, NULL);
	tty->exclusive = !err && !taken;
	if (!err && (io_holder_find(holder, path) || taken))
		err = -EBUSY;
	return err;
}

int kcan_tty_open(struct kcan_tty **out, const char *path,
		  struct kcan_tty_holder *holder)
{
	struct kcan_tty *tty = calloc(1, sizeof(*tty));
	int err;

	*holder = (struct kcan_tty_holder){ 0 };
	if (!tty)
		return -ENOMEM;
	tty->fd = open_port(path);
	err = tty->fd < 0 ? tty->fd : take_port(tty, path, holder);
	if (!err) {
		*out = tty;
		return 0;
	}
	/* another program has made it exclusive */
	if (tty->fd == -EBUSY)
		io_holder_find(holder, path);
	kcan_tty_close(tty);
	return err;
}

void kcan_tty_close(struct kcan_tty *tty)
{
	if (!tty)
		return;
	if (tty->changed)
		ask(tty->fd, TCSETS2, &tty->before);
	/* it would outlive us where others keep the port open */
	if (tty->exclusive)
		ask(tty->fd, TIOCNXCL, NULL);
	if (tty->fd >= 0)
		close(tty->fd);
	free(tty);
}

int kcan_tty_fd(const struct kcan_tty *tty)
{
	return tty->fd;
}

static bool is_near(uint32_t got, uint32_t want)
{
	uint32_t off = got > want ? got - want : want - got;

	return off <= want / 100 * 3;
}

int kcan_tty_speed(struct kcan_tty *tty, uint32_t rate_bps)
{
	struct termios2 raw = {
		.c_cflag = CS8 | CREAD | CLOCAL | BOTHER,
		/* nothing there is EAGAIN then, and 0 a port that hung up */
		.c_cc = { [VMIN] = 1 },
		.c_ispeed = rate_bps,
		.c_ospeed = rate_bps,
	};
	int err;

	/* drop DTR at the last close where that was so before */
	raw.c_cflag |= tty->before.c_cflag & HUPCL;
	err = ask(tty->fd, TCSETS2, &raw);
	tty->changed = true;
	if (!err)
		err = ask(tty->fd, TCGETS2, &raw);
	if (!err)
		err = ask(tty->fd, TCFLSH, (void *)TCIFLUSH);
	if (!err && !is_near(raw.c_ospeed, rate_bps))
		err = -ERANGE;
	return err;
}

int kcan_tty_dtr(struct kcan_tty *tty, bool on)
{
	int lines = TIOCM_DTR;

	return ask(tty->fd, on ? TIOCMBIS : TIOCMBIC, &lines);
}

ssize_t kcan_tty_send(struct kcan_tty *tty, const void *bytes, size_t len)
{
	ssize_t n = write(tty->fd, bytes, len);

	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

int kcan_tty_write(struct kcan_tty *tty, const void *bytes, size_t len)
{
	ssize_t n = kcan_tty_send(tty, bytes, len);

	if (n < 0)
		return (int)n;
	return (size_t)n == len ? 0 : -EAGAIN;
}

int kcan_tty_ask(struct kcan_tty *tty, const void *bytes, size_t len)
{
	int err = ask(tty->fd, TCFLSH, (void *)TCIFLUSH);

	return err ? err : kcan_tty_write(tty, bytes, len);
}

int kcan_tty_queued(const struct kcan_tty *tty)
{
	int len = 0;
	int err = ask(tty->fd, TIOCOUTQ, &len);

	return err ? err : len;
}

void kcan_tty_unwrite(struct kcan_tty *tty)
{
	ask(tty->fd, TCFLSH, (void *)TCOFLUSH);
}

ssize_t kcan_tty_read(struct kcan_tty *tty, void *buf, size_t size)
{
	ssize_t n = read(tty->fd, buf, size);

	if (n > 0)
		return n;
	if (!n)
		return -EIO;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* Not getgrgid(): a device's group is a local one, and is read without modules. */
static void read_group(char *out, size_t size, gid_t gid)
{
	FILE *groups = fopen("/etc/group", "re");
	const struct group *group = NULL;

	while (groups && (group = fgetgrent(groups)) && group->gr_gid != gid)
		continue;
	if (group)
		snprintf(out, size, "%s", group->gr_name);
	if (groups)
		fclose(groups);
}

int kcan_tty_group(char *out, size_t size, const char *path)
{
	struct stat st;

	*out = '\0';
	if (stat(path, &st))
		return -errno;
	if ((st.st_mode & 060) == 060 && st.st_gid)
		read_group(out, size, st.st_gid);
	return 0;
}
