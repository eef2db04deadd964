// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_AGENT_H
#define VCAN_RUN_AGENT_H

/**
 * agent_run() - the guest's side of the line: run one command
 * @line: the serial line in raw mode
 *
 * Return: when the command's status was reported or the line is gone; either
 * way nothing is left to do but to power off.
 */
void agent_run(int line);

#endif
