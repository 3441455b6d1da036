// recueil audit: is everything that recueild acknowledged still there?
//
//   acknowledged files -> tally -> spools -> PostgreSQL -> counts, and the names of what is missing
//
// In this order, because a submission moves that way only: one that moves meanwhile is met again
// further on.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/audit/tally.h"
#include "analytics/audit/waiting.h"
#include "config/calendar.h"
#include "config/content_hash.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_JSON = 'j',
    PROCESSES_LIMIT = 64,
    NAMED_LIMIT = 20,
    IDS_A_QUERY = 50000, // without a collectivity PostgreSQL reads the whole table each time
    HASH_DIGITS = 8,     // enough to tell two contents apart
    DAY_DIGITS = 10,
};

// One recueild of this host.
struct process {
    const char *config;
    struct settings *settings;
    size_t acknowledged; // records in its files
    struct waiting waiting;
};

struct audit {
    struct invocation *invocation;
    bool json;
    struct process processes[PROCESSES_LIMIT];
    size_t process_count;
    struct tally tally;
};

// -- Options --

static const struct argp_option argp_options[] = {
    {"json", KEY_JSON, NULL, 0, "one JSON object instead of the table", 0},
    {0},
};

static error_t take(int key, char *value, struct argp_state *state)
{
    struct audit *audit = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = audit->invocation;
        return 0;
    case KEY_JSON:
        audit->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (audit->process_count == PROCESSES_LIMIT)
            argp_error(state, "at most %d files at a time", PROCESSES_LIMIT - 1);
        audit->processes[audit->process_count++].config = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = argp_options,
    .parser = take,
    .args_doc = "[CONFIG ...]",
    .doc = "Holds what recueild acknowledged against PostgreSQL, the spool and the quarantine, and "
           "names what is missing. Where several recueild run on this host, give the settings of "
           "the others as CONFIG. Run it as recueild's user.",
    .children = children,
};

// -- What was acknowledged --

struct reading {
    struct audit *audit;
    struct process *process;
};

static bool take_record(void *context, const char *day, const struct acknowledgement *record)
{
    struct reading *reading = context;
    int32_t number = 0;
    (void)calendar_day_parse(day, &number);
    tally_add(&reading->audit->tally, record, number);
    reading->process->acknowledged++;
    return true;
}

static bool read_acknowledged(struct audit *audit, struct error *error)
{
    for (size_t i = 0; i < audit->process_count; i++) {
        struct process *process = &audit->processes[i];
        struct reading reading = {audit, process};
        process->settings = settings_load(process->config, error);
        if (process->settings == NULL ||
            !acknowledged_read(process->settings->state_dir, take_record, &reading, error))
            return false;
    }
    tally_close(&audit->tally);
    return true;
}

// -- Where it is --

static bool see_spools(struct audit *audit, struct error *error)
{
    for (size_t i = 0; i < audit->process_count; i++) {
        struct process *process = &audit->processes[i];
        if (!waiting_see(process->settings, process->config, &audit->tally, &process->waiting,
                         error))
            return false;
    }
    return true;
}

static enum tally_place place_of(const char *word)
{
    return strcmp(word, "stored") == 0      ? TALLY_STORED
           : strcmp(word, "withdrawn") == 0 ? TALLY_WITHDRAWN
                                            : TALLY_QUARANTINED;
}

static void see_rows(struct audit *audit, const struct rows *rows)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct acknowledgement seen;
        const char *id = rows_text(rows, i, 0);
        if (uuid_parse(id, strlen(id), &seen.id) &&
            content_hash_read(rows_text(rows, i, 1), seen.content_hash))
            tally_see(&audit->tally, &seen, place_of(rows_text(rows, i, 2)));
    }
}

// "{id,id,…}" of the entries from..to.
static char *ids_as_array(const struct tally *tally, size_t from, size_t to)
{
    char *text = memory_allocate((to - from) * UUID_TEXT_SIZE + 2);
    char *at = text;
    *at++ = '{';
    for (size_t i = from; i < to; i++) {
        if (i > from)
            *at++ = ',';
        uuid_write(&tally->entries[i].record.id, at);
        at += UUID_TEXT_SIZE - 1;
    }
    *at = '}';
    return text;
}

static bool see_database(struct audit *audit, struct session *session, struct error *error)
{
    for (size_t from = 0; from < audit->tally.count; from += IDS_A_QUERY) {
        size_t left = audit->tally.count - from;
        char *ids =
            ids_as_array(&audit->tally, from, from + (left < IDS_A_QUERY ? left : IDS_A_QUERY));
        const char *values[] = {ids};
        AUTO(rows)
        struct rows *rows = session_run(session, STATEMENT_LOOK_UP_ACKNOWLEDGED, values, error);
        free(ids);
        if (rows == NULL)
            return false;
        see_rows(audit, rows);
    }
    return true;
}

// -- The result --

static const struct {
    enum tally_place place;
    const char *word, *meaning;
} lines[] = {
    {TALLY_STORED, "stored", "in PostgreSQL"},
    {TALLY_WITHDRAWN, "withdrawn", "erased at the person's wish"},
    {TALLY_WAITING, "waiting", "in a spool, until PostgreSQL takes them"},
    {TALLY_QUARANTINED, "quarantined", "in recueil.quarantine, for a person to look at"},
    {TALLY_DAMAGED, "damaged", "only in a damaged file of a spool"},
    {TALLY_REPLACED, "replaced", "nowhere; their id is stored with other content"},
    {TALLY_MISSING, "missing", "nowhere"},
};
enum { LINE_COUNT = sizeof lines / sizeof lines[0] };

static const char *word_of(enum tally_place place)
{
    for (size_t i = 0; i < LINE_COUNT; i++)
        if (lines[i].place == place)
            return lines[i].word;
    return "";
}

// What an administrator needs to look one up.
struct named {
    char id[UUID_TEXT_SIZE], hash[CONTENT_HASH_TEXT_SIZE], day[INSTANT_TEXT_SIZE];
};

static void name_entry(const struct tally_entry *entry, struct named *named)
{
    const int64_t us_a_day = INT64_C(86400) * 1000000;
    uuid_write(&entry->record.id, named->id);
    content_hash_write(entry->record.content_hash, named->hash);
    named->hash[HASH_DIGITS] = '\0';
    instant_write(entry->day * us_a_day, named->day);
    named->day[DAY_DIGITS] = '\0';
}

static size_t count_trouble(const struct tally *tally)
{
    return tally_count(tally, TALLY_MISSING) + tally_count(tally, TALLY_REPLACED) +
           tally_count(tally, TALLY_DAMAGED);
}

static void print_processes(const struct audit *audit)
{
    for (size_t i = 0; i < audit->process_count; i++) {
        const struct process *process = &audit->processes[i];
        (void)printf("%s: %zu records in %s/acknowledged, %zu wait in the spool (%s)\n",
                     process->config, process->acknowledged, process->settings->state_dir,
                     process->waiting.waiting,
                     process->waiting.daemon ? "told by recueild" : "no recueild runs");
    }
}

static void print_trouble(const struct tally *tally)
{
    size_t named = 0;
    size_t at = tally_next_trouble(tally, 0);
    for (; at < tally->count && named < NAMED_LIMIT; at = tally_next_trouble(tally, at + 1)) {
        struct named entry;
        name_entry(&tally->entries[at], &entry);
        (void)printf("%s: %s, acknowledged %s, hash %s\n", word_of(tally->entries[at].place),
                     entry.id, entry.day, entry.hash);
        named++;
    }
    if (at < tally->count)
        (void)printf("… and %zu more\n", count_trouble(tally) - named);
}

static void print_table(const struct audit *audit)
{
    print_processes(audit);
    (void)printf("%-12s %9zu\n", "acknowledged", audit->tally.count);
    for (size_t i = 0; i < LINE_COUNT; i++)
        (void)printf("%-12s %9zu  %s\n", lines[i].word, tally_count(&audit->tally, lines[i].place),
                     lines[i].meaning);
    print_trouble(&audit->tally);
}

static json_t *trouble_as_json(const struct tally *tally)
{
    json_t *list = json_array();
    for (size_t at = tally_next_trouble(tally, 0);
         at < tally->count && json_array_size(list) < NAMED_LIMIT;
         at = tally_next_trouble(tally, at + 1)) {
        struct named entry;
        name_entry(&tally->entries[at], &entry);
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "id", entry.id, "day", entry.day,
                                              "hash", entry.hash, "place",
                                              word_of(tally->entries[at].place)));
    }
    return list;
}

static void print_json(const struct audit *audit)
{
    json_auto_t *object = json_object();
    json_object_set_new(object, "acknowledged", json_integer((json_int_t)audit->tally.count));
    for (size_t i = 0; i < LINE_COUNT; i++)
        json_object_set_new(object, lines[i].word,
                            json_integer((json_int_t)tally_count(&audit->tally, lines[i].place)));
    json_object_set_new(object, "trouble", trouble_as_json(&audit->tally));
    (void)json_dumpf(object, stdout, JSON_COMPACT);
    (void)putchar('\n');
}

static bool conclude(const struct audit *audit, struct error *error)
{
    if (audit->json)
        print_json(audit);
    else
        print_table(audit);
    if (fflush(stdout) != 0) {
        error_set(error, ERROR_FAILED, "the standard output cannot be written");
        return false;
    }
    if (tally_adds_up(&audit->tally))
        return true;
    error_set(error, ERROR_FAILED,
              "%zu of %zu acknowledged submissions are not accounted for. Where the database was "
              "restored from a backup: stop recueild, move what spool/drained in its state_dir "
              "holds to spool, start it, and run this again; else look in the backups for the ids "
              "above",
              count_trouble(&audit->tally), audit->tally.count);
    return false;
}

static bool run(struct audit *audit, struct error *error)
{
    if (!read_acknowledged(audit, error) || !see_spools(audit, error))
        return false;
    AUTO_SESSION struct session *session = invocation_open(audit->invocation, error);
    return session != NULL && see_database(audit, session, error) && conclude(audit, error);
}

bool command_audit(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    struct audit audit = {.invocation = invocation, .process_count = 1};
    if (argp_parse(&argp, argc, argv, 0, NULL, &audit) != 0)
        return false;
    audit.processes[0].config = settings_path(invocation->config);
    bool done = run(&audit, error);
    for (size_t i = 0; i < audit.process_count; i++)
        settings_destroy(audit.processes[i].settings);
    tally_clear(&audit.tally);
    return done;
}
