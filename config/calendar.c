// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { US_A_SECOND = 1000000, S_A_DAY = 86400 };

// Reads exactly `digits` digits at *at and moves on; -1 when they are not there.
static int read_digits(const char **at, const char *end, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (*at == end || **at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool read_char(const char **at, const char *end, char wanted)
{
    if (*at == end || **at != wanted)
        return false;
    (*at)++;
    return true;
}

bool month_parse(const char *text, struct month *month)
{
    const char *at = text;
    const char *end = text + strlen(text);
    month->year = read_digits(&at, end, 4);
    if (month->year < 1970 || !read_char(&at, end, '-'))
        return false;
    month->number = read_digits(&at, end, 2);
    return month->number >= 1 && month->number <= 12 && at == end;
}

void month_write(struct month month, char text[MONTH_TEXT_SIZE])
{
    (void)snprintf(text, MONTH_TEXT_SIZE, "%04d-%02d", month.year % 10000, month.number % 100);
}

struct month month_add(struct month month, int months)
{
    int since = month.year * 12 + month.number - 1 + months;
    return (struct month){since / 12, since % 12 + 1};
}

int month_compare(struct month a, struct month b)
{
    return (a.year * 12 + a.number) - (b.year * 12 + b.number);
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil.
int32_t calendar_days(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

// "2026-11-01" at *at; false when it is no day of the calendar.
static bool read_day(const char **at, const char *end, int32_t *day)
{
    int year = read_digits(at, end, 4);
    if (year < 0 || !read_char(at, end, '-'))
        return false;
    int month = read_digits(at, end, 2);
    if (month < 1 || month > 12 || !read_char(at, end, '-'))
        return false;
    int number = read_digits(at, end, 2);
    if (number < 1 || number > days_in_month(year, month))
        return false;
    *day = calendar_days(year, month, number);
    return true;
}

bool calendar_day_parse(const char *text, int32_t *day)
{
    const char *at = text;
    const char *end = text + strlen(text);
    return read_day(&at, end, day) && at == end;
}

// ".25" at *at, if it is there: digits after the sixth are read and dropped.
static bool read_fraction(const char **at, const char *end, int *us)
{
    *us = 0;
    if (!read_char(at, end, '.'))
        return true;
    int unit = US_A_SECOND;
    const char *from = *at;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        unit /= 10;
        *us += unit * (**at - '0');
    }
    return *at > from && *at - from <= 12;
}

// "Z" or "+04:00" at *at, in seconds east of Greenwich.
static bool read_zone(const char **at, const char *end, int *offset_s)
{
    *offset_s = 0;
    if (read_char(at, end, 'Z') || read_char(at, end, 'z'))
        return true;
    bool west = *at < end && **at == '-';
    if (!west && (*at == end || **at != '+'))
        return false;
    (*at)++;
    int hours = read_digits(at, end, 2);
    if (hours < 0 || hours > 14 || !read_char(at, end, ':'))
        return false;
    int minutes = read_digits(at, end, 2);
    if (minutes < 0 || minutes > 59)
        return false;
    *offset_s = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

static bool read_time(const char **at, const char *end, int *seconds)
{
    int hours = read_digits(at, end, 2);
    if (hours < 0 || hours > 23 || !read_char(at, end, ':'))
        return false;
    int minutes = read_digits(at, end, 2);
    if (minutes < 0 || minutes > 59 || !read_char(at, end, ':'))
        return false;
    int second = read_digits(at, end, 2);
    if (second < 0 || second > 59)
        return false;
    *seconds = hours * 3600 + minutes * 60 + second;
    return true;
}

bool instant_parse(const char *text, size_t size, int64_t *at_us)
{
    const char *at = text;
    const char *end = text + size;
    int32_t day;
    int seconds;
    int fraction_us;
    int offset_s;
    if (!read_day(&at, end, &day) || (!read_char(&at, end, 'T') && !read_char(&at, end, 't')))
        return false;
    if (!read_time(&at, end, &seconds) || !read_fraction(&at, end, &fraction_us) ||
        !read_zone(&at, end, &offset_s) || at != end)
        return false;
    if (day < calendar_days(2000, 1, 1) || day >= calendar_days(2200, 1, 1))
        return false;
    *at_us = ((int64_t)day * S_A_DAY + seconds - offset_s) * US_A_SECOND + fraction_us;
    return true;
}

void instant_write(int64_t at_us, char text[INSTANT_TEXT_SIZE])
{
    int64_t us = at_us % US_A_SECOND;
    if (us < 0)
        us += US_A_SECOND;
    time_t seconds = (time_t)((at_us - us) / US_A_SECOND);
    struct tm parts;
    (void)gmtime_r(&seconds, &parts);
    (void)snprintf(text, INSTANT_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
                   (parts.tm_year + 1900) % 10000, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                   parts.tm_min, parts.tm_sec, (int)us);
}

int64_t instant_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * US_A_SECOND + now.tv_nsec / 1000;
}
