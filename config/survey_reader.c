// A survey's file -> struct survey. One table of properties a kind of object, then one reader a
// kind, from the document down to its panels. Questions are survey_question_reader.c; what the
// parts must be together is survey_rules.c.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/survey_shape.h"

#include "config/calendar.h"
#include "config/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LIMIT = 63, SLUG_LIMIT = 40, RETENTION_LIMIT = 120 };

static const struct property survey_properties[] = {
    {"locale", WANT_TEXT, .needed = false},        {"title", WANT_PHRASE, .needed = true},
    {"description", WANT_PHRASE, .needed = false}, {"recueil", WANT_OBJECT, .needed = true},
    {"pages", WANT_LIST, .needed = true},          {.name = NULL},
};

static const struct property recueil_properties[] = {
    {"slug", WANT_TEXT, .needed = true},
    {"audience", WANT_TEXT, .needed = true},
    {"phase", WANT_TEXT, .needed = false},
    {"access", WANT_TEXT, .needed = false},
    {"procedure", WANT_TEXT, .needed = false},
    {"procedures", WANT_TEXT, .needed = false},
    {"opens", WANT_TEXT, .needed = false},
    {"closes", WANT_TEXT, .needed = false},
    {"retention_months", WANT_WHOLE, .needed = false},
    {.name = NULL},
};

static const struct property page_properties[] = {
    {"name", WANT_TEXT, .needed = true},           {"title", WANT_PHRASE, .needed = false},
    {"description", WANT_PHRASE, .needed = false}, {"visibleIf", WANT_TEXT, .needed = false},
    {"elements", WANT_LIST, .needed = true},       {.name = NULL},
};

static const struct property panel_properties[] = {
    {"type", WANT_TEXT, .needed = true},     {"name", WANT_TEXT, .needed = true},
    {"title", WANT_PHRASE, .needed = false}, {"visibleIf", WANT_TEXT, .needed = false},
    {"elements", WANT_LIST, .needed = true}, {.name = NULL},
};

// Words that the pages and their addresses need for themselves.
static const char *const reserved_slugs[] = {"results", "accessibility", "style.css", "logo.svg",
                                             NULL};
static const char *const reserved_names[] = {"site", "f", "contenu", NULL};

static const char *const access_words[] = {"open", "invitation", NULL};

static const char *read_vocabulary(struct survey_reader *reader, const struct spot *spot,
                                   const json_t *object, const char *name, enum vocabulary list)
{
    const char *word = shape_text(object, name);
    if (word == NULL)
        return NULL;
    const char *found = vocabulary_find(list, word, strlen(word));
    if (found == NULL)
        complain_at(reader, spot, name, "unknown value: write %s", vocabulary_list(list));
    return found;
}

static int32_t read_day(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                        const char *name)
{
    int32_t day = 0;
    const char *text = shape_text(object, name);
    if (text != NULL && !calendar_day_parse(text, &day)) {
        complain_at(reader, spot, name, "no such day: write it as 2026-11-01");
        return 0;
    }
    return day;
}

static bool is_name(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[size] == '\0' && size > 0 && size <= NAME_LIMIT && name[0] >= 'a' && name[0] <= 'z';
}

char *survey_read_name(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    const char *name = shape_text(object, "name");
    if (name == NULL)
        return memory_copy_text("");
    if (!is_name(name))
        complain_at(reader, spot, "name",
                    "not a name: write at most 63 small letters without accents, digits and _, "
                    "beginning with a letter");
    else if (shape_find_word(reserved_names, name) >= 0)
        complain_at(reader, spot, "name", "\"%s\" is used by the page itself: choose another name",
                    name);
    return memory_copy_text(name);
}

void survey_complain_of_repeat(struct survey_reader *reader, const struct spot *spot,
                               const char *name, const char *said)
{
    complain_at(reader, spot, "name", "%s before has the name \"%s\": choose another", said, name);
}

struct condition *survey_read_condition(struct survey_reader *reader, const struct spot *spot,
                                        const json_t *object, const char *own)
{
    struct error error = {ERROR_NONE, ""};
    const char *text = shape_text(object, "visibleIf");
    if (text == NULL)
        return NULL;
    struct condition *condition = condition_parse(text, &error);
    if (condition == NULL) {
        complain_at(reader, spot, "visibleIf", "%s", error.message);
        return NULL;
    }
    struct spot here = {.parent = spot, .key = "visibleIf"};
    size_t size = (reader->pending_count + 1) * sizeof *reader->pending;
    reader->pending = memory_resize(reader->pending, size);
    reader->pending[reader->pending_count++] = (struct pending_condition){
        .condition = condition,
        .place = spot_write(reader, &here),
        .before = reader->survey->question_count,
        .own = own,
    };
    return condition;
}

static void read_panel(struct survey_reader *reader, const struct spot *spot, const json_t *object);

// The type's index in question_type_names; -1 when there is none that we know.
static int read_type(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    const char *type = shape_text(object, "type");
    if (type == NULL) {
        complain(reader, spot, "a question or panel is an object with a \"type\": add it");
        return -1;
    }
    return shape_word(
        reader, spot, object, "type", question_type_names,
        "radiogroup, checkbox, dropdown, boolean, rating, comment, text, matrix, html "
        "or panel");
}

// NOLINTNEXTLINE(misc-no-recursion): a panel inside a panel is refused before it is read
static void read_elements(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, int panel)
{
    const json_t *list = shape_list(object, "elements");
    struct spot list_spot = {.parent = spot, .key = "elements"};
    if (list != NULL && json_array_size(list) == 0)
        complain(reader, &list_spot, "nothing here: add a question or remove it");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct spot here = {.parent = &list_spot, .index = i};
        const json_t *element = json_array_get(list, i);
        int type = read_type(reader, &here, element);
        if (type >= 0 && type < QUESTION_TYPE_COUNT)
            survey_read_question(reader, &here, element, (enum question_type)type, panel);
        else if (type == QUESTION_TYPE_COUNT && panel >= 0)
            complain(reader, &here, "a panel inside a panel: move its questions out");
        else if (type == QUESTION_TYPE_COUNT)
            read_panel(reader, &here, element);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static void read_panel(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    struct survey *survey = reader->survey;
    shape_check(reader, spot, object, panel_properties, 0, "a panel");
    struct panel panel = {
        .name = survey_read_name(reader, spot, object),
        .visible_if = survey_read_condition(reader, spot, object, NULL),
        .page = (int)survey->page_count - 1,
    };
    shape_phrase(reader, spot, object, "title", &panel.title);
    for (size_t i = 0; i < survey->panel_count; i++)
        if (panel.name[0] != '\0' && strcmp(survey->panels[i].name, panel.name) == 0)
            survey_complain_of_repeat(reader, spot, panel.name, "a panel");
    size_t size = (survey->panel_count + 1) * sizeof *survey->panels;
    survey->panels = memory_resize(survey->panels, size);
    survey->panels[survey->panel_count++] = panel;
    read_elements(reader, spot, object, (int)survey->panel_count - 1);
}

static void read_page(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    struct survey *survey = reader->survey;
    if (!shape_check(reader, spot, object, page_properties, 0, "a page"))
        return;
    struct survey_page page = {
        .name = survey_read_name(reader, spot, object),
        .visible_if = survey_read_condition(reader, spot, object, NULL),
    };
    shape_phrase(reader, spot, object, "title", &page.title);
    shape_phrase(reader, spot, object, "description", &page.description);
    for (size_t i = 0; i < survey->page_count; i++)
        if (page.name[0] != '\0' && strcmp(survey->pages[i].name, page.name) == 0)
            survey_complain_of_repeat(reader, spot, page.name, "a page");
    size_t size = (survey->page_count + 1) * sizeof *survey->pages;
    survey->pages = memory_resize(survey->pages, size);
    survey->pages[survey->page_count++] = page;
    read_elements(reader, spot, object, -1);
}

static void read_pages(struct survey_reader *reader, const json_t *document)
{
    const json_t *list = shape_list(document, "pages");
    struct spot list_spot = {.key = "pages"};
    if (list != NULL && json_array_size(list) == 0)
        complain(reader, &list_spot, "no page: add one with its questions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct spot here = {.parent = &list_spot, .index = i};
        read_page(reader, &here, json_array_get(list, i));
    }
}

static char *read_slug(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    const char *slug = shape_text(object, "slug");
    if (slug == NULL)
        return memory_copy_text("");
    size_t size = strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (shape_find_word(reserved_slugs, slug) >= 0)
        complain_at(reader, spot, "slug", "\"%s\" is an address of our own: choose another", slug);
    else if (slug[size] != '\0' || size == 0 || size > SLUG_LIMIT)
        complain_at(reader, spot, "slug",
                    "not a name for an address: write at most 40 small letters without accents, "
                    "digits and -");
    return memory_copy_text(slug);
}

static bool is_procedure_code(const char *code)
{
    size_t size = strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return code[size] == '\0' && size > 0 && size <= SLUG_LIMIT && code[0] != '-' &&
           strcmp(code, CHOICE_OTHER) != 0;
}

static void read_procedures(struct survey_reader *reader, const struct spot *spot,
                            const json_t *object)
{
    struct survey *survey = reader->survey;
    const char *one = shape_text(object, "procedure");
    const char *many = shape_text(object, "procedures");
    if (one != NULL && !is_procedure_code(one))
        complain_at(reader, spot, "procedure", "not a code of procedures.csv: correct it");
    if (many != NULL && strcmp(many, "catalogue") != 0)
        complain_at(reader, spot, "procedures", "unknown value: write catalogue");
    if ((one == NULL) == (many == NULL))
        complain(reader, spot,
                 "write either \"procedure\": a code, for a survey about one procedure, or "
                 "\"procedures\": \"catalogue\"");
    survey->procedure = memory_copy_text(one);
    survey->catalogue = many != NULL;
}

static void read_recueil(struct survey_reader *reader, const json_t *document)
{
    struct survey *survey = reader->survey;
    const json_t *object = shape_object(document, "recueil");
    struct spot spot = {.key = "recueil"};
    if (object == NULL)
        return;
    shape_check(reader, &spot, object, recueil_properties, 0, "the recueil object");
    survey->slug = read_slug(reader, &spot, object);
    survey->class = read_vocabulary(reader, &spot, object, "audience", VOCABULARY_CLASS);
    const char *phase = read_vocabulary(reader, &spot, object, "phase", VOCABULARY_PHASE);
    survey->phase = phase != NULL ? phase : vocabulary_word(VOCABULARY_PHASE, 0);
    int access = shape_word(reader, &spot, object, "access", access_words, "open or invitation");
    survey->access = memory_copy_text(access_words[access < 0 ? 0 : access]);
    read_procedures(reader, &spot, object);
    survey->opens_day = read_day(reader, &spot, object, "opens");
    survey->closes_day = read_day(reader, &spot, object, "closes");
    if (survey->opens_day != 0 && survey->closes_day != 0 && survey->closes_day < survey->opens_day)
        complain_at(reader, &spot, "closes", "before opens: correct one of them");
    survey->retention_months =
        shape_number(reader, &spot, object, "retention_months", 1, RETENTION_LIMIT, 0);
}

static void read_document(struct survey_reader *reader, const json_t *document)
{
    struct survey *survey = reader->survey;
    const char *locale = shape_text(document, "locale");
    if (locale != NULL && strcmp(locale, "fr") != 0)
        complain_at(reader, NULL, "locale", "French is the language of reference: write fr");
    shape_phrase(reader, NULL, document, "title", &survey->title);
    shape_phrase(reader, NULL, document, "description", &survey->description);
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        survey->languages[language] = survey->title.text[language] != NULL;
    read_recueil(reader, document);
    read_pages(reader, document);
    rules_check_survey(reader);
}

static json_t *parse(const char *text, size_t size, const char *file, struct findings *findings)
{
    json_error_t at;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        char *place = memory_format("%s:1:1", file);
        findings_add(findings, place,
                     "the file begins with a byte order mark: save it as UTF-8 "
                     "without BOM");
        free(place);
        return NULL;
    }
    json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
    if (document == NULL) {
        char *place = memory_format("%s:%d:%d", file, at.line, at.column);
        findings_add(findings, place, "%s: %s", at.text,
                     text_is_valid(text, size) ? "correct the JSON there"
                                               : "save the file as UTF-8");
        free(place);
    }
    return document;
}

static void clear_pending(struct survey_reader *reader)
{
    for (size_t i = 0; i < reader->pending_count; i++)
        free(reader->pending[i].place);
    free(reader->pending);
}

struct survey *survey_read(const char *text, size_t size, const char *file,
                           struct findings *findings)
{
    json_auto_t *document = parse(text, size, file, findings);
    if (document == NULL)
        return NULL;
    AUTO(survey) struct survey *survey = memory_allocate(sizeof *survey);
    struct survey_reader reader = {.file = file, .findings = findings, .survey = survey};
    if (shape_check(&reader, NULL, document, survey_properties, 0, "a survey"))
        read_document(&reader, document);
    clear_pending(&reader);
    return reader.complaints == 0 ? TAKE(survey) : NULL;
}
