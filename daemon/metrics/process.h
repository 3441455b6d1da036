// What the kernel says of this process.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

struct process_figures {
    int64_t resident_bytes;    // 0: unknown
    int64_t descriptors;       // open ones; 0: unknown
    int64_t descriptors_limit; // of RLIMIT_NOFILE, now
    double cpu_seconds;        // user and system
};

void process_read(struct process_figures *figures);
