// recueild: receives submissions. Boot in order, signals, the loop, an orderly stop.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "config/network.h"
#include "daemon/actions/routes.h"
#include "daemon/http/listener.h"
#include "daemon/intake/json_arena.h"

#include <argp.h>
#include <event2/event.h>
#include <locale.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
    PRIORITIES = 2,
    DISPATCH_CALLBACKS = 8,
    LARGE_BYTES = 32 * 1024,
    OTHER_DESCRIPTORS = 32, // the loop, the log, the listener, PostgreSQL (17), files being written
    LEAST_CONNECTIONS = 16,
    EXIT_USAGE = 2,
};

struct daemon {
    struct settings *settings;
    struct event_base *base;
    struct service service;
    struct listener *listener;
    struct event *signals[2];
    bool draining;
};

struct options {
    const char *config;
    bool check_config;
};

// -- Options --

const char *argp_program_version = "recueild " RECUEIL_VERSION;

static const struct argp_option option_table[] = {
    {"config", 'c', "FILE", 0,
     "settings (default: $RECUEIL_CONFIG, else /etc/recueil/recueil.conf)", 0},
    {"check-config", 'k', NULL, 0, "check the settings, print them and stop", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t on_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'c':
        options->config = argument;
        return 0;
    case 'k':
        options->check_config = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = on_option,
    .doc = "Receive survey submissions over HTTP and store them in PostgreSQL.",
};

// -- Boot --

static enum log_level log_level_of(const char *word)
{
    static const struct {
        const char *word;
        enum log_level level;
    } levels[] = {
        {"error", LOG_ERROR}, {"warning", LOG_WARNING}, {"info", LOG_INFO}, {"debug", LOG_DEBUG}};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(word, levels[i].word) == 0)
            return levels[i].level;
    return LOG_INFO;
}

// The store's events go before those of clients, and the loop looks for them after every few: what
// waits for a COMMIT is answered before more is taken in.
static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    event_config_set_max_dispatch_interval(config, NULL, DISPATCH_CALLBACKS, 1);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    event_base_priority_init(base, PRIORITIES);
    return base;
}

// A proxy in front holds many connections for others.
static bool peer_is_exempt(const struct sockaddr *peer, void *context)
{
    const struct service *service = context;
    return settings_trusts(service->settings, peer);
}

// How many of the wanted connections the limit of descriptors leaves room for, after raising it as
// far as this process may. Clients that took the last one would keep PostgreSQL out.
static long connections_with_descriptors(long wanted)
{
    struct rlimit limit;
    rlim_t needed = (rlim_t)wanted + OTHER_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return wanted;
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return wanted;
    long left = (long)limit.rlim_cur - OTHER_DESCRIPTORS;
    long allowed = left < LEAST_CONNECTIONS ? LEAST_CONNECTIONS : left;
    log_event(LOG_WARNING, "connections_limited",
              "wanted=%ld allowed=%ld next=\"raise LimitNOFILE to %lu\"", wanted, allowed,
              (unsigned long)needed);
    return allowed;
}

static bool open_listener(struct daemon *daemon, struct error *error)
{
    struct listener_limits limits = listener_default_limits();
    limits.address = daemon->settings->listen;
    limits.inherited_fd = listener_inherited_fd(0);
    limits.connections = connections_with_descriptors(daemon->settings->connection_limit);
    limits.per_address = (uint32_t)daemon->settings->connections_per_address;
    limits.exempt = peer_is_exempt;
    daemon->listener =
        listener_open(daemon->base, &limits, &routes_events, &daemon->service, error);
    return daemon->listener != NULL;
}

static bool start(struct daemon *daemon, struct error *error)
{
    struct service *service = &daemon->service;
    service->settings = daemon->settings;
    service->secret = secret_load(daemon->settings->secret_file, error);
    if (service->secret == NULL)
        return false;
    daemon->base = make_base();
    service->pool = exchange_pool_create();
    service->store = store_create(daemon->base, daemon->settings, error);
    if (service->store == NULL)
        return false;
    service->withdrawals =
        withdrawals_create(daemon->base, daemon->settings, service->secret, error);
    if (service->withdrawals == NULL)
        return false;
    service->publications = publications_create(daemon->base, daemon->settings, error);
    if (service->publications == NULL)
        return false;
    return open_listener(daemon, error);
}

// -- Stop --

static void on_drained(void *context)
{
    struct daemon *daemon = context;
    log_event(LOG_INFO, "drained", "waiting=%zu", store_waiting(daemon->service.store));
    event_base_loopbreak(daemon->base);
}

// The first signal drains: no new connection, every request that came is answered. The second stops
// at once.
static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    struct daemon *daemon = context;
    if (daemon->draining) {
        log_event(LOG_WARNING, "stopping_now", "signal=%d", (int)number);
        event_base_loopbreak(daemon->base);
        return;
    }
    daemon->draining = true;
    log_event(LOG_INFO, "stopping", "signal=%d next=\"answer what is under way\"", (int)number);
    listener_drain(daemon->listener, on_drained, daemon);
}

static void catch_signals(struct daemon *daemon)
{
    static const int caught[] = {SIGTERM, SIGINT};
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN); // a terminal that closes ends nothing that was acknowledged
    for (size_t i = 0; i < 2; i++) {
        daemon->signals[i] = evsignal_new(daemon->base, caught[i], on_signal, daemon);
        event_add(daemon->signals[i], NULL);
    }
}

// What waits in the store is answered (503) while its connections still stand.
static void stop(struct daemon *daemon)
{
    struct service *service = &daemon->service;
    for (size_t i = 0; i < 2; i++)
        if (daemon->signals[i] != NULL)
            event_free(daemon->signals[i]);
    store_destroy(service->store);
    withdrawals_destroy(service->withdrawals);
    listener_destroy(daemon->listener);
    publications_destroy(service->publications);
    exchange_pool_destroy(service->pool);
    secret_destroy(service->secret);
    if (daemon->base != NULL)
        event_base_free(daemon->base);
    settings_destroy(daemon->settings);
    libevent_global_shutdown();
}

static int fail(struct daemon *daemon, const struct error *error)
{
    (void)fprintf(stderr, "recueild: %s\n", error->message);
    stop(daemon);
    return error_exit_code(error);
}

// -- Run --

static void run(struct daemon *daemon)
{
    catch_signals(daemon);
    log_event(LOG_INFO, "started", "version=%s listen=%s port=%d", RECUEIL_VERSION,
              daemon->settings->listen, listener_port(daemon->listener));
    event_base_dispatch(daemon->base);
    log_event(LOG_INFO, "stopped", "waiting=%zu", store_waiting(daemon->service.store));
}

int main(int count, char **arguments)
{
    struct options options = {0};
    struct daemon daemon = {0};
    struct error error = {0};
    (void)setlocale(LC_ALL, "C"); // no decimal comma may slip into JSON
    (void)umask(0077);
    (void)prctl(PR_SET_DUMPABLE, 0);              // no secret in a core file
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); // large bodies leave no holes in the heap
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&parser, count, arguments, 0, NULL, &options);

    daemon.settings = settings_load(settings_path(options.config), &error);
    if (daemon.settings == NULL)
        return fail(&daemon, &error);
    if (options.check_config) {
        settings_print(daemon.settings, stdout);
        stop(&daemon);
        return 0;
    }
    log_set_level(log_level_of(daemon.settings->log_level));
    json_arena_install();
    if (!start(&daemon, &error))
        return fail(&daemon, &error);
    run(&daemon);
    stop(&daemon);
    return 0;
}
