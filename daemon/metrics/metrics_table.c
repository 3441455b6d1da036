// The counter table: every family that /metrics tells, in its order. A row is a name, a type, what
// it means, and either the place of one number in the reading or the function that writes its
// series. Rows of the same name that follow each other are one family, told apart by a label.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/counters.h"
#include "daemon/metrics/exposition.h"

#include <stdlib.h>
#include <string.h>

enum { MICROSECONDS = 1000000 };

enum number { NUMBER_U64, NUMBER_I64, NUMBER_LONG, NUMBER_SIZE, NUMBER_BOOL, NUMBER_REAL };

struct family {
    const char *name, *type;
    struct exposition_label label; // name NULL: none
    enum number number;
    size_t offset; // in struct metrics_reading
    void (*write)(const struct metrics *metrics, const struct metrics_reading *reading,
                  const char *name, FILE *out);
    const char *help; // NULL: as the row above
};

static void write_build(const struct metrics *metrics, const struct metrics_reading *reading,
                        const char *name, FILE *out);
static void write_began(const struct metrics *metrics, const struct metrics_reading *reading,
                        const char *name, FILE *out);
static void write_requests(const struct metrics *metrics, const struct metrics_reading *reading,
                           const char *name, FILE *out);
static void write_latencies(const struct metrics *metrics, const struct metrics_reading *reading,
                            const char *name, FILE *out);
static void write_submissions(const struct metrics *metrics, const struct metrics_reading *reading,
                              const char *name, FILE *out);
static void write_batches(const struct metrics *metrics, const struct metrics_reading *reading,
                          const char *name, FILE *out);
static void write_oldest(const struct metrics *metrics, const struct metrics_reading *reading,
                         const char *name, FILE *out);
static void write_drained_at(const struct metrics *metrics, const struct metrics_reading *reading,
                             const char *name, FILE *out);

#define AT(kind, field) .number = NUMBER_##kind, .offset = offsetof(struct metrics_reading, field)
#define WIRE(field) AT(U64, listener.connections.field)
#define RESULT(result) AT(U64, store.results[result])

#define REFUSALS "recueil_http_refusals_total"
#define TIMEOUTS "recueil_http_timeouts_total"
#define LOST "recueil_http_replies_lost_total"
#define CLOSED "recueil_http_connections_closed_early_total"
#define RESULTS "recueil_store_results_total"
#define SPOOL_FAILURES "recueil_spool_write_failures_total"

static const struct family table[] = {
    {"recueil_build_info", "gauge", .write = write_build, .help = "1; the version is a label"},
    {"recueil_process_start_time_seconds", "gauge", .write = write_began,
     .help = "when recueild was started, in seconds since 1970"},
    {"recueil_process_cpu_seconds_total", "counter", AT(REAL, process.cpu_seconds),
     .help = "processor time, user and system"},
    {"recueil_process_resident_memory_bytes", "gauge", AT(I64, process.resident_bytes),
     .help = "memory that is resident"},
    {"recueil_process_open_descriptors", "gauge", AT(I64, process.descriptors),
     .help = "open descriptors"},
    {"recueil_process_descriptors_limit", "gauge", AT(I64, process.descriptors_limit),
     .help = "descriptors that may be open"},

    {"recueil_http_requests_total", "counter", .write = write_requests,
     .help = "requests by route, method and status; route none: no route has that path"},
    {"recueil_http_request_duration_seconds", "histogram", .write = write_latencies,
     .help = "from the last byte of the request to its reply"},
    {"recueil_http_connections", "gauge", AT(LONG, connections), .help = "open connections"},
    {"recueil_http_connections_total", "counter", AT(U64, listener.accepted),
     .help = "connections accepted"},
    {REFUSALS,
     "counter",
     {"reason", "head"},
     WIRE(head_refused),
     .help = "refused on the wire: connections (connection_limit, address_limit) and requests"},
    {REFUSALS, "counter", {"reason", "route"}, WIRE(route_refused)},
    {REFUSALS, "counter", {"reason", "body_too_large"}, WIRE(body_refused)},
    {REFUSALS, "counter", {"reason", "unfinished_budget"}, WIRE(budget_refused)},
    {REFUSALS, "counter", {"reason", "connection_limit"}, AT(U64, listener.refused_cap)},
    {REFUSALS, "counter", {"reason", "address_limit"}, AT(U64, listener.refused_address)},
    {TIMEOUTS,
     "counter",
     {"phase", "idle"},
     WIRE(idle_timeouts),
     .help = "clients that were too slow, by what they left unfinished"},
    {TIMEOUTS, "counter", {"phase", "head"}, WIRE(head_timeouts)},
    {TIMEOUTS, "counter", {"phase", "body"}, WIRE(body_timeouts)},
    {TIMEOUTS, "counter", {"phase", "reply"}, WIRE(reply_timeouts)},
    {LOST,
     "counter",
     {"reason", "client_left"},
     WIRE(reply_lost),
     .help = "replies that no client took whole"},
    {LOST, "counter", {"reason", "unsent_budget"}, WIRE(reply_cut)},
    {CLOSED,
     "counter",
     {"reason", "room_for_another"},
     WIRE(idle_closed),
     .help = "idle connections closed before their time"},
    {"recueil_http_replies_late_total", "counter", WIRE(held_late),
     .help = "times that a reply was owed for a minute"},
    {"recueil_http_accept_pauses_total", "counter", AT(U64, listener.paused),
     .help = "times that no descriptor was left to accept with"},

    {"recueil_submissions_total", "counter", .write = write_submissions,
     .help = "submissions by survey and outcome"},
    {RESULTS,
     "counter",
     {"result", "stored"},
     RESULT(STORE_STORED),
     .help = "submissions given to the store, by what it said of them"},
    {RESULTS, "counter", {"result", "spooled"}, RESULT(STORE_SPOOLED)},
    {RESULTS, "counter", {"result", "replayed"}, RESULT(STORE_REPLAYED)},
    {RESULTS, "counter", {"result", "conflict"}, RESULT(STORE_CONFLICT)},
    {RESULTS, "counter", {"result", "gone"}, RESULT(STORE_GONE)},
    {RESULTS, "counter", {"result", "refused"}, RESULT(STORE_REFUSED)},
    {RESULTS, "counter", {"result", "unavailable"}, RESULT(STORE_UNAVAILABLE)},
    {"recueil_store_batch_rows", "histogram", .write = write_batches,
     .help = "submissions in one transaction"},
    {"recueil_store_queued_submissions", "gauge", AT(SIZE, store.queued),
     .help = "submissions that wait for a database connection"},
    {"recueil_store_owed_submissions", "gauge", AT(SIZE, store.owed),
     .help = "submissions without a reply, wherever they are"},
    {"recueil_store_diverted_total", "counter", AT(U64, store.diverted),
     .help = "submissions that went towards the spool"},
    {"recueil_acknowledged_write_failures_total", "counter", AT(U64, store.unacknowledged),
     .help = "writes to the list of acknowledged submissions that failed: an audit misses them"},
    {"recueil_database_up", "gauge", AT(BOOL, store.database_up),
     .help = "1 while a database connection takes submissions"},
    {"recueil_database_synced", "gauge", AT(BOOL, store.database_synced),
     .help = "1 while the database is set to lose nothing in a crash (or that does not matter)"},

    {"recueil_spool_items", "gauge", AT(I64, spool.waiting),
     .help = "submissions in the spool that are not in the database yet"},
    {"recueil_spool_bytes", "gauge", AT(I64, spool.bytes), .help = "size of the spool's files"},
    {"recueil_spool_oldest_age_seconds", "gauge", .write = write_oldest,
     .help = "age of the submission that has waited longest in the spool; 0: none waits"},
    {"recueil_spool_files",
     "gauge",
     {"place", "waiting"},
     AT(I64, spool.generations),
     .help = "files of the spool; those in damaged/ want an administrator"},
    {"recueil_spool_files", "gauge", {"place", "damaged"}, AT(I64, spool.damaged_files)},
    {"recueil_spool_files", "gauge", {"place", "drained"}, AT(I64, spool.kept_files)},
    {"recueil_spool_written_total", "counter", AT(U64, spool.written),
     .help = "submissions written to the spool"},
    {"recueil_spool_confirmed_total", "counter", AT(U64, spool.confirmed),
     .help = "submissions of the spool that have reached the database"},
    {SPOOL_FAILURES,
     "counter",
     {"reason", "full"},
     AT(U64, spool.full),
     .help = "writes to the spool that promised nothing"},
    {SPOOL_FAILURES, "counter", {"reason", "disk"}, AT(U64, spool.failed)},
    {"recueil_spool_drained_total", "counter", AT(U64, store.drained),
     .help = "submissions that the drainer took from the spool to the database"},
    {"recueil_spool_quarantined_total", "counter", AT(U64, store.quarantined),
     .help = "submissions of the spool that went to recueil.quarantine"},
    {"recueil_spool_drained_time_seconds", "gauge", .write = write_drained_at,
     .help = "when the spool was emptied last, in seconds since 1970; 0: not since the start"},

    {"recueil_publications_collectivities", "gauge", AT(SIZE, collectivities),
     .help = "collectivities whose publication is known"},
    {"recueil_publications_surveys", "gauge", AT(SIZE, surveys),
     .help = "surveys that are published, as far as is known"},
};
enum { COUNT = sizeof table / sizeof table[0] };

// -- Rows that are one number --

static void write_number(const struct metrics_reading *reading, const struct family *family,
                         FILE *out)
{
    const void *at = (const char *)reading + family->offset;
    struct exposition_labels labels = {{family->label}};
    double value = 0;
    switch (family->number) {
    case NUMBER_U64:
        exposition_count(out, family->name, "", &labels, *(const uint64_t *)at);
        return;
    case NUMBER_I64:
        value = (double)*(const int64_t *)at;
        break;
    case NUMBER_LONG:
        value = (double)*(const long *)at;
        break;
    case NUMBER_SIZE:
        value = (double)*(const size_t *)at;
        break;
    case NUMBER_BOOL:
        value = *(const bool *)at ? 1 : 0;
        break;
    case NUMBER_REAL:
        value = *(const double *)at;
        break;
    }
    exposition_number(out, family->name, "", &labels, value);
}

void metrics_write(const struct metrics *metrics, const struct metrics_reading *reading, FILE *out)
{
    for (size_t i = 0; i < COUNT; i++) {
        const struct family *family = &table[i];
        if (family->help != NULL)
            exposition_family(out, family->name, family->type, family->help);
        if (family->write != NULL)
            family->write(metrics, reading, family->name, out);
        else
            write_number(reading, family, out);
    }
}

// -- Rows with a function --

static void write_build(const struct metrics *metrics, const struct metrics_reading *reading,
                        const char *name, FILE *out)
{
    const struct exposition_labels labels = {{{"version", RECUEIL_VERSION}}};
    (void)metrics;
    (void)reading;
    exposition_count(out, name, "", &labels, 1);
}

static void write_began(const struct metrics *metrics, const struct metrics_reading *reading,
                        const char *name, FILE *out)
{
    (void)reading;
    exposition_number(out, name, "", NULL, (double)metrics->began_us / MICROSECONDS);
}

static const char *pattern_of(const struct metrics *metrics, size_t route)
{
    return route == metrics->route_count ? "none" : metrics->routes[route].pattern;
}

static void write_requests_of(const struct metrics *metrics, size_t route, const char *name,
                              FILE *out)
{
    static const char *const methods[METHOD_SLOTS] = {"other", "GET", "HEAD", "POST", "OPTIONS"};
    for (size_t method = 0; method < METHOD_SLOTS; method++) {
        for (size_t slot = 0; slot <= counted_status_count; slot++) {
            uint64_t replies = metrics->by_route[route].replies[method][slot];
            char status[8] = "other";
            if (replies == 0)
                continue;
            if (slot < counted_status_count)
                (void)snprintf(status, sizeof status, "%d", counted_statuses[slot]);
            const struct exposition_labels labels = {{{"route", pattern_of(metrics, route)},
                                                      {"method", methods[method]},
                                                      {"status", status}}};
            exposition_count(out, name, "", &labels, replies);
        }
    }
}

static void write_requests(const struct metrics *metrics, const struct metrics_reading *reading,
                           const char *name, FILE *out)
{
    (void)reading;
    for (size_t route = 0; route <= metrics->route_count; route++)
        write_requests_of(metrics, route, name, out);
}

// Requests that no route fits have any method.
static const char *method_of(const struct metrics *metrics, size_t route)
{
    if (route == metrics->route_count)
        return "any";
    return metrics->routes[route].method == METHOD_POST ? "POST" : "GET";
}

static void write_latencies(const struct metrics *metrics, const struct metrics_reading *reading,
                            const char *name, FILE *out)
{
    double bounds[LATENCY_BOUNDS];
    (void)reading;
    for (size_t i = 0; i < LATENCY_BOUNDS; i++)
        bounds[i] = (double)latency_bounds_us[i] / MICROSECONDS;
    for (size_t route = 0; route <= metrics->route_count; route++) {
        const struct latency *latency = &metrics->by_route[route].latency;
        uint64_t replies = 0;
        for (size_t i = 0; i <= LATENCY_BOUNDS; i++)
            replies += latency->buckets[i];
        if (replies == 0)
            continue;
        const struct exposition_labels labels = {
            {{"route", pattern_of(metrics, route)}, {"method", method_of(metrics, route)}}};
        const struct exposition_histogram histogram = {bounds, LATENCY_BOUNDS, latency->buckets,
                                                       (double)latency->sum_us / MICROSECONDS};
        exposition_write_histogram(out, name, &labels, &histogram);
    }
}

static void write_submissions(const struct metrics *metrics, const struct metrics_reading *reading,
                              const char *name, FILE *out)
{
    static const char *const outcomes[OUTCOME_COUNT] = {
        [OUTCOME_STORED] = "stored",
        [OUTCOME_SPOOLED] = "spooled",
        [OUTCOME_REPLAYED] = "replayed",
        [OUTCOME_CONFLICT] = "conflict",
        [OUTCOME_GONE] = "gone",
        [OUTCOME_REFUSED] = "refused",
        [OUTCOME_UNAVAILABLE] = "unavailable",
        [OUTCOME_MALFORMED] = "malformed",
        [OUTCOME_TOO_LARGE] = "too_large",
        [OUTCOME_UNFIT] = "unfit",
    };
    (void)reading;
    for (size_t i = 0; i < metrics->tally_count; i++) {
        const struct survey_counters *counters = &metrics->by_tally[i];
        for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            if (i == 0 && counters->outcomes[outcome] == 0)
                continue;
            const struct exposition_labels labels = {
                {{"collectivity", i == 0 ? "" : counters->collectivity},
                 {"survey", i == 0 ? "" : counters->survey},
                 {"outcome", outcomes[outcome]}}};
            exposition_count(out, name, "", &labels, counters->outcomes[outcome]);
        }
    }
}

static void write_batches(const struct metrics *metrics, const struct metrics_reading *reading,
                          const char *name, FILE *out)
{
    // The last one of the store has no bound.
    static const double bounds[STORE_BATCH_BUCKETS - 1] = {1, 2, 4, 8, 16, 32, 64, 128};
    (void)metrics;
    const struct exposition_histogram histogram = {
        bounds, STORE_BATCH_BUCKETS - 1, reading->store.batches, (double)reading->store.batch_rows};
    exposition_write_histogram(out, name, NULL, &histogram);
}

static void write_oldest(const struct metrics *metrics, const struct metrics_reading *reading,
                         const char *name, FILE *out)
{
    (void)metrics;
    int64_t age_us = reading->now_us - reading->spool.oldest_us;
    bool none = reading->spool.oldest_us == 0 || age_us < 0; // a clock that was set back
    exposition_number(out, name, "", NULL, none ? 0 : (double)age_us / MICROSECONDS);
}

static void write_drained_at(const struct metrics *metrics, const struct metrics_reading *reading,
                             const char *name, FILE *out)
{
    (void)metrics;
    exposition_number(out, name, "", NULL, (double)reading->store.last_drained_us / MICROSECONDS);
}
