/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_TTY_H
#define IO_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct kcan_tty - a serial port that is ours alone
 *
 * Raw bytes, 8 bits, no parity, 1 stop bit, no flow control. What its settings
 * were is put back at the end. Not thread safe.
 */
struct kcan_tty;

/** Who has a serial port open. */
struct kcan_tty_holder {
	pid_t pid;
	char name[32]; /* of the program, any bytes */
};

/**
 * kcan_tty_open() - open a serial port, and keep others away from it
 * @out:    set on success only; release with kcan_tty_close()
 * @holder: set with -EBUSY; its pid is 0 when that program cannot be seen, as
 *          without root those of other users
 *
 * The settings are left as they are until kcan_tty_speed(). Opening raises DTR
 * and RTS, as the kernel does it.
 *
 * Return: 0; -EBUSY when another program has it open; -ENOTTY when @path is no
 * serial port; another errno of open(2), as -ENOENT and -EACCES; -ENOMEM.
 */
int kcan_tty_open(struct kcan_tty **out, const char *path,
		  struct kcan_tty_holder *holder);

/** Put the settings back, as far as the port still exists; NULL is allowed. */
void kcan_tty_close(struct kcan_tty *tty);

/** For poll(2); reading and writing do not block. */
int kcan_tty_fd(const struct kcan_tty *tty);

/**
 * kcan_tty_speed() - set any rate, and with it all that this header promises
 *
 * What came at another rate and was not read yet is dropped.
 *
 * Return: 0, -ERANGE when the port has no rate within 3 % of it, or a negative
 * errno: -EIO or -ENODEV when the port has gone.
 */
int kcan_tty_speed(struct kcan_tty *tty, uint32_t rate_bps);

/** Return: 0, or a negative errno, as of kcan_tty_speed(). */
int kcan_tty_dtr(struct kcan_tty *tty, bool on);

/**
 * kcan_tty_write() - all bytes in one write
 *
 * Return: 0, -EAGAIN when the port does not take all of them, or a negative
 * errno, as of kcan_tty_speed().
 */
int kcan_tty_write(struct kcan_tty *tty, const void *bytes, size_t len);

/**
 * kcan_tty_send() - as many bytes as the port takes now, in one write
 *
 * Return: how many, or a negative errno, as of kcan_tty_speed().
 */
ssize_t kcan_tty_send(struct kcan_tty *tty, const void *bytes, size_t len);

/**
 * kcan_tty_ask() - all bytes of a question: what came before is no answer to it
 *
 * What has arrived and was not read is dropped, wherever the kernel has it. What
 * an adapter still keeps comes later.
 */
int kcan_tty_ask(struct kcan_tty *tty, const void *bytes, size_t len);

/**
 * kcan_tty_queued() - what was written and has not left the kernel yet
 *
 * Return: how many bytes, those in the chip or adapter not counted, or a
 * negative errno, as of kcan_tty_speed().
 */
int kcan_tty_queued(const struct kcan_tty *tty);

/** Drop that, so that it does not leave later, nor the end wait for it. */
void kcan_tty_unwrite(struct kcan_tty *tty);

/**
 * kcan_tty_read() - what is there
 *
 * Return: how many bytes, 0 when there are none, or a negative errno; -EIO when
 * the port has gone.
 */
ssize_t kcan_tty_read(struct kcan_tty *tty, void *buf, size_t size);

/**
 * kcan_tty_group() - whose members may open the device
 * @out: name of the group; "" when the group may not open it, or has no name
 *
 * Return: 0 or a negative errno of stat(2).
 */
int kcan_tty_group(char *out, size_t size, const char *path);

#endif
