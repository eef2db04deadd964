// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "util/array.h"
#include "vm.h"

/*
 * Fits a kernel command line and LD_PRELOAD, leaves room for a socket's name, and
 * is there in the guest, whose kernel covers /dev before it starts its init.
 */
static int path_is_plain(const char *path)
{
	return path && path[0] == '/' && strlen(path) <= VM_DIR_LEN / 2 &&
	       strncmp(path, "/dev/", 5) != 0 &&
	       !strpbrk(path, " \t\n\"'\\,=:$");
}

static int link_program(const char *dir)
{
	char exe[PATH_MAX], init[VM_DIR_LEN + 8];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n < 0)
		return -1;
	exe[n] = '\0';
	snprintf(init, sizeof(init), "%s/init", dir);
	return symlink(exe, init);
}

int dirs_make(char dir[static VM_DIR_LEN], struct reason *reason)
{
	const char *candidates[] = { getenv("TMPDIR"), "/tmp", "/var/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (!path_is_plain(candidates[i]))
			continue;
		snprintf(dir, VM_DIR_LEN, "%s/vcan-run.XXXXXX", candidates[i]);
		if (mkdtemp(dir)) {
			if (!link_program(dir))
				return 0;
			dirs_remove(dir);
		}
	}
	dir[0] = '\0';
	return reason_set(reason,
			  "no directory for the guest can be made in TMPDIR, "
			  "/tmp or /var/tmp (%s); make one of them writable",
			  strerror(errno));
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void dirs_remove(const char *dir)
{
	if (dir[0])
		nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* UML maps its memory executable, which a noexec mount refuses. */
static int can_hold(const char *dir, unsigned int mib)
{
	char name[PATH_MAX];
	struct statvfs st;
	void *p = MAP_FAILED;
	int fd;

	if (!dir || dir[0] != '/' || statvfs(dir, &st) ||
	    (unsigned long long)st.f_bavail * st.f_frsize >> 20 < mib)
		return 0;
	if ((size_t)snprintf(name, sizeof(name), "%s/vcan-run.XXXXXX", dir) >=
	    sizeof(name))
		return 0;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return 0;
	unlink(name);
	if (!ftruncate(fd, 4096))
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return 0;
	munmap(p, 4096);
	return 1;
}

int dirs_find_memory(char dir[static PATH_MAX], unsigned int mib,
		     struct reason *reason)
{
	/* memory first: a guest whose memory is on a disk is a slow one */
	const char *candidates[] = {
		"/dev/shm",
		getenv("TMPDIR"),
		"/tmp",
		"/var/tmp",
	};

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (!can_hold(candidates[i], mib))
			continue;
		snprintf(dir, PATH_MAX, "%s", candidates[i]);
		return 0;
	}
	return reason_set(
		reason,
		"neither /dev/shm, TMPDIR, /tmp nor /var/tmp has "
		"%u MiB free and may hold programs; set TMPDIR to such "
		"a directory, or use a smaller --mem",
		mib);
}
