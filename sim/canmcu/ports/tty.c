// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "tty.h"

/* not <termios.h>: it has no speed that is any number */
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "names.h"

/* Written like this by nobody else: so a link is known to be of ours. */
#define TARGET "/dev/pts/./"
#define OTHER_MAX (sizeof(TARGET) + 12)

static int refuse_(int err, char *sentence, size_t size, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));
static int refuse_(int err, char *sentence, size_t size, const char *format,
		   ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, size, format, args);
	va_end(args);
	return -err;
}

/* -errno, and why. */
#define refuse(err, ...) refuse_((err), sentence, size, __VA_ARGS__)

/* About the other end, where its user is, as all settings of a pty are. */
static int set_up(int fd, uint32_t baud)
{
	struct termios2 how = { .c_cflag = BOTHER | CS8 | CREAD | CLOCAL,
				.c_ispeed = baud,
				.c_ospeed = baud };

	how.c_cc[VMIN] = 1;
	return ioctl(fd, TCSETS2, &how) ? -errno : 0;
}

uint32_t tty_speed(const struct tty *t)
{
	struct termios2 how;

	return ioctl(t->fd, TCGETS2, &how) ? 0 : how.c_ospeed;
}

/*
 * The kernel ends it with the process, however that ends. Two names that are
 * cut to the same one are taken for the same link, which does no harm.
 */
static int lock_link(struct tty *t, const char *link, char *sentence,
		     size_t size)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *slash = strrchr(link, '/');
	char folder[PATH_MAX];
	struct stat st;

	snprintf(folder, sizeof(folder), "%.*s", (int)(slash + 1 - link), link);
	if (stat(folder, &st))
		return refuse(errno,
			      "cannot make '%s' (%s): give a path in a folder "
			      "that is there",
			      link, strerror(errno));
	snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1,
		 "canmcu/pty/%llx/%llx/%s", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino, slash + 1);
	t->lock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (t->lock >= 0 &&
	    !bind(t->lock, (struct sockaddr *)&name, sizeof(name)))
		return 0;
	if (errno == EADDRINUSE)
		return refuse(errno,
			      "'%s' is the line of another canmcu that runs: "
			      "give another path, or stop that one",
			      link);
	return refuse(errno, "cannot lock '%s' (%s): is 'ulimit -n' reached?",
		      link, strerror(errno));
}

static bool is_ours(const char *link)
{
	char target[sizeof(TARGET)];
	ssize_t len = readlink(link, target, sizeof(target));

	return len > (ssize_t)strlen(TARGET) &&
	       !memcmp(target, TARGET, strlen(TARGET));
}

/* The name of the end that is for the user. */
static void other_end(const struct tty *t, char out[static OTHER_MAX])
{
	snprintf(out, OTHER_MAX, TARGET "%u", t->number);
}

static int make_link(struct tty *t, const char *link, char *sentence,
		     size_t size)
{
	char target[OTHER_MAX];

	other_end(t, target);
	if (is_ours(link))
		unlink(link);
	if (!symlink(target, link)) {
		t->link = link;
		return 0;
	}
	if (errno == EEXIST)
		return refuse(EEXIST,
			      "'%s' exists already, and is not a line of "
			      "canmcu: give another path, or remove it",
			      link);
	return refuse(errno,
		      "cannot make '%s' (%s): give a path in a folder that you "
		      "may write to",
		      link, strerror(errno));
}

static int make_pty(struct tty *t, uint32_t baud)
{
	char other[OTHER_MAX];

	t->fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0 || grantpt(t->fd) || unlockpt(t->fd) ||
	    ioctl(t->fd, TIOCGPTN, &t->number))
		return -errno;
	other_end(t, other);
	if (chmod(other, 0600))
		return -errno;
	/* the kernel knows that it is closed once it was open */
	tty_forget_sent(t);
	return set_up(t->fd, baud);
}

static int open_pty(struct tty *t, const char *link, uint32_t baud,
		    char *sentence, size_t size)
{
	int err = make_pty(t, baud);

	if (err)
		return refuse(-err,
			      "cannot make a pty for '%s' (%s): is /dev/pts "
			      "mounted, and is 'ulimit -n' high enough?",
			      link, strerror(-err));
	err = lock_link(t, link, sentence, size);
	return err ? err : make_link(t, link, sentence, size);
}

static int refuse_port(const char *path, int err,
		       const struct kcan_tty_holder *holder, char *sentence,
		       size_t size)
{
	if (err == -EBUSY && holder->pid)
		return refuse(EBUSY,
			      "'%s' is in use by process %d: stop that one, or "
			      "give another line",
			      path, (int)holder->pid);
	return refuse(-err,
		      "cannot use '%s' (%s): give a tty that is not in use and "
		      "that you may open, or pty:/PATH to make one",
		      path, strerror(-err));
}

static int open_port(struct tty *t, const char *path, uint32_t baud,
		     char *sentence, size_t size)
{
	struct kcan_tty_holder holder;
	int err = kcan_tty_open(&t->port, path, &holder);

	if (err)
		return refuse_port(path, err, &holder, sentence, size);
	t->fd = kcan_tty_fd(t->port);
	err = kcan_tty_speed(t->port, baud);
	if (err)
		return refuse(-err,
			      "'%s' cannot be set to %u baud (%s): give a "
			      "speed that it has",
			      path, baud, strerror(-err));
	return 0;
}

int tty_open(struct tty *t, const char *line, uint32_t baud, char *sentence,
	     size_t size)
{
	*t = (struct tty){ .fd = -1, .lock = -1 };
	if (strncmp(line, PORT_NAME_PTY, strlen(PORT_NAME_PTY)) != 0)
		return open_port(t, line, baud, sentence, size);
	return open_pty(t, line + strlen(PORT_NAME_PTY), baud, sentence, size);
}

void tty_close(struct tty *t)
{
	char target[OTHER_MAX], found[sizeof(target)] = "";

	other_end(t, target);
	if (t->link && readlink(t->link, found, sizeof(found) - 1) > 0 &&
	    !strcmp(found, target))
		unlink(t->link);
	kcan_tty_close(t->port);
	if (tty_is_pty(t) && t->fd >= 0)
		close(t->fd);
	if (t->lock >= 0)
		close(t->lock);
	*t = (struct tty){ .fd = -1, .lock = -1 };
}

bool tty_alone(const struct tty *t)
{
	struct pollfd p = { .fd = t->fd };

	return tty_is_pty(t) && poll(&p, 1, 0) == 1 && p.revents & POLLHUP;
}

void tty_forget_sent(struct tty *t)
{
	char other[OTHER_MAX];
	int fd;

	other_end(t, other);
	fd = open(other, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	ioctl(fd, TCFLSH, TCIFLUSH);
	close(fd);
}
