// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/options.h"

#include "daemon/pages/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool phrase_is_foreign(const struct phrase *phrase, enum language language)
{
    if (language == LANGUAGE_FR || !phrase_falls_back(phrase, language))
        return false;
    for (const char *at = phrase->text[LANGUAGE_FR]; *at != '\0'; at++)
        if (isalpha((unsigned char)*at) || (unsigned char)*at >= 0x80)
            return true;
    return false;
}

static struct option *append(struct options *options)
{
    struct option *option = &options->items[options->count++];
    *option = (struct option){OPTION_PLAIN, NULL, NULL, NULL, false, false, 0};
    return option;
}

static void append_phrase(struct options *options, enum option_kind kind, const char *code,
                          const struct phrase *phrase, enum word otherwise, enum language language)
{
    struct option *option = append(options);
    bool said = !phrase_is_empty(phrase);
    option->kind = kind;
    option->code = code;
    option->text = said ? phrase_in(phrase, language) : words(otherwise, language);
    option->french = said && phrase_is_foreign(phrase, language);
}

// The procedures of one service that fit, from the first on.
static void append_service(struct options *options, const struct catalogue *catalogue, size_t first,
                           const char *class, enum language language)
{
    const char *service = catalogue->procedures[first].service;
    for (size_t i = first; i < catalogue->procedure_count; i++) {
        const struct procedure *procedure = &catalogue->procedures[i];
        if (strcmp(procedure->service, service) != 0 || !procedure_fits(procedure, class))
            continue;
        struct option *option = append(options);
        option->code = procedure->code;
        option->text = procedure->label;
        option->group = service[0] == '\0' ? NULL : service;
        option->french = language != LANGUAGE_FR;
    }
}

static bool service_is_listed(const struct options *options, const struct procedure *procedure)
{
    for (size_t i = 0; i < options->count; i++) {
        const char *group = options->items[i].group;
        if (strcmp(group == NULL ? "" : group, procedure->service) == 0)
            return true;
    }
    return false;
}

static void append_catalogue(struct options *options, const struct catalogue *catalogue,
                             const char *class, enum language language)
{
    for (size_t i = 0; i < catalogue->procedure_count; i++) {
        const struct procedure *procedure = &catalogue->procedures[i];
        if (procedure_fits(procedure, class) && !service_is_listed(options, procedure))
            append_service(options, catalogue, i, class, language);
    }
}

static void append_choices(struct options *options, const struct question *question,
                           enum language language)
{
    for (size_t i = 0; i < question->choice_count; i++) {
        const struct choice *choice = &question->choices[i];
        struct option *option = append(options);
        option->code = choice->code;
        option->text =
            phrase_is_empty(&choice->text) ? choice->code : phrase_in(&choice->text, language);
        option->french = phrase_is_foreign(&choice->text, language);
        option->is_number = choice->is_number;
        option->number = choice->number;
    }
}

static bool has_own_choices(enum question_type type)
{
    return type == QUESTION_RADIOGROUP || type == QUESTION_CHECKBOX || type == QUESTION_DROPDOWN ||
           type == QUESTION_RATING || type == QUESTION_MATRIX;
}

struct options *options_create(const struct survey *survey, const struct question *question,
                               const struct catalogue *catalogue, enum language language)
{
    bool from_catalogue = question->catalogue_choices && catalogue != NULL;
    size_t most = question->choice_count + 2 + (from_catalogue ? catalogue->procedure_count : 0);
    struct options *options = memory_allocate(sizeof *options);
    options->items = memory_allocate(most * sizeof *options->items);

    if (question->type == QUESTION_BOOLEAN) {
        append_phrase(options, OPTION_PLAIN, "true", &question->label_true, WORD_YES, language);
        append_phrase(options, OPTION_PLAIN, "false", &question->label_false, WORD_NO, language);
        return options;
    }
    if (!has_own_choices(question->type))
        return options;
    if (from_catalogue)
        append_catalogue(options, catalogue, survey->class, language);
    append_choices(options, question, language);
    if (question->other_item)
        append_phrase(options, OPTION_OTHER, CHOICE_OTHER, &question->other_text, WORD_OTHER,
                      language);
    if (question->none_item) {
        append_phrase(options, OPTION_NONE, CHOICE_NONE, &question->none_text, WORD_NONE, language);
        options->with_none = true;
    }
    return options;
}

void options_destroy(struct options *options)
{
    if (options == NULL)
        return;
    free(options->items);
    free(options);
}
