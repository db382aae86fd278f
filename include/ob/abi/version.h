/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The version of everything in include/ob/abi. It is part of the pin path,
 * /sys/fs/bpf/ovn-builder/<version>/, because libbpf's reuse check compares
 * sizes and types of a pinned map but not the layout of its fields: a program
 * must never meet a map of another version. Raise it with every change of a
 * struct or of the meaning of a field.
 */
#pragma once

#define OB_ABI_VERSION "v2"
#define OB_PIN_ROOT    "/sys/fs/bpf/ovn-builder"
