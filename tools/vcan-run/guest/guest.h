/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_GUEST_H
#define VCAN_RUN_GUEST_H

/*
 * What the guest's kernel hands to its init, which is this very program; a
 * second argument names another machine than User-Mode Linux.
 */
#define GUEST_ARG "--guest-init"
#define GUEST_QEMU "qemu"

/**
 * guest_main() - be the guest's first process
 * @machine: NULL: User-Mode Linux
 *
 * Return: never; the guest powers off.
 */
int guest_main(const char *machine);

/* qemu.c: what is different with QEMU; see struct machine in guest.c */
int guest_qemu_enter(void);
int guest_qemu_open_line(void);
void guest_qemu_serve(void);
void guest_qemu_exit(int status);

#endif
