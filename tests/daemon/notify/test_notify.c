// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify/notify.h"

#include <criterion/criterion.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct event_base *base;
static int manager = -1;

static void set_up(void)
{
    base = event_base_new();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void tear_down(void)
{
    if (manager >= 0)
        close(manager);
    event_base_free(base);
}

TestSuite(notify, .init = set_up, .fini = tear_down, .timeout = 30);

// The service manager's socket; name as NOTIFY_SOCKET has it.
static void listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(name);
    memcpy(address.sun_path, name, size);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    socklen_t length =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (name[0] == '@' ? 0 : 1));
    cr_assert_eq(bind(manager, (struct sockaddr *)&address, length), 0);
    setenv("NOTIFY_SOCKET", name, 1);
}

static const char *abstract_name(void)
{
    static char name[64];
    (void)snprintf(name, sizeof name, "@recueil-test-%ld", (long)getpid());
    return name;
}

// The next datagram; "" when none is there.
static const char *told(void)
{
    static char message[1024];
    ssize_t size = recv(manager, message, sizeof message - 1, 0);
    message[size > 0 ? size : 0] = '\0';
    return message;
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

Test(notify, tells_that_it_is_ready_reloads_and_stops)
{
    listen_at(abstract_name());
    AUTO(notify) struct notify *notify = notify_create(base);
    cr_assert_str_eq(told(), "");
    notify_ready(notify, "Listening at 127.0.0.1:8080");
    cr_assert_str_eq(told(), "READY=1\nSTATUS=Listening at 127.0.0.1:8080");
    notify_reloading(notify);
    const char *reloading = told();
    cr_assert_eq(strncmp(reloading, "RELOADING=1\nMONOTONIC_USEC=", 27), 0, "%s", reloading);
    cr_assert_float_eq(atof(reloading + 27) / 1e6, now_s(), 5);
    notify_stopping(notify, "Answering what is under way");
    cr_assert_str_eq(told(), "STOPPING=1\nSTATUS=Answering what is under way");
    cr_assert_str_eq(told(), "");
}

Test(notify, reaches_a_socket_that_is_a_file)
{
    char folder[] = "/tmp/recueil-notify-XXXXXX";
    char path[64];
    cr_assert_not_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/socket", folder);
    listen_at(path);
    AUTO(notify) struct notify *notify = notify_create(base);
    notify_ready(notify, "here");
    cr_assert_str_eq(told(), "READY=1\nSTATUS=here");
    unlink(path);
    rmdir(folder);
}

Test(notify, says_nothing_without_a_manager)
{
    AUTO(notify) struct notify *notify = notify_create(base);
    notify_ready(notify, "nobody hears");
    notify_stopping(NULL, "nobody hears");
    notify_reloading(NULL);
    notify_ready(NULL, "nobody hears");
    notify_destroy(NULL);
}

Test(notify, survives_names_that_are_none)
{
    char endless[300];
    memset(endless, 'a', sizeof endless - 1);
    endless[0] = '/';
    endless[sizeof endless - 1] = '\0';
    const char *names[] = {"", "@", "/", "relative", endless, "/nonexistent/socket"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        AUTO(notify) struct notify *notify = notify_create(base);
        notify_ready(notify, "nobody hears");
        notify_ready(notify, "nobody hears");
    }
}

Test(notify, takes_what_it_read_out_of_the_environment)
{
    listen_at(abstract_name());
    setenv("WATCHDOG_USEC", "20000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    AUTO(notify) struct notify *notify = notify_create(base);
    cr_expect_null(getenv("NOTIFY_SOCKET"));
    cr_expect_null(getenv("WATCHDOG_USEC"));
    cr_expect_null(getenv("WATCHDOG_PID"));
}

// Turns the loop for the time of several periods and counts what the watchdog got.
static unsigned pings_in(double seconds)
{
    unsigned pings = 0;
    const struct timeval end = {.tv_usec = (suseconds_t)(seconds * 1e6)};
    event_base_loopexit(base, &end);
    event_base_dispatch(base);
    for (const char *message = told(); message[0] != '\0'; message = told()) {
        cr_assert_str_eq(message, "WATCHDOG=1");
        pings++;
    }
    return pings;
}

Test(notify, tells_the_watchdog_twice_a_period)
{
    listen_at(abstract_name());
    setenv("WATCHDOG_USEC", "100000", 1);
    AUTO(notify) struct notify *notify = notify_create(base);
    unsigned pings = pings_in(0.42);
    cr_assert_geq(pings, 4, "%u", pings);
    cr_assert_leq(pings, 9, "%u", pings);
}

Test(notify, tells_the_watchdog_that_waits_for_this_process)
{
    char pid[24];
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    listen_at(abstract_name());
    setenv("WATCHDOG_USEC", "20000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    AUTO(notify) struct notify *notify = notify_create(base);
    cr_assert_gt(pings_in(0.1), 0);
}

Test(notify, leaves_a_watchdog_alone_that_waits_for_another)
{
    listen_at(abstract_name());
    setenv("WATCHDOG_USEC", "20000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    AUTO(notify) struct notify *notify = notify_create(base);
    cr_assert_eq(pings_in(0.1), 0);
}

Test(notify, takes_a_period_that_is_none_for_no_watchdog)
{
    const char *periods[] = {"", "0", "1", "-20000", "20ms", "99999999999999999999999"};
    listen_at(abstract_name());
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        setenv("NOTIFY_SOCKET", abstract_name(), 1);
        setenv("WATCHDOG_USEC", periods[i], 1);
        AUTO(notify) struct notify *notify = notify_create(base);
        cr_assert_eq(pings_in(0.05), 0, "%s", periods[i]);
    }
}
