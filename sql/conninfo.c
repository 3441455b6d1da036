// SPDX-License-Identifier: Apache-2.0
#include "sql/conninfo.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Given unless the text says otherwise. A peer that vanished is noticed within half a minute.
static const struct {
    const char *keyword, *value;
} promises[] = {
    {"client_encoding", "UTF8"},   {"connect_timeout", "10"},    {"keepalives", "1"},
    {"keepalives_idle", "20"},     {"keepalives_interval", "5"}, {"keepalives_count", "3"},
    {"tcp_user_timeout", "30000"},
};

static bool is_set(const struct conninfo *info, const char *keyword)
{
    for (size_t i = 0; info->keywords[i] != NULL; i++)
        if (strcmp(info->keywords[i], keyword) == 0)
            return true;
    return false;
}

static void add(struct conninfo *info, const char *keyword, const char *value)
{
    size_t count = 0;
    while (info->keywords[count] != NULL)
        count++;
    assert(count + 1 < CONNINFO_LIMIT);
    info->keywords[count] = keyword;
    info->values[count] = value;
}

void conninfo_add_unless_set(struct conninfo *info, const char *keyword, const char *value)
{
    if (!is_set(info, keyword))
        add(info, keyword, value);
}

// Takes what the text said; returns its own `options`, which come after ours and so win.
static const char *take_parsed(struct conninfo *info)
{
    const char *said = "";
    for (const PQconninfoOption *option = info->parsed; option->keyword != NULL; option++) {
        if (option->val == NULL || option->val[0] == '\0')
            continue;
        if (strcmp(option->keyword, "options") == 0)
            said = option->val;
        else
            add(info, option->keyword, option->val);
    }
    return said;
}

// A batch waits as long as it must (another migration, a slow pipe); only who asks for a limit to
// its statements gets limits to its locks and its idling too.
static char *make_options(const char *said, int statement_timeout_ms)
{
    const char *always = "-c synchronous_commit=on -c TimeZone=UTC -c DateStyle=ISO";
    if (statement_timeout_ms <= 0)
        return memory_format("%s %s", always, said);
    return memory_format("%s -c statement_timeout=%d -c lock_timeout=%d"
                         " -c idle_in_transaction_session_timeout=%d %s",
                         always, statement_timeout_ms,
                         statement_timeout_ms < 2000 ? statement_timeout_ms : 2000,
                         2 * statement_timeout_ms, said);
}

static void say_unreadable(const char *reason, struct error *error)
{
    char line[512];
    (void)snprintf(line, sizeof line, "%s", reason == NULL ? "out of memory" : reason);
    line[strcspn(line, "\n")] = '\0';
    error_set(error, ERROR_USAGE,
              "the setting \"database\" is no PostgreSQL connection string (%s): write "
              "\"host=/run/postgresql dbname=recueil\" or \"postgresql://host/recueil\"",
              line);
}

bool conninfo_read(struct conninfo *info, const char *text, const char *role, const char *program,
                   int statement_timeout_ms, struct error *error)
{
    *info = (struct conninfo){0};
    char *reason = NULL;
    info->parsed = PQconninfoParse(text == NULL ? "" : text, &reason);
    if (info->parsed == NULL) {
        say_unreadable(reason, error);
        PQfreemem(reason);
        return false;
    }

    const char *said = take_parsed(info);
    info->options = make_options(said, statement_timeout_ms);
    add(info, "options", info->options);
    conninfo_add_unless_set(info, "user", role);
    conninfo_add_unless_set(info, "application_name", program);
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++)
        conninfo_add_unless_set(info, promises[i].keyword, promises[i].value);
    return true;
}

void conninfo_clear(struct conninfo *info)
{
    PQconninfoFree(info->parsed);
    free(info->options);
    *info = (struct conninfo){0};
}

// The first row that fits decides. A prefix of two characters is a class, five are one state.
static const struct {
    const char *prefix;
    enum sqlstate_meaning meaning;
} meanings[] = {
    {"40", SQLSTATE_RETRY},          {"55P03", SQLSTATE_RETRY},    {"57014", SQLSTATE_RETRY},
    {"08", SQLSTATE_UNAVAILABLE},    {"53", SQLSTATE_UNAVAILABLE}, {"57P", SQLSTATE_UNAVAILABLE},
    {"25006", SQLSTATE_UNAVAILABLE}, {"22", SQLSTATE_ROW},         {"23", SQLSTATE_ROW},
    {"XX000", SQLSTATE_ROW},
};

enum sqlstate_meaning sqlstate_meaning(const char *sqlstate)
{
    if (sqlstate == NULL || sqlstate[0] == '\0')
        return SQLSTATE_UNAVAILABLE;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
            return meanings[i].meaning;
    return SQLSTATE_SCHEMA;
}
