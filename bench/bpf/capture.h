/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the sink keeps of the frames of a self-test. Compiled for BPF too. */
#pragma once

#include <linux/types.h>

#define OB_FRAME_LEN	  60  /* the smallest Ethernet frame, without FCS */
#define OB_CAPTURE_FRAMES 256 /* length of a self-test */

struct ob_capture {
	__u32 len; /* of the frame as received; 0: could not be read */
	__u8 bytes[OB_FRAME_LEN];
};
