/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_AGENT_H
#define VCAN_RUN_AGENT_H

/**
 * agent_run() - the guest's side of the line: run one command
 * @line: to the host, raw
 *
 * Return: the last seven bits of the exit status that the host has confirmed,
 * or -1 when the line is gone or nothing was started; either way nothing is
 * left to do but to power off.
 */
int agent_run(int line);

#endif
