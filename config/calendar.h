// Months and instants as text.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct month {
    int year;   // 1970 to 9999
    int number; // 1 to 12
};

enum { MONTH_TEXT_SIZE = 11, INSTANT_TEXT_SIZE = 80 };

bool month_parse(const char *text, struct month *month);          // "2026-10"
void month_write(struct month month, char text[MONTH_TEXT_SIZE]); // "2026-10"
struct month month_add(struct month month, int months);
int month_compare(struct month a, struct month b);

int32_t calendar_days(int year, int month, int day);     // since 1970-01-01, proleptic Gregorian
bool calendar_day_parse(const char *text, int32_t *day); // "2026-11-01", a real day

// RFC 3339 with a zone: "2026-10-05T09:30:00.25+04:00", "…Z". Years 2000 to 2199.
bool instant_parse(const char *text, size_t size, int64_t *at_us);
void instant_write(int64_t at_us, char text[INSTANT_TEXT_SIZE]); // "2026-10-05T05:30:00.250000Z"
int64_t instant_now(void); // microseconds since 1970-01-01 UTC
