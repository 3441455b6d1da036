// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/lots.h"

#include "analytics/statistics/draws.h"

enum { DAY_S = 86400, HOUR_S = 3600 };
static const int64_t SECOND_US = 1000000;

// Answers by hour of the day, of 100: little at night, most at the end of the afternoon.
static const int by_hour[24] = {1, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 7,
                                6, 5, 6, 7, 8, 9, 7, 5, 4, 3, 1, 1};

static uint64_t big_endian(const uint8_t bytes[8])
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | bytes[i];
    return word;
}

uint64_t lot_of(const struct uuid *id, enum lot lot)
{
    uint64_t state = big_endian(id->bytes);
    state = splitmix64_next(&state) ^ big_endian(id->bytes + 8);
    state = splitmix64_next(&state) + (uint64_t)lot;
    return splitmix64_next(&state);
}

double lot_uniform(const struct uuid *id, enum lot lot)
{
    return (double)(lot_of(id, lot) >> 11) * 0x1p-53;
}

static int64_t hour_of(const struct uuid *id)
{
    int left = (int)(lot_uniform(id, LOT_HOUR) * 100);
    int hour = 0;
    while (hour < 23 && left >= by_hour[hour])
        left -= by_hour[hour++];
    return hour;
}

int64_t lot_moment(const struct uuid *id, int64_t start_us, int64_t end_us)
{
    int64_t days = (end_us - start_us) / SECOND_US / DAY_S;
    int64_t day = (int64_t)(lot_uniform(id, LOT_DAY) * (double)days);
    int64_t second = (int64_t)(lot_uniform(id, LOT_SECOND) * HOUR_S);
    return start_us + (day * DAY_S + hour_of(id) * HOUR_S + second) * SECOND_US;
}
