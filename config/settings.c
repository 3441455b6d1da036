// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include "config/network.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LIMIT = 198 }; // what Debian's inih reads of a line

#define FIELD(name) offsetof(struct settings, name)

static const struct setting table[] = {
    {"database", SETTING_SECRET, FIELD(database), "dbname=recueil",
     .meaning = "libpq connection string; where it names no user, each program takes its own role"},
    {"listen", SETTING_TEXT, FIELD(listen), "127.0.0.1:8080",
     .meaning = "numeric address and port of the HTTP service"},
    {"state_dir", SETTING_TEXT, FIELD(state_dir), "/var/lib/recueil",
     .meaning = "where recueild keeps what it must find again after a restart"},
    {"secret_file", SETTING_TEXT, FIELD(secret_file), "/etc/recueil/secret",
     .meaning = "the 32 random bytes from which every key is made; back it up"},
    {"trusted_proxies", SETTING_NETWORKS, FIELD(trusted_proxies), "127.0.0.0/8 ::1", .reload = true,
     .meaning = "addresses or prefixes of proxies in front; they have no cap on connections"},
    {"log_level", SETTING_WORD, FIELD(log_level), "info", .words = " error warning info debug ",
     .reload = true, .meaning = "least severity that is logged: error, warning, info or debug"},
    {"database_connections", SETTING_NUMBER, FIELD(database_connections), "1", 1, 16,
     .meaning = "connections that store submissions; 4 where a disk flush takes over 1 ms"},
    {"batch_limit", SETTING_NUMBER, FIELD(batch_limit), "256", 1, 1000, .reload = true,
     .meaning = "most submissions in one transaction"},
    {"queue_limit", SETTING_NUMBER, FIELD(queue_limit), "10000", 1, 1000000, .reload = true,
     .meaning = "most submissions that wait for the database; more get 503"},
    {"hold_limit", SETTING_DURATION, FIELD(hold_limit_ms), "2s", 100, 60000, .reload = true,
     .meaning = "how long a submission waits for the database before it goes to the spool"},
    {"accept_unsynced_database", SETTING_WORD, FIELD(accept_unsynced_database), "no",
     .words = " yes no ",
     .meaning =
         "yes: promise 201 although fsync, full_page_writes or synchronous_commit is off (tests "
         "only)"},
    {"spool_quota_mib", SETTING_NUMBER, FIELD(spool_quota_mib), "1024", 1, 1048576, .reload = true,
     .meaning = "most MiB that submissions take under state_dir while the database is away"},
    {"spool_least_free_mib", SETTING_NUMBER, FIELD(spool_least_free_mib), "256", 0, 1048576,
     .reload = true,
     .meaning = "MiB that the spool leaves free on its disk; below, clients get 503"},
    {"spool_keep_days", SETTING_NUMBER, FIELD(spool_keep_days), "0", 0, 366, .reload = true,
     .meaning = "days that spool files stay after they reached the database, for a restore"},
    {"acknowledged_keep_days", SETTING_NUMBER, FIELD(acknowledged_keep_days), "35", 1, 3660,
     .reload = true, .meaning = "days that recueil audit can look back"},
    {"admin_listen", SETTING_TEXT, FIELD(admin_listen), "127.0.0.1:8081",
     .meaning = "numeric address and port of /metrics and /spool; never open it to the internet"},
    {"reuse_port", SETTING_WORD, FIELD(reuse_port), "no", .words = " yes no ",
     .meaning = "yes: several recueild, each with its own state_dir, listen at one address"},
    {"connection_limit", SETTING_NUMBER, FIELD(connection_limit), "4096", 16, 65536, .reload = true,
     .meaning = "most HTTP connections at a time"},
    {"connections_per_address", SETTING_NUMBER, FIELD(connections_per_address), "64", 0, 65536,
     .reload = true,
     .meaning = "most HTTP connections from one IPv4 address or IPv6 /64; 0: no cap"},
    {"submissions_per_minute", SETTING_NUMBER, FIELD(submissions_per_minute), "600", 0, 1000000,
     .reload = true,
     .meaning = "most submissions a minute from one IPv4 address or IPv6 /64; 0: no limit; schools "
                "and town halls share one address"},
};
enum { COUNT = sizeof table / sizeof table[0] };

const struct setting *settings_table(size_t *count)
{
    *count = COUNT;
    return table;
}

bool setting_is_yes(const char *word)
{
    return strcmp(word, "yes") == 0;
}

// -- One value --

static bool is_list(const struct setting *setting)
{
    return setting->kind == SETTING_LIST || setting->kind == SETTING_NETWORKS;
}

static void *field(struct settings *settings, const struct setting *setting)
{
    return (char *)settings + setting->offset;
}

static bool parse_number(const struct setting *setting, const char *text, int32_t *value)
{
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || isspace((unsigned char)text[0]))
        return false;
    if (number < setting->least || number > setting->most)
        return false;
    *value = (int32_t)number;
    return true;
}

// "250ms", "2s", "5m".
static bool parse_duration(const struct setting *setting, const char *text, int32_t *value)
{
    static const struct {
        const char *unit;
        long ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || errno != 0 || number < 0 || number > INT32_MAX / 60000)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        long ms = number * units[i].ms;
        if (strcmp(end, units[i].unit) != 0)
            continue;
        *value = (int32_t)ms;
        return ms >= setting->least && ms <= setting->most;
    }
    return false;
}

static bool parse_word(const struct setting *setting, const char *text)
{
    char *wanted = memory_format(" %s ", text);
    bool known =
        text[0] != '\0' && strchr(text, ' ') == NULL && strstr(setting->words, wanted) != NULL;
    free(wanted);
    return known;
}

static void list_add(struct setting_list *list, const char *text)
{
    list->items = memory_resize(list->items, (list->count + 1) * sizeof list->items[0]);
    list->items[list->count++] = memory_copy_text(text);
}

static void list_clear(struct setting_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct setting_list){0};
}

// False when a value does not suit the kind of list.
static bool list_split(struct setting_list *list, const char *text, enum setting_kind kind)
{
    char *copy = memory_copy_text(text);
    char *rest = NULL;
    bool good = true;
    for (char *item = strtok_r(copy, " ", &rest); item != NULL; item = strtok_r(NULL, " ", &rest)) {
        good &= kind != SETTING_NETWORKS || network_is_prefix(item);
        list_add(list, item);
    }
    free(copy);
    return good;
}

static void set_text(char **at, const char *text)
{
    free(*at);
    *at = memory_copy_text(text);
}

// A list is added to. False when the text does not suit the setting.
static bool set_value(struct settings *settings, const struct setting *setting, const char *text)
{
    void *at = field(settings, setting);
    switch (setting->kind) {
    case SETTING_NUMBER:
        return parse_number(setting, text, at);
    case SETTING_DURATION:
        return parse_duration(setting, text, at);
    case SETTING_LIST:
    case SETTING_NETWORKS:
        return list_split(at, text, setting->kind);
    case SETTING_WORD:
        if (!parse_word(setting, text))
            return false;
        set_text(at, text);
        return true;
    case SETTING_TEXT:
    case SETTING_SECRET:
        break;
    }
    set_text(at, text);
    return text[0] != '\0';
}

static void describe_wanted(const struct setting *setting, char *wanted, size_t size)
{
    switch (setting->kind) {
    case SETTING_NUMBER:
        (void)snprintf(wanted, size, "a whole number from %d to %d", setting->least, setting->most);
        break;
    case SETTING_DURATION:
        (void)snprintf(wanted, size, "a duration such as 250ms or 2s, from %d to %d ms",
                       setting->least, setting->most);
        break;
    case SETTING_WORD:
        (void)snprintf(wanted, size, "one of:%s", setting->words);
        break;
    case SETTING_NETWORKS:
        (void)snprintf(wanted, size, "addresses or prefixes such as 10.1.2.3, 10.0.0.0/8 or ::1");
        break;
    default:
        (void)snprintf(wanted, size, "a text that is not empty");
        break;
    }
}

// -- The file --

struct reading {
    const char *path;
    struct settings *settings;
    bool seen[COUNT];
    int line;
    struct error *error;
};

static int find_setting(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(table[i].name, name) == 0)
            return i;
    return -1;
}

static void refuse_unknown(const struct reading *reading, const char *name)
{
    error_set(
        reading->error, ERROR_BAD_INPUT,
        "%s:%d: \"%s\" is no setting: see recueil.conf(5), or the shipped file, for the names",
        reading->path, reading->line, name);
}

// Returns 0 to refuse. inih gives NULL for a new section only when built so; Debian's gives its
// name.
static int on_setting(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    if (section[0] != '\0') {
        error_set(reading->error, ERROR_BAD_INPUT,
                  "%s:%d: sections are not known here: remove \"[%s]\"", reading->path,
                  reading->line, section);
        return 0;
    }
    int index = find_setting(name);
    if (index < 0) {
        refuse_unknown(reading, name);
        return 0;
    }
    const struct setting *setting = &table[index];
    if (reading->seen[index] && !is_list(setting)) {
        error_set(reading->error, ERROR_BAD_INPUT, "%s:%d: \"%s\" is set twice: keep one",
                  reading->path, reading->line, name);
        return 0;
    }
    if (!reading->seen[index] && is_list(setting))
        list_clear(field(reading->settings, setting)); // the file's values replace the default
    reading->seen[index] = true;
    if (!set_value(reading->settings, setting, value)) {
        char wanted[160];
        describe_wanted(setting, wanted, sizeof wanted);
        error_set(reading->error, ERROR_BAD_INPUT, "%s:%d: \"%s\" must be %s", reading->path,
                  reading->line, name, wanted);
        return 0;
    }
    return 1;
}

// One line at a time goes to inih, so that each finding knows its line.
static bool read_line(struct reading *reading, char *line)
{
    size_t size = strcspn(line, "\r\n");
    line[size] = '\0';
    if (size > LINE_LIMIT) {
        error_set(reading->error, ERROR_BAD_INPUT,
                  "%s:%d: the line is longer than %d bytes and would be cut: a list may repeat its "
                  "name, one value a line",
                  reading->path, reading->line, LINE_LIMIT);
        return false;
    }
    if (isspace((unsigned char)line[0]) && strspn(line, " \t") != size) {
        error_set(reading->error, ERROR_BAD_INPUT, "%s:%d: begin the line with the setting's name",
                  reading->path, reading->line);
        return false;
    }
    if (ini_parse_string(line, on_setting, reading) != 0)
        error_set(reading->error, ERROR_BAD_INPUT,
                  "%s:%d: this is no setting: write \"name = value\"", reading->path,
                  reading->line);
    return reading->error->kind == ERROR_NONE;
}

static bool read_file(struct reading *reading)
{
    FILE *file = fopen(reading->path, "re");
    if (file == NULL) {
        error_set(reading->error, ERROR_BAD_INPUT,
                  "%s: %s: give the settings with --config FILE or RECUEIL_CONFIG", reading->path,
                  strerror(errno));
        return false;
    }
    char *line = NULL;
    size_t capacity = 0;
    bool good = true;
    while (good && getline(&line, &capacity, file) >= 0) {
        reading->line++;
        if (line[strspn(line, " \t\r\n")] == '[') // inih tells sections only with a name in them
            error_set(reading->error, ERROR_BAD_INPUT,
                      "%s:%d: sections are not known here: remove this line", reading->path,
                      reading->line);
        good = reading->error->kind == ERROR_NONE && read_line(reading, line);
    }
    free(line);
    (void)fclose(file);
    return good;
}

// -- The environment --

static void environment_name(const char *name, char *variable, size_t size)
{
    (void)snprintf(variable, size, "RECUEIL_%s", name);
    for (char *at = variable; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
}

static bool read_environment(struct settings *settings, struct error *error)
{
    for (int i = 0; i < COUNT; i++) {
        char variable[80];
        environment_name(table[i].name, variable, sizeof variable);
        const char *value = getenv(variable);
        if (value == NULL)
            continue;
        if (is_list(&table[i]))
            list_clear(field(settings, &table[i]));
        if (!set_value(settings, &table[i], value)) {
            char wanted[160];
            describe_wanted(&table[i], wanted, sizeof wanted);
            error_set(error, ERROR_BAD_INPUT, "the environment variable %s must be %s", variable,
                      wanted);
            return false;
        }
    }
    return true;
}

// -- All of them --

struct settings *settings_load(const char *path, struct error *error)
{
    struct error ignored = {0};
    struct reading reading = {.path = path, .error = error != NULL ? error : &ignored};
    AUTO(settings) struct settings *settings = memory_allocate(sizeof *settings);
    for (int i = 0; i < COUNT; i++)
        if (!set_value(settings, &table[i], table[i].initial))
            abort(); // a test walks the table
    reading.settings = settings;
    if (path != NULL && !read_file(&reading))
        return NULL;
    if (!read_environment(settings, reading.error))
        return NULL;
    return TAKE(settings);
}

void settings_destroy(struct settings *settings)
{
    if (settings == NULL)
        return;
    for (int i = 0; i < COUNT; i++) {
        void *at = field(settings, &table[i]);
        if (is_list(&table[i]))
            list_clear(at);
        else if (table[i].kind != SETTING_NUMBER && table[i].kind != SETTING_DURATION)
            free(*(char **)at);
    }
    free(settings);
}

// -- Two of them --

static bool lists_differ(const struct setting_list *a, const struct setting_list *b)
{
    if (a->count != b->count)
        return true;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return true;
    return false;
}

bool setting_differs(const struct settings *a, const struct settings *b,
                     const struct setting *setting)
{
    const void *left = (const char *)a + setting->offset;
    const void *right = (const char *)b + setting->offset;
    if (is_list(setting))
        return lists_differ(left, right);
    if (setting->kind == SETTING_NUMBER || setting->kind == SETTING_DURATION)
        return *(const int32_t *)left != *(const int32_t *)right;
    return strcmp(*(char *const *)left, *(char *const *)right) != 0;
}

static size_t value_size(const struct setting *setting)
{
    if (is_list(setting))
        return sizeof(struct setting_list);
    return setting->kind == SETTING_NUMBER || setting->kind == SETTING_DURATION ? sizeof(int32_t)
                                                                                : sizeof(char *);
}

void setting_exchange(struct settings *a, struct settings *b, const struct setting *setting)
{
    char kept[sizeof(struct setting_list)];
    size_t size = value_size(setting);
    memcpy(kept, field(a, setting), size);
    memcpy(field(a, setting), field(b, setting), size);
    memcpy(field(b, setting), kept, size);
}

// -- Printing --

static void print_initial(const struct setting *setting, FILE *out)
{
    struct setting_list list = {0};
    if (!is_list(setting)) {
        (void)fprintf(out, "#%s = %s\n", setting->name, setting->initial);
        return;
    }
    (void)list_split(&list, setting->initial, setting->kind);
    for (size_t i = 0; i < list.count; i++)
        (void)fprintf(out, "#%s = %s\n", setting->name, list.items[i]);
    list_clear(&list);
}

void settings_print_sample(FILE *out)
{
    (void)fputs(
        "# Settings of recueild and recueil. What is commented out has the value shown.\n"
        "# A value may also come from the environment: RECUEIL_LISTEN for \"listen\". A list\n"
        "# repeats its name, one value a line.\n",
        out);
    for (int i = 0; i < COUNT; i++) {
        (void)fprintf(out, "\n# %s\n", table[i].meaning);
        print_initial(&table[i], out);
    }
}

static void print_value(struct settings *settings, const struct setting *setting, FILE *out)
{
    void *at = field(settings, setting);
    const struct setting_list *list = at;
    switch (setting->kind) {
    case SETTING_NUMBER:
        (void)fprintf(out, "%s = %d\n", setting->name, *(int32_t *)at);
        break;
    case SETTING_DURATION:
        (void)fprintf(out, "%s = %dms\n", setting->name, *(int32_t *)at);
        break;
    case SETTING_LIST:
    case SETTING_NETWORKS:
        for (size_t i = 0; i < list->count; i++)
            (void)fprintf(out, "%s = %s\n", setting->name, list->items[i]);
        break;
    case SETTING_SECRET:
        (void)fprintf(out, "%s = (hidden)\n", setting->name);
        break;
    case SETTING_TEXT:
    case SETTING_WORD:
        (void)fprintf(out, "%s = %s\n", setting->name, *(char **)at);
        break;
    }
}

void settings_print(const struct settings *settings, FILE *out)
{
    for (int i = 0; i < COUNT; i++)
        print_value((struct settings *)(uintptr_t)settings, &table[i], out);
}

const char *settings_path(const char *option)
{
    const char *variable = getenv("RECUEIL_CONFIG");
    if (option != NULL)
        return option;
    return variable != NULL && variable[0] != '\0' ? variable : "/etc/recueil/recueil.conf";
}
