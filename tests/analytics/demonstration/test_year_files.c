// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/year_files.h"

#include "config/condition.h"
#include "config/text.h"
#include "tests/analytics/demonstration/casud.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const surveys[] = {"demarches", "agents"};

// A directory of its own, removed by the test's end.
struct place_to_write {
    char root[64], directory[80];
};

static struct place_to_write make_place(void)
{
    struct place_to_write place = {.root = "/tmp/recueil-year-XXXXXX"};
    cr_assert_not_null(mkdtemp(place.root));
    (void)snprintf(place.directory, sizeof place.directory, "%s/year", place.root);
    return place;
}

static void remove_place(const struct place_to_write *place)
{
    DIR *directory = opendir(place->directory);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", place->directory, entry->d_name);
        (void)unlink(path); // refuses . and ..
    }
    if (directory != NULL)
        (void)closedir(directory);
    (void)rmdir(place->directory);
    (void)rmdir(place->root);
}

static struct year_count write_place(const struct place_to_write *place,
                                     const struct demonstration_options *options)
{
    struct catalogue catalogue = casud_catalogue();
    struct error error = {0};
    struct year_count count;
    AUTO(demonstration)
    struct demonstration *demonstration = demonstration_create(&catalogue, options, &error);
    cr_assert_not_null(demonstration, "%s", error.message);
    cr_assert(year_write(demonstration, place->directory, &count, &error), "%s", error.message);
    return count;
}

// The whole file; the caller frees it.
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file, "%s", path);
    char *text = NULL;
    size_t room = 0;
    ssize_t size = getdelim(&text, &room, '\0', file);
    cr_assert_gt(size, 0, "%s", path);
    (void)fclose(file);
    return text;
}

static char *read_month(const struct place_to_write *place, int month, const char *survey)
{
    struct month at = month_add((struct month){2026, 10}, month - 11);
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%04d-%02d.%s.ndjson", place->directory, at.year,
                   at.number, survey);
    return read_file(path);
}

// One line of the year.
struct line {
    int file; // month, from 0
    int survey;
    const char *text;
    const json_t *document;
};

typedef void each_line(const struct line *line, void *context);

static void visit_file(char *text, int month, int survey, each_line *visit, void *context)
{
    cr_assert_eq(text[strlen(text) - 1], '\n');
    char *rest = text;
    for (char *at; (at = strsep(&rest, "\n")) != NULL && at[0] != '\0';) {
        json_error_t error;
        json_auto_t *document = json_loads(at, JSON_REJECT_DUPLICATES, &error);
        cr_assert_not_null(document, "%s: %s", error.text, at);
        struct line line = {month, survey, at, document};
        visit(&line, context);
    }
}

static void visit_lines(const struct place_to_write *place, each_line *visit, void *context)
{
    for (int survey = 0; survey < 2; survey++)
        for (int month = 0; month < CASUD_MONTHS; month++) {
            char *text = read_month(place, month, surveys[survey]);
            visit_file(text, month, survey, visit, context);
            free(text);
        }
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

// The month of the year in which the line was received; -1 when in none.
static int month_received(const json_t *document)
{
    const char *text = text_of(document, "received_at");
    int64_t at_us = 0;
    cr_assert(instant_parse(text, strlen(text), &at_us), "%s", text);
    const int64_t *starts_us = casud_starts_us();
    for (int month = CASUD_MONTHS; month-- > 0;)
        if (at_us >= starts_us[month])
            return at_us < starts_us[month + 1] ? month : -1;
    return -1;
}

struct order {
    int lines[2];
    int late, duplicates, robots;
    int file, phase; // of this file: 0 while late ones of the month before come, then 1
    char *before;
};

static void check_order(const struct line *line, void *context)
{
    struct order *order = context;
    order->lines[line->survey]++;
    bool repeated = order->before != NULL && strcmp(order->before, line->text) == 0;
    order->duplicates += repeated;
    int month = month_received(line->document);
    if (line->survey == 1) {
        cr_assert_eq(month, line->file, "agents are never late");
        cr_assert_not(repeated);
    } else {
        bool late = month == line->file - 1;
        cr_assert(month == line->file || late, "%s", line->text);
        if (order->file != line->file)
            order->phase = 0;
        cr_assert(!late || order->phase == 0, "late ones stand first");
        order->phase = late ? 0 : 1;
        order->late += late;
        order->robots += json_object_get(line->document, "site") != NULL;
    }
    order->file = line->file;
    free(order->before);
    order->before = strdup(line->text);
}

struct late {
    char ids[64][UUID_TEXT_SIZE];
    size_t count;
};

static void keep_late(const struct demonstration_answer *answer, void *context)
{
    struct late *late = context;
    if (answer->fate != FATE_LATE)
        return;
    cr_assert_lt(late->count, 64);
    uuid_write(&answer->id, late->ids[late->count++]);
}

// In the order of draws.
static struct late find_last_months_late(void)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration)
    struct demonstration *demonstration = demonstration_create(&catalogue, &options, NULL);
    struct late late = {0};
    for (size_t i = 0; i < demonstration_procedures(demonstration); i++)
        demonstration_external(demonstration, i, CASUD_MONTHS - 1, keep_late, &late);
    return late;
}

Test(year_files, hold_late_answers_in_the_next_month_and_duplicates_twice)
{
    struct place_to_write place = make_place();
    struct demonstration_options options = casud_options();
    struct year_count count = write_place(&place, &options);
    struct order order = {0};
    visit_lines(&place, check_order, &order);
    free(order.before);
    cr_assert_eq(order.lines[0], 10981 + 406 + 327 * 2 + 268);
    cr_assert_eq(count.lines, order.lines[0] + order.lines[1]);
    cr_assert_eq(count.files, 24);
    cr_assert_eq(order.late, 406 - (int)find_last_months_late().count);
    cr_assert_eq(order.duplicates, 327);
    cr_assert_eq(order.robots, 268);
    remove_place(&place);
}

// The late ones of the last month are the last lines of the last file, in the order of draws.
Test(year_files, end_with_the_last_months_late_answers)
{
    struct place_to_write place = make_place();
    struct demonstration_options options = casud_options();
    (void)write_place(&place, &options);
    struct late late = find_last_months_late();
    cr_assert_gt(late.count, 10);

    char *text = read_month(&place, CASUD_MONTHS - 1, "demarches");
    for (size_t i = late.count; i-- > 0;) {
        text[strlen(text) - 1] = '\0';
        char *last = strrchr(text, '\n');
        cr_assert_not_null(last);
        cr_assert_not_null(strstr(last, late.ids[i]), "late answer %zu", i);
        last[1] = '\0';
    }
    free(text);
    remove_place(&place);
}

Test(year_files, are_the_same_bytes_for_the_same_options)
{
    struct place_to_write places[2];
    struct demonstration_options options = casud_options();
    for (int i = 0; i < 2; i++) {
        places[i] = make_place();
        (void)write_place(&places[i], &options);
    }
    (void)write_place(&places[1], &options); // over what is there
    static const char *const names[] = {"2025-11.demarches.ndjson", "2026-10.demarches.ndjson",
                                        "2026-02.agents.ndjson", "truth.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%s", places[0].directory, names[i]);
        char *one = read_file(path);
        (void)snprintf(path, sizeof path, "%s/%s", places[1].directory, names[i]);
        char *two = read_file(path);
        cr_assert_str_eq(one, two, "%s", names[i]);
        free(one);
        free(two);
    }
    DIR *directory = opendir(places[1].directory);
    int entries = 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        cr_assert_null(strstr(entry->d_name, "partial"), "%s", entry->d_name);
        entries++;
    }
    (void)closedir(directory);
    cr_assert_eq(entries, 2 + 24 + 1); // . and .., a file a month and survey, the truth
    for (int i = 0; i < 2; i++)
        remove_place(&places[i]);
}

Test(year_files, hold_the_truth_of_the_demonstration)
{
    struct place_to_write place = make_place();
    struct demonstration_options options = casud_options();
    (void)write_place(&place, &options);
    char path[160];
    (void)snprintf(path, sizeof path, "%s/truth.json", place.directory);
    json_auto_t *truth = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_str_eq(text_of(truth, "generator"), "recueil-demo-1");
    cr_assert_eq(json_array_size(json_object_get(truth, "procedures")), CASUD_PROCEDURES);
    remove_place(&place);
}

Test(year_files, say_where_they_cannot_be_written)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration)
    struct demonstration *demonstration = demonstration_create(&catalogue, &options, NULL);
    static const char *const directories[] = {"/nonexistent/deeper", "/dev/null"};
    for (size_t i = 0; i < 2; i++) {
        struct error error = {0};
        struct year_count count;
        cr_assert_not(year_write(demonstration, directories[i], &count, &error));
        cr_assert_eq(error.kind, ERROR_FAILED);
        cr_assert_not_null(strstr(error.message, directories[i]), "%s", error.message);
    }
}

// Europe/Paris around 2026: the last Sundays of March and October, 1:00 UTC.
static int32_t paris_day_of(const void *context, int64_t at_us)
{
    (void)context;
    int64_t at_s = at_us / 1000000;
    int64_t spring_s = (int64_t)calendar_days(2026, 3, 29) * 86400 + 3600;
    int64_t autumn_s = (int64_t)calendar_days(2026, 10, 25) * 86400 + 3600;
    int hours = at_s >= spring_s && at_s < autumn_s ? 2 : 1;
    return (int32_t)((at_s + hours * 3600) / 86400);
}

Test(year_files, find_where_months_start_in_a_time_zone)
{
    int64_t starts_us[CASUD_MONTHS + 1];
    year_starts((struct month){2026, 10}, CASUD_MONTHS, casud_day_of, NULL, starts_us);
    for (int i = 0; i <= CASUD_MONTHS; i++)
        cr_assert_eq(starts_us[i], casud_starts_us()[i], "month %d", i);

    char text[INSTANT_TEXT_SIZE];
    year_starts((struct month){2026, 10}, 2, paris_day_of, NULL, starts_us);
    instant_write(starts_us[1], text);
    cr_assert_str_eq(text, "2026-09-30T22:00:00.000000Z");
    instant_write(starts_us[2], text);
    cr_assert_str_eq(text, "2026-10-31T23:00:00.000000Z");
}

// The surveys as their files say, question by question.
enum { CONDITIONS_LIMIT = 3, QUESTIONS_LIMIT = 40 };

struct question {
    const json_t *element;
    const struct condition *conditions[CONDITIONS_LIMIT];
    size_t condition_count;
};

struct questions {
    json_t *document;
    struct question items[QUESTIONS_LIMIT];
    size_t count;
    struct condition *conditions[QUESTIONS_LIMIT];
    size_t condition_count;
};

static void load_elements(struct questions *questions, const json_t *elements,
                          const struct question *around)
{
    size_t i;
    const json_t *element;
    json_array_foreach(elements, i, element)
    {
        struct question question = *around;
        question.element = element;
        const char *visible_if = text_of(element, "visibleIf");
        if (visible_if != NULL) {
            struct error error = {0};
            struct condition *condition = condition_parse(visible_if, &error);
            cr_assert_not_null(condition, "%s", error.message);
            questions->conditions[questions->condition_count++] = condition;
            question.conditions[question.condition_count++] = condition;
        }
        const json_t *inner = json_object_get(element, "elements");
        if (inner != NULL)
            load_elements(questions, inner, &question);
        else
            questions->items[questions->count++] = question;
    }
}

static void load_questions(struct questions *questions, const char *survey)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/config/collectivities/casud/surveys/%s.json", SOURCE_DIR,
                   survey);
    json_error_t error;
    questions->document = json_load_file(path, 0, &error);
    cr_assert_not_null(questions->document, "%s: %s", path, error.text);
    load_elements(questions, json_object_get(questions->document, "pages"), &(struct question){0});
}

static void clear_questions(struct questions *questions)
{
    for (size_t i = 0; i < questions->condition_count; i++)
        condition_destroy(questions->conditions[i]);
    json_decref(questions->document);
}

static bool is_shown(const struct question *question, const json_t *answers)
{
    for (size_t i = 0; i < question->condition_count; i++)
        if (!condition_holds(question->conditions[i], answers))
            return false;
    return true;
}

static bool lists(const json_t *choices, const json_t *value)
{
    size_t i;
    const json_t *choice;
    json_array_foreach(choices, i,
                       choice) if (json_equal(json_object_get(choice, "value"), value)) return true;
    return false;
}

static bool is_procedure(const char *code)
{
    for (size_t i = 0; code != NULL && i < CASUD_PROCEDURES; i++)
        if (strcmp(casud_procedures[i].code, code) == 0)
            return true;
    return false;
}

static bool fits_list(const json_t *element, const json_t *value)
{
    size_t i;
    const json_t *item;
    if (json_array_size(value) == 0)
        return false;
    json_array_foreach(value, i, item)
    {
        bool none = json_is_string(item) && strcmp(json_string_value(item), "none") == 0;
        if (none && (!json_is_true(json_object_get(element, "showNoneItem")) ||
                     json_array_size(value) != 1))
            return false;
        if (!none && !lists(json_object_get(element, "choices"), item))
            return false;
    }
    return true;
}

static bool fits_text(const json_t *element, const json_t *value)
{
    const char *kind = text_of(element, "inputType");
    if (kind != NULL && strcmp(kind, "number") == 0)
        return json_is_integer(value) &&
               json_integer_value(value) >= json_integer_value(json_object_get(element, "min")) &&
               json_integer_value(value) <= json_integer_value(json_object_get(element, "max"));
    const json_t *most = json_object_get(element, "maxLength");
    const char *text = json_string_value(value);
    return text != NULL && text_is_valid(text, strlen(text)) &&
           !text_is_blank(text, strlen(text)) &&
           (most == NULL || text_length(text, strlen(text)) <= (size_t)json_integer_value(most));
}

static bool fits(const json_t *element, const json_t *value)
{
    const char *type = text_of(element, "type");
    const char *measure = text_of(json_object_get(element, "recueil"), "measure");
    if (measure != NULL && strcmp(measure, "procedure") == 0)
        return is_procedure(json_string_value(value));
    if (strcmp(type, "checkbox") == 0)
        return fits_list(element, value);
    if (strcmp(type, "rating") == 0)
        return lists(json_object_get(element, "rateValues"), value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "text") == 0 || strcmp(type, "comment") == 0)
        return fits_text(element, value);
    return lists(json_object_get(element, "choices"), value);
}

struct fit {
    struct questions questions[2];
    int texts, lines;
};

static void check_answers(const struct questions *questions, const struct line *line,
                          struct fit *fit)
{
    const json_t *answers = json_object_get(line->document, "answers");
    size_t known = 0;
    for (size_t i = 0; i < questions->count; i++) {
        const struct question *question = &questions->items[i];
        const char *name = text_of(question->element, "name");
        const json_t *value = json_object_get(answers, name);
        bool required = json_is_true(json_object_get(question->element, "isRequired"));
        cr_assert(value != NULL || !required || !is_shown(question, answers), "%s is missing: %s",
                  name, line->text);
        if (value == NULL)
            continue;
        known++;
        cr_assert(is_shown(question, answers), "%s is not shown: %s", name, line->text);
        cr_assert(fits(question->element, value), "%s does not fit: %s", name, line->text);
        fit->texts += strcmp(name, "texte") == 0;
    }
    cr_assert_eq(known, json_object_size(answers), "an unknown question: %s", line->text);
}

static void check_members(const struct line *line)
{
    static const struct {
        const char *entry, *placement;
    } entries[] = {{"form", "site-web"}, {"kiosk", "borne-mairie"}, {"paper", "papier"}};
    static const char *const members[] = {"id",       "received_at", "entry", "placement",
                                          "language", "channel",     "site",  "answers"};
    size_t known = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        known += json_object_get(line->document, members[i]) != NULL;
    cr_assert_eq(known, json_object_size(line->document), "an unknown member: %s", line->text);
    cr_assert_eq(json_object_get(line->document, "channel") != NULL, line->survey == 1, "%s",
                 line->text);
    cr_assert_str_eq(text_of(line->document, "language"), "fr");
    const json_t *site = json_object_get(line->document, "site");
    cr_assert(site == NULL || json_string_length(site) > 0);
    bool placed = false;
    for (size_t i = 0; i < 3; i++)
        placed =
            placed || (strcmp(text_of(line->document, "entry"), entries[i].entry) == 0 &&
                       strcmp(text_of(line->document, "placement"), entries[i].placement) == 0);
    cr_assert(placed, "%s", line->text);
}

static void check_fit(const struct line *line, void *context)
{
    struct fit *fit = context;
    cr_assert_lt(strlen(line->text), 4096);
    check_members(line);
    check_answers(&fit->questions[line->survey], line, fit);
    fit->lines++;
}

Test(year_files, hold_only_members_and_codes_that_the_surveys_offer)
{
    struct place_to_write place = make_place();
    struct demonstration_options options = casud_options();
    (void)write_place(&place, &options);
    struct fit fit = {0};
    for (int survey = 0; survey < 2; survey++)
        load_questions(&fit.questions[survey], surveys[survey]);
    visit_lines(&place, check_fit, &fit);
    cr_assert(fit.texts > fit.lines * 17 / 100 && fit.texts < fit.lines * 23 / 100,
              "about one in five writes: %d of %d", fit.texts, fit.lines);
    for (int survey = 0; survey < 2; survey++)
        clear_questions(&fit.questions[survey]);
    remove_place(&place);
}

// The difficulties that real texts bring are there.
struct marks {
    const char *mark;
    int seen;
};

static void find_marks(const struct line *line, void *context)
{
    const char *text = text_of(json_object_get(line->document, "answers"), "texte");
    for (struct marks *marks = context; text != NULL && marks->mark != NULL; marks++)
        marks->seen += strstr(text, marks->mark) != NULL;
}

Test(year_files, write_texts_as_people_do)
{
    struct place_to_write place = make_place();
    struct demonstration_options options = casud_options();
    (void)write_place(&place, &options);
    struct marks marks[] = {{"\"", 0},     {"*", 0},       {"\n", 0},  {"’", 0},
                            {"\u00A0", 0}, {"«\u00A0", 0}, {"Mi ", 0}, {NULL, 0}};
    visit_lines(&place, find_marks, marks);
    for (size_t i = 0; marks[i].mark != NULL; i++)
        cr_assert_gt(marks[i].seen, 3, "%s", marks[i].mark);
    remove_place(&place);
}
