// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MICROSECONDS = 1000000 };

// The second number of statm counts pages.
static int64_t read_resident(void)
{
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    const char *got = fgets(line, sizeof line, file);
    (void)fclose(file);
    const char *second = got == NULL ? NULL : strchr(line, ' ');
    return second == NULL ? 0 : strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

static int64_t count_descriptors(void)
{
    int64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    return count - 1; // the folder's own
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / MICROSECONDS;
}

void process_read(struct process_figures *figures)
{
    struct rlimit limit = {0};
    struct rusage usage = {0};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    (void)getrusage(RUSAGE_SELF, &usage);
    *figures = (struct process_figures){
        .resident_bytes = read_resident(),
        .descriptors = count_descriptors(),
        .descriptors_limit = (int64_t)limit.rlim_cur,
        .cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
    };
}
