// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

Test(calendar, reads_months)
{
    static const struct {
        const char *text;
        int year, number; // 0: refused
    } rows[] = {
        {"2026-10", 2026, 10},
        {"1970-01", 1970, 1},
        {"9999-12", 9999, 12},
        {"2026-00", 0, 0},
        {"2026-13", 0, 0},
        {"1969-12", 0, 0},
        {"2026-1", 0, 0},
        {"2026-010", 0, 0},
        {"2026/10", 0, 0},
        {"2026-10-01", 0, 0},
        {" 2026-10", 0, 0},
        {"2026-10 ", 0, 0},
        {"", 0, 0},
        {"-026-10", 0, 0},
        {"+026-10", 0, 0},
        {"10000-01", 0, 0},
        {"2026", 0, 0},
        {"2026-", 0, 0},
        {"0000-01", 0, 0},
        {"2026-+1", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct month month;
        bool read = month_parse(rows[i].text, &month);
        cr_assert_eq(read, rows[i].year != 0, "\"%s\"", rows[i].text);
        if (read)
            cr_assert(month.year == rows[i].year && month.number == rows[i].number, "\"%s\"",
                      rows[i].text);
    }
}

Test(calendar, writes_months_as_they_are_read)
{
    for (int year = 1970; year <= 9999; year += 401) {
        for (int number = 1; number <= 12; number++) {
            char text[MONTH_TEXT_SIZE];
            struct month again;
            month_write((struct month){year, number}, text);
            cr_assert_eq(strlen(text), 7, "%s", text);
            cr_assert(month_parse(text, &again) && again.year == year && again.number == number,
                      "%s", text);
        }
    }
}

Test(calendar, adds_months_over_years)
{
    static const struct {
        struct month from;
        int months;
        struct month to;
    } rows[] = {
        {{2026, 10}, 0, {2026, 10}},   {{2026, 10}, 2, {2026, 12}},   {{2026, 12}, 1, {2027, 1}},
        {{2026, 1}, -1, {2025, 12}},   {{2026, 1}, -13, {2024, 12}},  {{2026, 6}, 1200, {2126, 6}},
        {{2000, 12}, -12, {1999, 12}}, {{2026, 10}, -22, {2024, 12}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct month got = month_add(rows[i].from, rows[i].months);
        cr_assert_eq(month_compare(got, rows[i].to), 0, "row %zu: %d-%d", i, got.year, got.number);
        cr_assert(got.number >= 1 && got.number <= 12, "row %zu", i);
    }
}

Test(calendar, compares_months)
{
    cr_assert_lt(month_compare((struct month){2025, 12}, (struct month){2026, 1}), 0);
    cr_assert_gt(month_compare((struct month){2026, 2}, (struct month){2026, 1}), 0);
    cr_assert_eq(month_compare((struct month){2026, 2}, (struct month){2026, 2}), 0);
}

// glibc's timegm() is the oracle, over leap years, centuries and before the epoch.
Test(calendar, counts_days_as_the_c_library_does)
{
    for (int year = 1583; year <= 2400; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 28; day += 27) {
                struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
                time_t seconds = timegm(&parts);
                cr_assert_eq((time_t)calendar_days(year, month, day) * 86400, seconds, "%d-%d-%d",
                             year, month, day);
            }
        }
    }
}

Test(calendar, reads_real_days_only)
{
    static const struct {
        const char *text;
        int32_t day;
        bool good;
    } rows[] = {
        {"1970-01-01", 0, true},     {"1970-01-02", 1, true},     {"1969-12-31", -1, true},
        {"2000-02-29", 11016, true}, {"2024-02-29", 19782, true}, {"2026-11-01", 20758, true},
        {"2026-02-29", 0, false},    {"2100-02-29", 0, false},    {"2026-04-31", 0, false},
        {"2026-00-10", 0, false},    {"2026-13-10", 0, false},    {"2026-01-00", 0, false},
        {"2026-01-32", 0, false},    {"2026-1-01", 0, false},     {"2026-01-1", 0, false},
        {"2026-01-01T", 0, false},   {"20260101", 0, false},      {"", 0, false},
        {"2026-01-0a", 0, false},    {" 2026-01-1", 0, false},    {"2026-01--1", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t day = -999;
        cr_assert_eq(calendar_day_parse(rows[i].text, &day), rows[i].good, "\"%s\"", rows[i].text);
        if (rows[i].good)
            cr_assert_eq(day, rows[i].day, "\"%s\": %d", rows[i].text, day);
    }
}

Test(calendar, reads_instants_with_their_zone)
{
    static const struct {
        const char *text, *utc; // NULL: refused
    } rows[] = {
        {"2026-10-05T09:30:00.25+04:00", "2026-10-05T05:30:00.250000Z"},
        {"2026-10-05T05:30:00Z", "2026-10-05T05:30:00.000000Z"},
        {"2026-10-05t05:30:00z", "2026-10-05T05:30:00.000000Z"},
        {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000000Z"},
        {"2027-01-01T00:30:00+04:00", "2026-12-31T20:30:00.000000Z"},
        {"2024-02-29T12:00:00.123456Z", "2024-02-29T12:00:00.123456Z"},
        {"2024-02-29T12:00:00.1234569Z", "2024-02-29T12:00:00.123456Z"},
        {"2024-02-29T12:00:00.000000999999Z", "2024-02-29T12:00:00.000000Z"},
        {"2024-02-29T12:00:00-00:00", "2024-02-29T12:00:00.000000Z"},
        {"2024-06-01T12:00:00+05:45", "2024-06-01T06:15:00.000000Z"},
        {"2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999Z"},
        {"2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000000Z"},
        {"1999-12-31T23:59:59Z", NULL},
        {"2200-01-01T00:00:00Z", NULL},
        {"2026-10-05T09:30:00", NULL},
        {"2026-10-05 09:30:00Z", NULL},
        {"2026-10-05T09:30Z", NULL},
        {"2026-10-05T24:00:00Z", NULL},
        {"2026-10-05T09:60:00Z", NULL},
        {"2026-10-05T09:30:61Z", NULL},
        {"2026-02-30T09:30:00Z", NULL},
        {"2026-10-05T09:30:00.Z", NULL},
        {"2026-10-05T09:30:00,25Z", NULL},
        {"2026-10-05T09:30:00+0400", NULL},
        {"2026-10-05T09:30:00+04", NULL},
        {"2026-10-05T09:30:00+24:00", NULL},
        {"2026-10-05T09:30:00+04:60", NULL},
        {"2026-10-05T09:30:00ZZ", NULL},
        {"2026-10-05T09:30:00Z ", NULL},
        {"2026-10-05", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t at_us = 0;
        bool read = instant_parse(rows[i].text, strlen(rows[i].text), &at_us);
        cr_assert_eq(read, rows[i].utc != NULL, "\"%s\"", rows[i].text);
        if (read) {
            char text[INSTANT_TEXT_SIZE];
            instant_write(at_us, text);
            cr_assert_str_eq(text, rows[i].utc, "\"%s\" -> %s", rows[i].text, text);
        }
    }
}

Test(calendar, reads_no_further_than_the_size)
{
    int64_t at_us;
    cr_assert(instant_parse("2026-10-05T05:30:00Z\",", 20, &at_us));
    cr_assert_eq(at_us, INT64_C(1791178200000000));
    for (size_t size = 0; size < 20; size++)
        cr_assert_not(instant_parse("2026-10-05T05:30:00Z", size, &at_us), "%zu", size);
    cr_assert_not(instant_parse("2026-10-05T05:30:00\0Z", 21, &at_us));
}

Test(calendar, survives_a_fraction_without_end)
{
    char text[1024];
    int64_t at_us;
    memset(text, '9', sizeof text);
    memcpy(text, "2026-10-05T05:30:00.", 20);
    text[sizeof text - 1] = 'Z';
    if (instant_parse(text, sizeof text, &at_us))
        cr_assert_eq(at_us, INT64_C(1791178200999999));
}

Test(calendar, writes_instants_before_the_epoch)
{
    char text[INSTANT_TEXT_SIZE];
    instant_write(-1, text);
    cr_assert_str_eq(text, "1969-12-31T23:59:59.999999Z");
    instant_write(0, text);
    cr_assert_str_eq(text, "1970-01-01T00:00:00.000000Z");
}

// time() reads a coarser clock, which may still be in the second before.
static int64_t kernel_now(void)
{
    struct timespec now;
    cr_assert_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

Test(calendar, tells_the_time_in_microseconds)
{
    int64_t before = kernel_now();
    int64_t now_us = instant_now();
    int64_t after = kernel_now();
    cr_assert(before <= now_us && now_us <= after);
}
