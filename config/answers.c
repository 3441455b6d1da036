// SPDX-License-Identifier: Apache-2.0
#include "config/answers.h"

#include "config/answers_values.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char comment_suffix[] = "-Comment";

// The members beside the answers, by the measure they stand in for.
enum { BESIDE_PROCEDURE, BESIDE_AUDIENCE, BESIDE_CHANNEL, BESIDE_PHASE, BESIDE_COUNT };

static const struct {
    const char *pointer;
    size_t offset; // in struct answers_beside
    enum measure measure;
    enum vocabulary words; // not of the procedure
} members[BESIDE_COUNT] = {
    [BESIDE_PROCEDURE] = {"/procedure", offsetof(struct answers_beside, procedure),
                          MEASURE_PROCEDURE, VOCABULARY_COUNT},
    [BESIDE_AUDIENCE] = {"/audience", offsetof(struct answers_beside, audience), MEASURE_AUDIENCE,
                         VOCABULARY_AUDIENCE},
    [BESIDE_CHANNEL] = {"/channel", offsetof(struct answers_beside, channel), MEASURE_CHANNEL,
                        VOCABULARY_CHANNEL},
    [BESIDE_PHASE] = {"/phase", offsetof(struct answers_beside, phase), MEASURE_PHASE,
                      VOCABULARY_PHASE},
};

// Given: the words as the edition or the vocabulary writes them; as JSON for conditions.
struct stand_ins {
    const struct fit *fit;
    const char *words[BESIDE_COUNT];
    json_t *values[BESIDE_COUNT];
    const struct question *bound[BESIDE_COUNT];
    bool said[BESIDE_COUNT]; // also when the word is wrong and was refused
};

// Cuts text that snprintf() cut in the middle of a character.
static void cut_at_character(char *text, size_t size)
{
    size_t end = strlen(text);
    if (end + 1 < size)
        return;
    size_t start = end;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char first = (unsigned char)text[start - 1];
    size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (end - (start - 1) < wanted)
        text[start - 1] = '\0';
}

void refusals_add(struct refusals *refusals, const char *pointer, const char *code,
                  const char *format, ...)
{
    if (refusals->count == REFUSALS_LIMIT)
        return;
    struct refusal *refusal = &refusals->items[refusals->count++];
    va_list arguments;
    (void)snprintf(refusal->pointer, sizeof refusal->pointer, "%s", pointer);
    cut_at_character(refusal->pointer, sizeof refusal->pointer);
    refusal->code = code;
    va_start(arguments, format);
    (void)vsnprintf(refusal->detail, sizeof refusal->detail, format, arguments);
    va_end(arguments);
    cut_at_character(refusal->detail, sizeof refusal->detail);
}

static bool has_refusal(const struct refusals *refusals, const char *pointer)
{
    for (size_t i = 0; i < refusals->count; i++)
        if (strcmp(refusals->items[i].pointer, pointer) == 0)
            return true;
    return false;
}

static const char *beside_text(const struct answers_beside *beside, int member)
{
    const char *text;
    memcpy(&text, (const char *)beside + members[member].offset, sizeof text);
    return text;
}

static void refuse_word(const struct fit *fit, int member)
{
    char words[160] = "";
    size_t used = 0;
    const char *word;
    for (size_t i = 0; (word = vocabulary_word(members[member].words, i)) != NULL; i++) {
        int size = snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? ", " : "", word);
        used = size > 0 && used + (size_t)size < sizeof words ? used + (size_t)size : used;
    }
    refusals_add(fit->refusals, members[member].pointer, "unknown-choice",
                 SAID(fit, "Écrivez un de ces mots\xC2\xA0: %s.", "Write one of these words: %s."),
                 words);
}

static const char *find_word(const struct fit *fit, int member, const char *text)
{
    if (member != BESIDE_PROCEDURE) {
        const char *word = vocabulary_find(members[member].words, text, strlen(text));
        if (word == NULL)
            refuse_word(fit, member);
        return word;
    }
    const char *code = answers_procedure(fit, text);
    if (code == NULL)
        refusals_add(fit->refusals, members[member].pointer, "unknown-choice", "%s",
                     SAID(fit, "Cette démarche n'est pas dans le catalogue.",
                          "This procedure is not in the catalogue."));
    return code;
}

static void take_beside(struct stand_ins *given, const struct answers_beside *beside)
{
    for (int member = 0; member < BESIDE_COUNT; member++) {
        const char *text = beside_text(beside, member);
        given->bound[member] = survey_measured(given->fit->survey, members[member].measure);
        if (text == NULL)
            continue;
        given->said[member] = true;
        given->words[member] = find_word(given->fit, member, text);
        if (given->words[member] == NULL)
            continue;
        given->values[member] = json_string(given->words[member]);
        if (given->values[member] == NULL) // the exchange's memory is used up
            refusals_add(given->fit->refusals, "", "too-long", "%s",
                         SAID(given->fit, "Cet envoi est trop gros pour être traité.",
                              "This submission is too large to be processed."));
    }
}

static void release_beside(struct stand_ins *given)
{
    for (int member = 0; member < BESIDE_COUNT; member++)
        json_decref(given->values[member]);
}

// The value that stands in for this question's answer, or NULL.
static const json_t *stand_in(const struct stand_ins *given, const char *name)
{
    for (int member = 0; member < BESIDE_COUNT; member++)
        if (given->values[member] != NULL && given->bound[member] != NULL &&
            strcmp(given->bound[member]->name, name) == 0)
            return given->values[member];
    return NULL;
}

static const json_t *visible_answer(const char *name, void *context)
{
    const struct stand_ins *given = context;
    const json_t *value = stand_in(given, name);
    return value != NULL ? value : json_object_get(given->fit->answers, name);
}

// Which page and panel we are in, and whether they are shown: judged once, when we come in. All
// questions they depend on stand before, and of these the invisible ones are gone already.
struct surroundings {
    int page, panel;
    bool page_shown, panel_shown;
};

static bool is_shown(struct stand_ins *given, const struct question *question,
                     struct surroundings *around)
{
    const struct survey *survey = given->fit->survey;
    if (question->page != around->page) {
        around->page = question->page;
        around->page_shown =
            condition_holds_given(survey->pages[question->page].visible_if, visible_answer, given);
    }
    if (question->panel != around->panel) {
        around->panel = question->panel;
        around->panel_shown =
            question->panel < 0 || condition_holds_given(survey->panels[question->panel].visible_if,
                                                         visible_answer, given);
    }
    return around->page_shown && around->panel_shown &&
           condition_holds_given(question->visible_if, visible_answer, given);
}

static void drop(const struct fit *fit, const struct question *question, bool *dropped)
{
    char comment[80];
    (void)snprintf(comment, sizeof comment, "%s%s", question->name, comment_suffix);
    *dropped = json_object_del(fit->answers, question->name) == 0 || *dropped;
    if (question->other_item)
        *dropped = json_object_del(fit->answers, comment) == 0 || *dropped;
}

static void refuse_unanswered(const struct fit *fit, const struct question *question)
{
    char pointer[POINTER_BYTES];
    const char *said = phrase_in(&question->required_error, fit->language);
    answers_pointer(pointer, question->name, NULL);
    refusals_add(fit->refusals, pointer, "required", "%s",
                 said != NULL ? said
                              : SAID(fit, "Répondez à cette question.", "Answer this question."));
}

// Did a member beside the answers say what this question asks? A wrong word was refused already.
static bool is_said_beside(const struct stand_ins *given, const struct question *question)
{
    for (int member = 0; member < BESIDE_COUNT; member++)
        if (given->said[member] && given->bound[member] == question)
            return true;
    return false;
}

static void judge(struct stand_ins *given, const struct question *question)
{
    const struct fit *fit = given->fit;
    const json_t *value = json_object_get(fit->answers, question->name);
    bool matrix = question->type == QUESTION_MATRIX && json_is_object(value);
    bool required = question->required || question->all_required;
    if (required && !is_said_beside(given, question) &&
        (!condition_is_answer(value) || (matrix && answers_row_count(value) == 0)))
        refuse_unanswered(fit, question);
    else if (condition_is_answer(value))
        answers_judge_value(fit, question, value);
}

static void judge_questions(struct stand_ins *given, bool *dropped)
{
    const struct survey *survey = given->fit->survey;
    struct surroundings around = {.page = -1, .panel = -1, .panel_shown = true};
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        if (question->type == QUESTION_NOTE)
            continue;
        if (is_shown(given, question, &around))
            judge(given, question);
        else
            drop(given->fit, question, dropped);
    }
}

static bool is_known(const struct survey *survey, const char *name)
{
    size_t size = strlen(name), suffix = sizeof comment_suffix - 1;
    const struct question *question = survey_question(survey, name);
    if (question != NULL)
        return question->type != QUESTION_NOTE;
    if (size <= suffix || strcmp(name + size - suffix, comment_suffix) != 0)
        return false;
    for (size_t i = 0; i < survey->question_count; i++) {
        question = &survey->questions[i];
        if (question->other_item && strlen(question->name) == size - suffix &&
            strncmp(question->name, name, size - suffix) == 0)
            return true;
    }
    return false;
}

static void refuse_unknown_names(const struct fit *fit)
{
    char pointer[POINTER_BYTES];
    const char *name;
    json_t *value;
    json_object_foreach(fit->answers, name, value)
    {
        if (fit->refusals->count == REFUSALS_LIMIT)
            return;
        if (is_known(fit->survey, name))
            continue;
        answers_pointer(pointer, name, NULL);
        refusals_add(fit->refusals, pointer, "unknown-question", "%s",
                     SAID(fit, "Cette question n'existe pas dans ce questionnaire.",
                          "There is no such question in this survey."));
    }
}

// A survey about one procedure names it; in the others it is given or answered.
static void settle_procedure(const struct stand_ins *given)
{
    const struct fit *fit = given->fit;
    const char *word = given->words[BESIDE_PROCEDURE];
    const char *fixed = fit->survey->procedure;
    const struct question *bound = given->bound[BESIDE_PROCEDURE];
    char pointer[POINTER_BYTES];
    if (fixed != NULL) {
        fit->row->procedure = fixed;
        if (word != NULL && strcmp(word, fixed) != 0)
            refusals_add(fit->refusals, members[BESIDE_PROCEDURE].pointer, "unknown-choice",
                         SAID(fit, "Ce questionnaire porte sur une seule démarche\xC2\xA0: %s.",
                              "This survey is about one procedure only: %s."),
                         fixed);
        return;
    }
    if (word != NULL)
        fit->row->procedure = word;
    if (fit->row->procedure != NULL || bound == NULL)
        return;
    answers_pointer(pointer, bound->name, NULL);
    if (!has_refusal(fit->refusals, pointer) &&
        !has_refusal(fit->refusals, members[BESIDE_PROCEDURE].pointer))
        refuse_unanswered(fit, bound);
}

static void settle_audience(const struct stand_ins *given)
{
    const struct fit *fit = given->fit;
    const char *word = given->words[BESIDE_AUDIENCE];
    char pointer[POINTER_BYTES];
    if (word != NULL)
        fit->row->audience = word;
    if (fit->row->audience == NULL ||
        strcmp(vocabulary_class_of(fit->row->audience), fit->survey->class) == 0)
        return;
    bool external = strcmp(fit->survey->class, "external") == 0;
    answers_pointer(pointer, word == NULL ? given->bound[BESIDE_AUDIENCE]->name : "", NULL);
    refusals_add(fit->refusals, word != NULL ? members[BESIDE_AUDIENCE].pointer : pointer,
                 "unknown-choice",
                 SAID(fit, "Ce questionnaire s'adresse à d'autres personnes\xC2\xA0: %s.",
                      "This survey is meant for other people: %s."),
                 external ? "citizen, applicant, beneficiary" : "elected, agent, partner");
}

static void settle(const struct stand_ins *given)
{
    struct submission *row = given->fit->row;
    settle_procedure(given);
    settle_audience(given);
    if (given->words[BESIDE_CHANNEL] != NULL)
        row->channel = given->words[BESIDE_CHANNEL];
    if (given->words[BESIDE_PHASE] != NULL)
        row->phase = given->words[BESIDE_PHASE];
    if (row->phase == NULL)
        row->phase = given->fit->survey->phase;
}

bool answers_fit(const struct edition *edition, const struct edition_survey *survey,
                 enum language language, json_t *answers, const struct answers_beside *beside,
                 struct submission *row, struct refusals *refusals, bool *dropped)
{
    const struct fit fit = {.edition = edition,
                            .survey = survey->survey,
                            .language = language,
                            .answers = answers,
                            .row = row,
                            .refusals = refusals};
    struct stand_ins given = {.fit = &fit};
    *dropped = false;
    row->survey = survey->survey->slug;
    row->version = survey->version;
    take_beside(&given, beside);
    judge_questions(&given, dropped);
    refuse_unknown_names(&fit);
    settle(&given);
    release_beside(&given);
    return refusals->count == 0;
}
