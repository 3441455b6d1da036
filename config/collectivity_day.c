// Which day it is where the collectivity is. The C library reads the tz database only for the zone
// in the environment variable TZ, so TZ is switched, the day read, and TZ put back before anything
// else can run: every program here has one thread and no signal handler that reads the time, and
// everything else in it reckons in UTC. A switch reads a file (some 20 microseconds): what was
// found is remembered for the quarter of an hour, in which no day begins that did not begin with
// it.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "config/collectivity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { US_A_SECOND = 1000000, QUARTER_S = 900, ZONE_BYTES = 64, REMEMBERED = 8 };

struct remembered {
    char zone[ZONE_BYTES];
    int64_t quarter;
    int32_t day;
};

static void switch_zone(const char *zone)
{
    if (zone != NULL)
        (void)setenv("TZ", zone, 1);
    else
        (void)unsetenv("TZ");
    tzset();
}

static int32_t day_at(int64_t at_s)
{
    struct tm parts = {0};
    time_t at = (time_t)at_s;
    (void)localtime_r(&at, &parts);
    return calendar_days(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

// *steady: the day is the same from the quarter's first second to its last.
static int32_t read_day(const char *zone, int64_t at_s, int64_t quarter, bool *steady)
{
    const char *environment = getenv("TZ");
    char *before = memory_copy_text(environment); // setenv() frees what getenv() gave
    switch_zone(zone);
    int32_t day = day_at(at_s);
    *steady = day_at(quarter * QUARTER_S) == day && day_at((quarter + 1) * QUARTER_S - 1) == day;
    switch_zone(before);
    free(before);
    return day;
}

static int64_t divide_down(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

int32_t collectivity_day(const struct collectivity *collectivity, int64_t at_us)
{
    static struct remembered days[REMEMBERED];
    static size_t next;
    const char *zone = collectivity->time_zone;
    int64_t at_s = divide_down(at_us, US_A_SECOND);
    int64_t quarter = divide_down(at_s, QUARTER_S);
    for (size_t i = 0; i < REMEMBERED; i++)
        if (days[i].quarter == quarter && strcmp(days[i].zone, zone) == 0)
            return days[i].day;

    bool steady;
    int32_t day = read_day(zone, at_s, quarter, &steady);
    if (steady && strlen(zone) < ZONE_BYTES) {
        (void)snprintf(days[next].zone, ZONE_BYTES, "%s", zone);
        days[next].quarter = quarter;
        days[next].day = day;
        next = (next + 1) % REMEMBERED;
    }
    return day;
}
