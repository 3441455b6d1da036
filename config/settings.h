// The settings of both programs: one table, read from recueil.conf (INI), then from the environment
// (RECUEIL_ and the name in capitals). The shipped file, --check-config and reloading walk the
// table.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>
#include <stdio.h>

struct setting_list {
    char **items;
    size_t count;
};

struct settings {
    char *database;  // libpq connection string; the role is added where it names no user
    char *listen;    // "127.0.0.1:8080"
    char *state_dir; // where the daemon keeps what it must find again
    char *secret_file;
    struct setting_list trusted_proxies; // addresses whose X-Real-IP is believed
    char *log_level;                     // error warning info debug
    int32_t database_connections;
    int32_t batch_limit;            // rows in one transaction
    int32_t queue_limit;            // submissions that may wait for the database
    int32_t hold_limit_ms;          // how long one may wait before it goes to the spool
    char *accept_unsynced_database; // "yes" "no": 201 although PostgreSQL may lose it in a crash
    int32_t spool_quota_mib;        // all files of the spool together
    int32_t spool_least_free_mib;   // below this the spool takes nothing more
    int32_t spool_keep_days;        // how long drained files stay, for a restore; 0: not at all
    int32_t acknowledged_keep_days;
    char *admin_listen; // "127.0.0.1:8081"
    char *reuse_port;   // "yes" "no"
    int32_t connection_limit;
    int32_t connections_per_address;
    int32_t submissions_per_minute; // of one client address; 0: no limit
};

enum setting_kind {
    SETTING_TEXT,
    SETTING_SECRET,
    SETTING_NUMBER,
    SETTING_DURATION,
    SETTING_LIST,     // texts
    SETTING_NETWORKS, // a list of addresses and prefixes
    SETTING_WORD
};

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;       // in struct settings
    const char *initial; // as text; a list: values separated by spaces
    int32_t least, most; // numbers; durations in milliseconds
    const char *words;   // SETTING_WORD: " error warning info debug "
    bool reload;         // a running recueild takes a new value on SIGHUP; else it is started again
    const char *meaning; // one sentence, printed in the shipped file
};

const struct setting *settings_table(size_t *count);

bool setting_is_yes(const char *word); // of the settings that are "yes" or "no"

// path NULL: defaults and environment only. Unknown names, wrong values, repeats of what is no list
// and lines that inih would cut (198 bytes) are ERROR_BAD_INPUT with file:line and the remedy.
MUST_USE struct settings *settings_load(const char *path, struct error *error);
void settings_destroy(struct settings *settings); // accepts NULL
DEFINE_AUTO(settings)

// A setting of two settings: does its value differ? Exchanging it gives each the other's; who holds
// a pointer to the settings then reads the new value, who holds one into a text or list must not.
bool setting_differs(const struct settings *a, const struct settings *b,
                     const struct setting *setting);
void setting_exchange(struct settings *a, struct settings *b, const struct setting *setting);

// The file as shipped: every setting with its meaning and default, commented out.
void settings_print_sample(FILE *out);
// The effective settings, secrets as "(hidden)".
void settings_print(const struct settings *settings, FILE *out);

// --config, else RECUEIL_CONFIG, else /etc/recueil/recueil.conf. option may be NULL.
const char *settings_path(const char *option);
