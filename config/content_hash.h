// The hash of a submission's content as text: how tables, endpoints and commands tell it to each
// other.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/submission.h"

#include <stdbool.h>

enum { CONTENT_HASH_TEXT_SIZE = 2 * HASH_BYTES + 1 }; // hexadecimal and a NUL

void content_hash_write(const uint8_t hash[HASH_BYTES], char text[CONTENT_HASH_TEXT_SIZE]);
// Lower case only, as content_hash_write() and PostgreSQL write it. False when it is no hash.
bool content_hash_read(const char *text, uint8_t hash[HASH_BYTES]);
