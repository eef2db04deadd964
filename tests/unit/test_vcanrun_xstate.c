// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/preload/xstate.c
#include "../support/unit.h"

#include <errno.h>
#include <linux/elf.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Intel SDM volume 1, 13.4: the layout of the XSAVE area */
#define XMM0 160
#define XSTATE_BV 512
#define AVX 576
#define BV_SSE 2
#define BV_AVX 4

struct bench {
	pid_t pid; /* stopped, and traced by us */
	struct iovec all;
	uint8_t regs[65536];
};

static long raw(const struct bench *b, int request, struct iovec *io)
{
	return syscall(SYS_ptrace, request, b->pid, NT_X86_XSTATE, io);
}

static void read_all(struct bench *b)
{
	b->all = (struct iovec){ b->regs, sizeof(b->regs) };
	assert_int_equal(raw(b, PTRACE_GETREGSET, &b->all), 0);
}

/* Return: whether this machine has registers behind those of SSE. */
static bool start(struct bench *b)
{
	int status;

	b->pid = fork();
	if (!b->pid) {
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(b->pid, &status, WUNTRACED), b->pid);
	b->all = (struct iovec){ b->regs, sizeof(b->regs) };
	return WIFSTOPPED(status) && !raw(b, PTRACE_GETREGSET, &b->all) &&
	       b->all.iov_len >= AVX + 256;
}

static void end(struct bench *b)
{
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
}

static void test_a_part_leaves_the_rest(void **state)
{
	struct bench b = { 0 };
	struct iovec part = { b.regs, AVX };

	(void)state;
	if (!start(&b)) {
		end(&b);
		skip();
	}
	b.regs[XSTATE_BV] |= BV_SSE | BV_AVX;
	memset(b.regs + XMM0, 0x11, 16);
	memset(b.regs + AVX, 0x22, 16);
	assert_int_equal(raw(&b, PTRACE_SETREGSET, &b.all), 0);

	memset(b.regs + XMM0, 0x33, 16);
	memset(b.regs + AVX, 0x44, 16);
	assert_int_equal(raw(&b, PTRACE_SETREGSET, &part), -1);
	assert_int_equal(
		ptrace(PTRACE_SETREGSET, b.pid, (void *)NT_X86_XSTATE, &part),
		0);
	read_all(&b);
	for (int i = 0; i < 16; i++) {
		assert_int_equal(b.regs[XMM0 + i], 0x33);
		assert_int_equal(b.regs[AVX + i], 0x22);
	}
	end(&b);
}

static void test_the_whole_is_set_as_it_is(void **state)
{
	struct bench b = { 0 };

	(void)state;
	if (!start(&b)) {
		end(&b);
		skip();
	}
	b.regs[XSTATE_BV] |= BV_AVX;
	memset(b.regs + AVX, 0x55, 16);
	assert_int_equal(
		ptrace(PTRACE_SETREGSET, b.pid, (void *)NT_X86_XSTATE, &b.all),
		0);
	memset(b.regs + AVX, 0, 16);
	read_all(&b);
	for (int i = 0; i < 16; i++)
		assert_int_equal(b.regs[AVX + i], 0x55);
	end(&b);
}

/* As libc's: the word itself, and errno tells -1 from a failure. */
static void test_what_is_peeked_is_returned(void **state)
{
	static const long word = -1;
	struct bench b = { 0 };

	(void)state;
	if (!start(&b)) {
		end(&b);
		skip();
	}
	errno = EINVAL;
	assert_int_equal(ptrace(PTRACE_PEEKDATA, b.pid, (void *)&word, NULL),
			 -1);
	assert_int_equal(errno, 0);
	assert_int_equal(ptrace(PTRACE_PEEKDATA, b.pid, NULL, NULL), -1);
	assert_int_equal(errno, EIO);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_part_leaves_the_rest),
		cmocka_unit_test(test_the_whole_is_set_as_it_is),
		cmocka_unit_test(test_what_is_peeked_is_returned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
