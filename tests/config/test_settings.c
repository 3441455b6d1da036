// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/recueil-settings-XXXXXX";

static const char *file_with(const char *text)
{
    strcpy(path, "/tmp/recueil-settings-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static struct settings *load(const char *text, struct error *error)
{
    struct settings *settings = settings_load(file_with(text), error);
    unlink(path);
    return settings;
}

static char *printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    print(out);
    fclose(out);
    return text;
}

Test(settings, ships_a_file_that_is_the_table)
{
    char *sample = printed(settings_print_sample);
    FILE *file = fopen(SOURCE_DIR "/config/recueil.conf", "r");
    cr_assert_not_null(file);
    char shipped[16384] = "";
    size_t size = fread(shipped, 1, sizeof shipped - 1, file);
    shipped[size] = '\0';
    fclose(file);
    cr_assert_str_eq(shipped, sample, "write config/recueil.conf with settings_print_sample()");
    free(sample);
}

Test(settings, accepts_the_shipped_file_with_every_line_uncommented)
{
    char *sample = printed(settings_print_sample);
    char *text = calloc(1, strlen(sample) + 1);
    for (const char *line = sample; *line != '\0'; line = strchr(line, '\n') + 1) {
        bool value = line[0] == '#' && line[1] != ' ';
        size_t length = strcspn(line, "\n") + 1;
        strncat(text, line + value, length - value);
    }
    struct error error = {0};
    AUTO(settings) struct settings *settings = load(text, &error);
    cr_assert_not_null(settings, "%s", error.message);
    cr_assert_str_eq(settings->listen, "127.0.0.1:8080");
    cr_assert_eq(settings->hold_limit_ms, 2000);
    cr_assert_eq(settings->trusted_proxies.count, 2);
    cr_assert_str_eq(settings->trusted_proxies.items[1], "::1");
    free(sample);
    free(text);
}

Test(settings, has_defaults_that_suit_their_own_limits)
{
    struct error error = {0};
    AUTO(settings) struct settings *settings = settings_load(NULL, &error);
    cr_assert_not_null(settings, "%s", error.message);
    cr_assert_eq(settings->batch_limit, 256);
    cr_assert_eq(settings->database_connections, 1);
}

Test(settings, reads_a_connection_string_with_equal_signs)
{
    struct error error = {0};
    AUTO(settings)
    struct settings *settings = load("database = host=/run/x dbname=recueil\n", &error);
    cr_assert_not_null(settings, "%s", error.message);
    cr_assert_str_eq(settings->database, "host=/run/x dbname=recueil");
}

Test(settings, lets_the_file_replace_a_default_list_and_repeat_its_name)
{
    struct error error = {0};
    AUTO(settings)
    struct settings *settings =
        load("trusted_proxies = 10.0.0.1\ntrusted_proxies = 10.0.0.2\n", &error);
    cr_assert_not_null(settings, "%s", error.message);
    cr_assert_eq(settings->trusted_proxies.count, 2);
    cr_assert_str_eq(settings->trusted_proxies.items[0], "10.0.0.1");
}

Test(settings, lets_the_environment_win)
{
    setenv("RECUEIL_LISTEN", "127.0.0.1:9", 1);
    setenv("RECUEIL_TRUSTED_PROXIES", "10.0.0.0/8 ::1", 1);
    struct error error = {0};
    AUTO(settings) struct settings *settings = load("listen = 127.0.0.1:1\n", &error);
    cr_assert_not_null(settings, "%s", error.message);
    cr_assert_str_eq(settings->listen, "127.0.0.1:9");
    cr_assert_str_eq(settings->trusted_proxies.items[0], "10.0.0.0/8");
    setenv("RECUEIL_BATCH_LIMIT", "many", 1);
    cr_assert_null(settings_load(NULL, &error));
    cr_assert(strstr(error.message, "RECUEIL_BATCH_LIMIT"), "%s", error.message);
}

Test(settings, refuses_what_it_does_not_understand_and_says_where)
{
    static const struct {
        const char *text, *place, *word;
    } rows[] = {
        {"\nlisen = 127.0.0.1:1\n", ":2:", "no setting"},
        {"[daemon]\n", ":1:", "section"},
        {"listen = a\nlisten = b\n", ":2:", "twice"},
        {"batch_limit = 0\n", ":1:", "from 1 to 1000"},
        {"batch_limit = 12x\n", ":1:", "whole number"},
        {"batch_limit =\n", ":1:", "whole number"},
        {"hold_limit = 2\n", ":1:", "duration"},
        {"hold_limit = 2h\n", ":1:", "duration"},
        {"log_level = loud\n", ":1:", "one of"},
        {"trusted_proxies = 10.0.0.0/33\n", ":1:", "prefixes"},
        {"trusted_proxies = proxy.example\n", ":1:", "prefixes"},
        {"listen\n", ":1:", "name = value"},
        {"  listen = a\n", ":1:", "begin the line"},
        {"listen =\n", ":1:", "not empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = {0};
        cr_assert_null(load(rows[i].text, &error), "row %zu", i);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT, "row %zu", i);
        cr_assert(strstr(error.message, rows[i].place), "row %zu: %s", i, error.message);
        cr_assert(strstr(error.message, rows[i].word), "row %zu: %s", i, error.message);
    }
}

Test(settings, refuses_a_line_that_would_be_cut)
{
    char text[400] = "database = host=/run/x options='";
    memset(text + strlen(text), 'a', 200);
    strcat(text, "'\n");
    struct error error = {0};
    cr_assert_null(load(text, &error));
    cr_assert(strstr(error.message, "198"), "%s", error.message);
}

Test(settings, says_how_to_name_a_file_that_is_not_there)
{
    struct error error = {0};
    cr_assert_null(settings_load("/nonexistent/recueil.conf", &error));
    cr_assert(strstr(error.message, "RECUEIL_CONFIG"), "%s", error.message);
}

Test(settings, prints_no_secret)
{
    struct error error = {0};
    AUTO(settings) struct settings *settings = load("database = password=hunter2\n", &error);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    settings_print(settings, out);
    fclose(out);
    cr_assert_null(strstr(text, "hunter2"));
    cr_assert(strstr(text, "database = (hidden)"));
    cr_assert(strstr(text, "listen = 127.0.0.1:8080"));
    free(text);
}

Test(settings, finds_its_file)
{
    setenv("RECUEIL_CONFIG", "/a", 1);
    cr_assert_str_eq(settings_path(NULL), "/a");
    cr_assert_str_eq(settings_path("/b"), "/b");
    unsetenv("RECUEIL_CONFIG");
    cr_assert_str_eq(settings_path(NULL), "/etc/recueil/recueil.conf");
}

static const struct setting *setting_named(const char *name)
{
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    cr_assert_fail("%s is no setting", name);
    return NULL;
}

Test(settings, tells_which_values_differ)
{
    struct error error = {0};
    AUTO(settings) struct settings *a = load("listen = 127.0.0.1:1\nhold_limit = 3s\n", &error);
    AUTO(settings)
    struct settings *b = load("listen = 127.0.0.1:2\nqueue_limit = 7\ntrusted_proxies = ::1\n"
                              "trusted_proxies = 127.0.0.0/8\n",
                              &error);
    cr_assert(a != NULL && b != NULL, "%s", error.message);
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        bool differs =
            strstr(" listen hold_limit queue_limit trusted_proxies ", table[i].name) != NULL;
        cr_expect_eq(setting_differs(a, b, &table[i]), differs, "%s", table[i].name);
        cr_expect_not(setting_differs(a, a, &table[i]), "%s", table[i].name);
    }
}

// With the values exchanged, each frees what it has now: the sanitizer watches.
Test(settings, exchanges_any_value)
{
    struct error error = {0};
    AUTO(settings) struct settings *a = settings_load(NULL, &error);
    AUTO(settings)
    struct settings *b = load("hold_limit = 3s\ntrusted_proxies = 10.0.0.0/8\nlog_level = debug\n"
                              "database = dbname=other\nbatch_limit = 2\n",
                              &error);
    cr_assert(a != NULL && b != NULL, "%s", error.message);
    static const char *const names[] = {"hold_limit", "trusted_proxies", "log_level", "database"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        setting_exchange(a, b, setting_named(names[i]));
    cr_expect_eq(a->hold_limit_ms, 3000);
    cr_expect_eq(b->hold_limit_ms, 2000);
    cr_expect_eq(a->trusted_proxies.count, 1);
    cr_expect_str_eq(a->trusted_proxies.items[0], "10.0.0.0/8");
    cr_expect_eq(b->trusted_proxies.count, 2);
    cr_expect_str_eq(a->log_level, "debug");
    cr_expect_str_eq(a->database, "dbname=other");
    cr_expect_eq(a->batch_limit, 256);
}

Test(settings, needs_a_restart_for_what_is_opened_at_start)
{
    static const char *const opened[] = {
        "database",     "listen",    "state_dir", "secret_file", "database_connections",
        "admin_listen", "reuse_port"};
    for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++)
        cr_expect_not(setting_named(opened[i])->reload, "%s", opened[i]);
    cr_expect(setting_named("log_level")->reload);
}
