/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_CLIENT_H
#define CANMCU_CTL_CLIENT_H

/**
 * ctl_client_main() - the program "canmcu ctl"
 * @argv: "ctl", options, and a command; without one, they come from stdin
 *
 * Replies and events go to stdout as they come, troubles to stderr.
 *
 * Return: the exit status: 0 when all commands were answered with success, 1
 * when one was not, 2 for wrong usage.
 */
int ctl_client_main(int argc, char **argv);

#endif
