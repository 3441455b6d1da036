// Identifiers of submissions: UUID version 4 or 7 (RFC 9562), made by the client or, failing that,
// here from the kernel's random bytes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uuid {
    uint8_t bytes[16];
};

enum { UUID_TEXT_SIZE = 37 }; // 36 characters and a NUL

// Accepts the 36-character form, either case, versions 4 and 7 of the RFC 9562 variant only.
bool uuid_parse(const char *text, size_t size, struct uuid *uuid);
void uuid_write(const struct uuid *uuid, char text[UUID_TEXT_SIZE]); // lower case

// Version 7: the time in milliseconds, then 74 random bits. Ids made one after the other lie side
// by side in an index. Not for a program that forks: both would go on with the same random bytes.
struct uuid uuid_make(void);
// Version 4 of 16 random bytes: for generators that bring their own.
struct uuid uuid_from_random(const uint8_t bytes[16]);
