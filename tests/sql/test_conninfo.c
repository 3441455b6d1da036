// SPDX-License-Identifier: Apache-2.0
#include "sql/conninfo.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *value(const struct conninfo *info, const char *keyword)
{
    const char *found = NULL;
    int times = 0;
    for (size_t i = 0; info->keywords[i] != NULL; i++)
        if (strcmp(info->keywords[i], keyword) == 0) {
            found = info->values[i];
            times++;
        }
    cr_assert(times <= 1, "%s is given %d times", keyword, times);
    return found;
}

static void read(struct conninfo *info, const char *text, int statement_timeout_ms)
{
    struct error error = {0};
    cr_assert(conninfo_read(info, text, "recueil_daemon", "recueild", statement_timeout_ms, &error),
              "%s", error.message);
}

Test(conninfo, adds_the_role_and_the_program_where_the_text_names_none)
{
    struct conninfo info;
    read(&info, "host=/run/x dbname=recueil", 0);
    cr_assert_str_eq(value(&info, "user"), "recueil_daemon");
    cr_assert_str_eq(value(&info, "application_name"), "recueild");
    cr_assert_str_eq(value(&info, "host"), "/run/x");
    cr_assert_str_eq(value(&info, "dbname"), "recueil");
    cr_assert_str_eq(value(&info, "client_encoding"), "UTF8");
    cr_assert(value(&info, "keepalives_idle") != NULL);
    conninfo_clear(&info);
}

Test(conninfo, adds_a_parameter_unless_the_text_gave_it)
{
    struct conninfo info;
    read(&info, "dbname=recueil", 0);
    conninfo_add_unless_set(&info, "target_session_attrs", "read-write");
    cr_assert_str_eq(value(&info, "target_session_attrs"), "read-write");
    conninfo_clear(&info);
    read(&info, "dbname=recueil target_session_attrs=any", 0);
    conninfo_add_unless_set(&info, "target_session_attrs", "read-write");
    cr_assert_str_eq(value(&info, "target_session_attrs"), "any");
    conninfo_clear(&info);
}

Test(conninfo, leaves_what_the_text_says)
{
    struct conninfo info;
    read(&info, "postgresql://someone@db.example/base?application_name=mine&connect_timeout=3", 0);
    cr_assert_str_eq(value(&info, "user"), "someone");
    cr_assert_str_eq(value(&info, "application_name"), "mine");
    cr_assert_str_eq(value(&info, "connect_timeout"), "3");
    conninfo_clear(&info);
}

// Does `first` stand before `second` in the options? What comes last wins.
static bool is_before(const char *options, const char *first, const char *second)
{
    const char *one = strstr(options, first);
    const char *two = strstr(options, second);
    return one != NULL && two != NULL && one < two;
}

Test(conninfo, lets_the_options_of_the_text_win_over_its_promises)
{
    struct conninfo info;
    read(&info, "dbname=x options='-c synchronous_commit=remote_apply'", 5000);
    const char *options = value(&info, "options");
    cr_assert(is_before(options, "synchronous_commit=on", "synchronous_commit=remote_apply"), "%s",
              options);
    conninfo_clear(&info);
}

Test(conninfo, limits_statements_locks_and_idling_together)
{
    struct conninfo info;
    read(&info, "dbname=x", 5000);
    const char *options = value(&info, "options");
    cr_assert(strstr(options, "statement_timeout=5000") != NULL, "%s", options);
    cr_assert(strstr(options, "lock_timeout=2000") != NULL, "%s", options);
    cr_assert(strstr(options, "idle_in_transaction_session_timeout=") != NULL, "%s", options);
    conninfo_clear(&info);

    read(&info, "dbname=x", 700);
    cr_assert(strstr(value(&info, "options"), "lock_timeout=700") != NULL);
    conninfo_clear(&info);

    read(&info, "dbname=x", 0);
    cr_assert(strstr(value(&info, "options"), "timeout") == NULL);
    cr_assert(strstr(value(&info, "options"), "TimeZone=UTC") != NULL);
    cr_assert(strstr(value(&info, "options"), "DateStyle=ISO") != NULL);
    conninfo_clear(&info);
}

Test(conninfo, takes_an_empty_text_for_all_defaults)
{
    struct conninfo info;
    read(&info, "", 0);
    cr_assert(value(&info, "host") == NULL);
    conninfo_clear(&info);
}

Test(conninfo, holds_every_keyword_that_libpq_knows)
{
    // All of them set at once must still fit.
    char text[8192] = "";
    PQconninfoOption *known = PQconndefaults();
    for (const PQconninfoOption *option = known; option->keyword != NULL; option++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s=1 ", option->keyword);
    PQconninfoFree(known);
    struct conninfo info;
    read(&info, text, 5000);
    cr_assert_str_eq(value(&info, "user"), "1");
    conninfo_clear(&info);
}

Test(conninfo, refuses_what_is_no_connection_string)
{
    static const char *const texts[] = {"garbage", "nosuchkeyword=1", "postgresql://[::1",
                                        "host='open"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct conninfo info;
        struct error error = {0};
        cr_assert_not(conninfo_read(&info, texts[i], "r", "p", 0, &error), "%s", texts[i]);
        cr_assert_eq(error.kind, ERROR_USAGE, "%s", texts[i]);
        cr_assert(strchr(error.message, '\n') == NULL, "%s", error.message);
        conninfo_clear(&info);
    }
}

Test(conninfo, knows_what_a_state_means)
{
    static const struct {
        const char *sqlstate;
        enum sqlstate_meaning meaning;
    } states[] = {
        {NULL, SQLSTATE_UNAVAILABLE},    {"", SQLSTATE_UNAVAILABLE},
        {"08006", SQLSTATE_UNAVAILABLE}, {"53100", SQLSTATE_UNAVAILABLE},
        {"53300", SQLSTATE_UNAVAILABLE}, {"57P01", SQLSTATE_UNAVAILABLE},
        {"57P03", SQLSTATE_UNAVAILABLE}, {"25006", SQLSTATE_UNAVAILABLE},
        {"40001", SQLSTATE_RETRY},       {"40P01", SQLSTATE_RETRY},
        {"55P03", SQLSTATE_RETRY},       {"57014", SQLSTATE_RETRY},
        {"22021", SQLSTATE_ROW},         {"22P05", SQLSTATE_ROW},
        {"23505", SQLSTATE_ROW},         {"XX000", SQLSTATE_ROW},
        {"42P01", SQLSTATE_SCHEMA},      {"42501", SQLSTATE_SCHEMA},
        {"3D000", SQLSTATE_SCHEMA},      {"28000", SQLSTATE_SCHEMA},
        {"25P02", SQLSTATE_SCHEMA},      {"XX001", SQLSTATE_SCHEMA},
    };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        cr_assert_eq(sqlstate_meaning(states[i].sqlstate), states[i].meaning, "%s",
                     states[i].sqlstate == NULL ? "none" : states[i].sqlstate);
}
