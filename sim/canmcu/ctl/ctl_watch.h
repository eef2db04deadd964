/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_WATCH_H
#define CANMCU_CTL_WATCH_H

/**
 * ctl_watch_main() - the command "canmcu ctl watch"
 * @path:  of the control socket
 * @words: "watch", and options; NULL at the end
 *
 * A table on a terminal, which is given back as it was; elsewhere a line for
 * each change, or with --json an object. Until a signal or the end of the
 * simulator.
 *
 * Return: the exit status.
 */
int ctl_watch_main(const char *path, char **words);

#endif
