// SPDX-License-Identifier: Apache-2.0
#include "daemon/lifecycle/lifecycle.h"

#include "config/log.h"
#include "config/network.h"
#include "daemon/actions/routes.h"
#include "daemon/intake/json_arena.h"
#include "daemon/lifecycle/lifecycle_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PRIORITIES = 2,
    DISPATCH_CALLBACKS = 8,
    DRAIN_MS = 25000, // then what is held is spooled: the end comes within 30 s
    STATUS_BYTES = 256,
};

static bool open_durable(struct daemon *daemon, struct error *error);
static bool open_service(struct daemon *daemon, struct error *error);
static bool open_listeners(struct daemon *daemon, struct error *error);
static void stop(struct daemon *daemon);

// -- libevent --

// libevent is told of memory that ran out by few of those who ask it for an event: nobody goes on
// without.
static void *take_memory(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        memory_end();
    return memory;
}

static void *resize_memory(void *memory, size_t size)
{
    void *resized = realloc(memory, size);
    if (resized == NULL && size > 0)
        memory_end();
    return resized;
}

// The store's events go before those of clients, and the loop looks for them after every few: what
// waits for a COMMIT is answered before more is taken in.
static struct event_base *make_base(struct error *error)
{
    struct event_config *config = event_config_new();
    event_config_set_max_dispatch_interval(config, NULL, DISPATCH_CALLBACKS, 1);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    if (base == NULL)
        error_set(error, ERROR_FAILED, "no event loop can be made (%s): raise LimitNOFILE",
                  strerror(errno));
    else
        event_base_priority_init(base, PRIORITIES);
    return base;
}

static int64_t clock_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static bool start(struct daemon *daemon, struct error *error)
{
    struct service *service = &daemon->service;
    service->settings = daemon->settings;
    service->began_s = clock_s();
    daemon->base = make_base(error);
    if (daemon->base == NULL)
        return false;
    daemon->notify = notify_create(daemon->base);
    service->secret = secret_load(daemon->settings->secret_file, error);
    return service->secret != NULL && open_durable(daemon, error) && open_service(daemon, error) &&
           open_listeners(daemon, error);
}

// What must be written to before anything is promised. The spool's lock keeps a second process out
// of the state folder.
static bool open_durable(struct daemon *daemon, struct error *error)
{
    const struct settings *settings = daemon->settings;
    const struct spool_limits limits = limits_of_spool(settings);
    char *folder = memory_format("%s/spool", settings->state_dir);
    daemon->service.spool = spool_open(folder, &limits, error);
    free(folder);
    if (daemon->service.spool == NULL)
        return false;
    daemon->acknowledged =
        acknowledged_open(settings->state_dir, settings->acknowledged_keep_days, error);
    return daemon->acknowledged != NULL;
}

static void on_replied(void *context, const struct exchange *exchange, int status,
                       uint64_t taken_us)
{
    metrics_count_reply(context, exchange->route, exchange->method, status, taken_us);
}

static void on_published(void *context, const struct editions *editions)
{
    metrics_number_surveys(context, editions);
}

static bool open_service(struct daemon *daemon, struct error *error)
{
    struct service *service = &daemon->service;
    service->metrics = metrics_create(routes, route_count);
    service->pool = exchange_pool_create();
    exchange_pool_observe(service->pool, on_replied, service->metrics);
    service->store =
        store_create(daemon->base, daemon->settings, service->spool, daemon->acknowledged, error);
    if (service->store == NULL)
        return false;
    service->withdrawals =
        withdrawals_create(daemon->base, daemon->settings, service->secret, error);
    if (service->withdrawals == NULL)
        return false;
    service->publications = publications_create(daemon->base, daemon->settings, error);
    if (service->publications == NULL)
        return false;
    publications_on_changed(service->publications, on_published, service->metrics);
    return true;
}

// -- Listeners --

// Which of the sockets that systemd handed over is the administrator's: the one named "admin"
// (FileDescriptorName=), else the second.
static int inherited_admin_index(void)
{
    const char *names = getenv("LISTEN_FDNAMES");
    for (int index = 0; names != NULL && *names != '\0'; index++) {
        size_t size = strcspn(names, ":");
        if (size == strlen("admin") && strncmp(names, "admin", size) == 0)
            return index;
        names += size + (names[size] == ':');
    }
    return 1;
}

// A proxy in front holds many connections for others.
static bool peer_is_exempt(const struct sockaddr *peer, void *context)
{
    const struct service *service = context;
    return settings_trusts(service->settings, peer);
}

static bool open_listeners(struct daemon *daemon, struct error *error)
{
    const struct settings *settings = daemon->settings;
    struct service *service = &daemon->service;
    struct listener_limits limits = listener_default_limits();
    int admin = inherited_admin_index();
    limits.address = settings->listen;
    limits.inherited_fd = listener_inherited_fd(admin == 0 ? 1 : 0);
    limits.reuse_port = setting_is_yes(settings->reuse_port);
    limits.connections = limits_of_connections(settings);
    limits.per_address = (uint32_t)settings->connections_per_address;
    limits.exempt = peer_is_exempt;
    limits.drain_ms = DRAIN_MS;
    service->listener = listener_open(daemon->base, &limits, &routes_events, service, error);
    if (service->listener == NULL)
        return false;
    daemon->admin = admin_open(daemon->base, service, listener_inherited_fd(admin), error);
    return daemon->admin != NULL;
}

void lifecycle_tell_ready(struct daemon *daemon)
{
    char status[STATUS_BYTES];
    (void)snprintf(status, sizeof status, "Listening at port %d, for administration at port %d",
                   listener_port(daemon->service.listener), admin_port(daemon->admin));
    notify_ready(daemon->notify, status);
}

// -- The end --

// What waits in the store is answered while its connections still stand; the spool takes the rest,
// and is closed last.
static void stop(struct daemon *daemon)
{
    struct service *service = &daemon->service;
    signals_release(daemon);
    store_destroy(service->store);
    withdrawals_destroy(service->withdrawals);
    admin_destroy(daemon->admin);
    listener_destroy(service->listener);
    publications_destroy(service->publications);
    exchange_pool_destroy(service->pool);
    metrics_destroy(service->metrics);
    secret_destroy(service->secret);
    acknowledged_destroy(daemon->acknowledged);
    spool_destroy(service->spool);
    notify_destroy(daemon->notify);
    if (daemon->base != NULL)
        event_base_free(daemon->base);
    settings_destroy(daemon->settings);
    libevent_global_shutdown();
}

static void run(struct daemon *daemon)
{
    signals_catch(daemon);
    log_event(LOG_INFO, "started", "version=%s listen=%s port=%d admin_port=%d", RECUEIL_VERSION,
              daemon->settings->listen, listener_port(daemon->service.listener),
              admin_port(daemon->admin));
    lifecycle_tell_ready(daemon);
    (void)event_base_dispatch(daemon->base);
    log_event(LOG_INFO, "stopped", "owed=%zu", store_waiting(daemon->service.store));
}

int lifecycle_run(struct settings *taken_settings, const char *path)
{
    struct daemon daemon = {.settings = taken_settings, .path = path};
    struct error error = {0};
    limits_set_log_level(daemon.settings);
    event_set_mem_functions(take_memory, resize_memory, free);
    json_arena_install();
    if (start(&daemon, &error))
        run(&daemon);
    else
        (void)fprintf(stderr, "recueild: %s\n", error.message);
    stop(&daemon);
    return error_exit_code(&error);
}
