// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/op.c sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c
// needs: sim/canmcu/usb/device.c sim/canmcu/usb/cdc.c
/* Anything from the network: it is refused, or answered within its limits. */
#include <stdlib.h>

#include "../../sim/canmcu/usb/cdc.h"
#include "../../sim/canmcu/usb/op.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct usbip_op op = { 0 };
	struct usb_device device;
	struct usbip_export what = { "/sys/x", "1-1", 1, 2, 2, &device };
	int n = 1;

	usb_device_init(&device, &cdc_klipper_personality, NULL,
			&(struct usb_identity){ 0 });
	for (size_t step = 1; size && n > 0; data += n, size -= (size_t)n) {
		step = step % 7 + 1;
		n = usbip_op_feed(&op, &what, data, step < size ? step : size);
		if (n > (int)step || op.answer_len > sizeof(op.answer))
			abort();
	}
	if ((op.state == USBIP_OP_ASKING) != !op.answer_len)
		abort();
	return 0;
}
