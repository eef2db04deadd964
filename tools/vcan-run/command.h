/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_COMMAND_H
#define VCAN_RUN_COMMAND_H

/** Become the command. Return: only when that failed: 126 or 127, said. */
int command_exec(char **argv);

#endif
