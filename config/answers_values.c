// SPDX-License-Identifier: Apache-2.0
#include "config/answers_values.h"

#include "config/calendar.h"
#include "config/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICKS_LIMIT = 102, NUMBER_TEXT = 32, COMMENT_LENGTH = 255, CHARACTER_BYTES = 4 };

// Where each measure goes; the measures without a column are not here.
static const size_t columns[MEASURE_COUNT] = {
    [MEASURE_PROCEDURE] = offsetof(struct submission, procedure),
    [MEASURE_AUDIENCE] = offsetof(struct submission, audience),
    [MEASURE_CHANNEL] = offsetof(struct submission, channel),
    [MEASURE_PHASE] = offsetof(struct submission, phase),
    [MEASURE_PREFERRED_CHANNEL] = offsetof(struct submission, preferred_channel),
    [MEASURE_COMMUNE] = offsetof(struct submission, commune),
    [MEASURE_SERVICE] = offsetof(struct submission, service),
    [MEASURE_COMPLETED] = offsetof(struct submission, completed),
    [MEASURE_HELP] = offsetof(struct submission, help),
    [MEASURE_SATISFACTION] = offsetof(struct submission, satisfaction),
    [MEASURE_EFFORT] = offsetof(struct submission, effort),
    [MEASURE_CLARITY] = offsetof(struct submission, clarity),
    [MEASURE_MINUTES] = offsetof(struct submission, minutes),
    [MEASURE_VISITS] = offsetof(struct submission, visits),
    [MEASURE_DIGITAL_COMFORT] = offsetof(struct submission, digital_comfort),
    [MEASURE_FILES_PER_MONTH] = offsetof(struct submission, files_per_month),
    [MEASURE_MINUTES_PER_FILE] = offsetof(struct submission, minutes_per_file),
    [MEASURE_ELAPSED_DAYS] = offsetof(struct submission, elapsed_days),
    [MEASURE_REKEYING] = offsetof(struct submission, rekeying),
    [MEASURE_RETURNED] = offsetof(struct submission, returned),
    [MEASURE_HANDOFFS] = offsetof(struct submission, handoffs),
    [MEASURE_CHANGE_READINESS] = offsetof(struct submission, change_readiness),
    [MEASURE_PAIN_POINTS] = offsetof(struct submission, pain_points),
    [MEASURE_BELIEVED_PAIN_POINTS] = offsetof(struct submission, believed_pain_points),
    [MEASURE_TOOLS] = offsetof(struct submission, tools),
    [MEASURE_CALENDAR] = offsetof(struct submission, calendar),
    [MEASURE_MEANS] = offsetof(struct submission, means),
    [MEASURE_TRAINING_NEED] = offsetof(struct submission, training_need),
    [MEASURE_ACTORS] = offsetof(struct submission, actors),
};

static void *column(const struct fit *fit, const struct question *question)
{
    return (char *)fit->row + columns[question->measure];
}

static void put_text(const struct fit *fit, const struct question *question, const char *text)
{
    *(const char **)column(fit, question) = text;
}

static void put_number(const struct fit *fit, const struct question *question, int32_t number)
{
    *(int32_t *)column(fit, question) = number;
}

static void put_mask(const struct fit *fit, const struct question *question, int64_t mask)
{
    *(int64_t *)column(fit, question) = mask;
}

// Copies text into the pointer, escaped, as many whole characters as fit.
static size_t add_escaped(char *pointer, size_t used, const char *text)
{
    for (; *text != '\0'; text++) {
        bool begins = ((unsigned char)*text & 0xC0) != 0x80;
        if (begins && used + CHARACTER_BYTES >= POINTER_BYTES)
            break;
        if (*text == '~' || *text == '/') {
            pointer[used++] = '~';
            pointer[used++] = *text == '~' ? '0' : '1';
        } else {
            pointer[used++] = *text;
        }
    }
    pointer[used] = '\0';
    return used;
}

void answers_pointer(char pointer[POINTER_BYTES], const char *name, const char *part)
{
    static const char start[] = "/answers/";
    memcpy(pointer, start, sizeof start);
    size_t used = add_escaped(pointer, sizeof start - 1, name);
    if (part != NULL && used + 1 < POINTER_BYTES) {
        pointer[used++] = '/';
        (void)add_escaped(pointer, used, part);
    }
}

static void refuse(const struct fit *fit, const struct question *question, const char *code,
                   const char *detail)
{
    char pointer[POINTER_BYTES];
    answers_pointer(pointer, question->name, NULL);
    refusals_add(fit->refusals, pointer, code, "%s", detail);
}

static void refuse_choice(const struct fit *fit, const struct question *question)
{
    refuse(fit, question, "unknown-choice",
           SAID(fit, "Cette réponse ne fait pas partie des choix proposés.",
                "This answer is not one of the choices."));
}

// "4 000", with a space that does not break, or "4,000".
static const char *say_number(const struct fit *fit, long long number, char text[NUMBER_TEXT])
{
    char digits[NUMBER_TEXT];
    const char *mark = SAID(fit, "\xC2\xA0", ",");
    int size = snprintf(digits, sizeof digits, "%lld", number);
    size_t used = 0;
    for (int i = 0; i < size && used + 4 < NUMBER_TEXT; i++) {
        bool groups = i > 0 && digits[i - 1] != '-' && (size - i) % 3 == 0;
        used += (size_t)snprintf(text + used, NUMBER_TEXT - used, "%s%c", groups ? mark : "",
                                 digits[i]);
    }
    return text;
}

static const struct choice *find_choice(const struct question *question, const json_t *value)
{
    if (json_is_string(value))
        return question_choice(question, json_string_value(value));
    for (size_t i = 0; json_is_integer(value) && i < question->choice_count; i++)
        if (question->choices[i].is_number &&
            question->choices[i].number == json_integer_value(value))
            return &question->choices[i];
    return NULL;
}

const char *answers_procedure(const struct fit *fit, const char *code)
{
    if (strcmp(code, CHOICE_OTHER) == 0)
        return CHOICE_OTHER;
    const struct procedure *procedure =
        catalogue_procedure(fit->edition->catalogue, code, strlen(code));
    return procedure == NULL ? NULL : procedure->code;
}

// The code of what was chosen, borrowed from the edition, or NULL. *choice: NULL where the code is
// no choice of the survey but the catalogue's, or `other`.
static const char *find_code(const struct fit *fit, const struct question *question,
                             const json_t *value, const struct choice **choice)
{
    *choice = find_choice(question, value);
    if (*choice != NULL)
        return (*choice)->code;
    const char *text = json_string_value(value);
    if (text == NULL)
        return NULL;
    if (question->other_item && strcmp(text, CHOICE_OTHER) == 0)
        return CHOICE_OTHER;
    if (!question->catalogue_choices)
        return NULL;
    const struct procedure *procedure =
        catalogue_procedure(fit->edition->catalogue, text, strlen(text));
    return procedure != NULL && procedure_fits(procedure, fit->survey->class) ? procedure->code
                                                                              : NULL;
}

static void measure_one(const struct fit *fit, const struct question *question,
                        const struct choice *choice, const char *code)
{
    const struct measure_rule *rule = measure_rule(question->measure);
    if (rule == NULL || strcmp(code, CHOICE_DONT_KNOW) == 0)
        return;
    switch (rule->kind) {
    case MEASURE_IS_WORD:
        put_text(fit, question, vocabulary_find(rule->words, code, strlen(code)));
        break;
    case MEASURE_IS_PROCEDURE:
        put_text(fit, question, answers_procedure(fit, code));
        break;
    case MEASURE_IS_COMMUNE:
    case MEASURE_IS_SERVICE:
        put_text(fit, question, code);
        break;
    case MEASURE_IS_NUMBER:
        put_number(fit, question, choice->number);
        break;
    default:
        break;
    }
}

// The words for `other`.
static void judge_comment(const struct fit *fit, const struct question *question, bool other)
{
    char name[80], pointer[POINTER_BYTES];
    (void)snprintf(name, sizeof name, "%s-Comment", question->name);
    const json_t *value = json_object_get(fit->answers, name);
    if (!question->other_item || !condition_is_answer(value))
        return;
    answers_pointer(pointer, name, NULL);
    const char *text = json_string_value(value);
    const char *said = phrase_in(&question->other_text, fit->language);
    size_t size = json_string_length(value);
    if (text == NULL)
        refusals_add(fit->refusals, pointer, "wrong-type", "%s",
                     SAID(fit, "Répondez par un texte.", "Answer with text."));
    else if (!other)
        refusals_add(fit->refusals, pointer, "unknown-question",
                     SAID(fit,
                          "Ce texte va avec la réponse «\xC2\xA0%s\xC2\xA0»\xC2\xA0: "
                          "choisissez-la aussi, ou effacez le texte.",
                          "This text goes with the answer “%s”: choose it too, or clear the text."),
                     said != NULL ? said : SAID(fit, "Autre", "Other"));
    else if (text_length(text, size) > COMMENT_LENGTH)
        refusals_add(fit->refusals, pointer, "too-long", "%s",
                     SAID(fit, "Ce texte est trop long\xC2\xA0: 255 caractères au plus.",
                          "This text is too long: 255 characters at most."));
    else if (!text_is_printable(text, size))
        refusals_add(fit->refusals, pointer, "malformed", "%s",
                     SAID(fit, "Ce texte contient un caractère invisible qui n'est pas permis.",
                          "This text holds an invisible character that is not allowed."));
}

// radiogroup, dropdown, rating
static void judge_one(const struct fit *fit, const struct question *question, const json_t *value)
{
    const struct choice *choice = NULL;
    if (!json_is_string(value) && !json_is_number(value)) {
        refuse(fit, question, "wrong-type",
               SAID(fit, "Donnez une seule réponse parmi les choix.",
                    "Give one answer among the choices."));
        return;
    }
    const char *code = find_code(fit, question, value, &choice);
    if (code == NULL) {
        refuse_choice(fit, question);
        return;
    }
    measure_one(fit, question, choice, code);
    judge_comment(fit, question, strcmp(code, CHOICE_OTHER) == 0);
}

// Which items of a tick list are ticked: the choices in order, then none, then other.
struct ticks {
    bool ticked[TICKS_LIMIT];
    size_t count; // without dont_know
    bool none, other;
};

static bool is_code(const json_t *value, const char *code)
{
    return json_is_string(value) && strcmp(json_string_value(value), code) == 0;
}

// Its place in ticks->ticked, or -1.
static int find_tick(const struct question *question, const json_t *value)
{
    const struct choice *choice = find_choice(question, value);
    if (choice != NULL)
        return (int)(choice - question->choices);
    if (question->none_item && is_code(value, CHOICE_NONE))
        return (int)question->choice_count;
    if (question->other_item && is_code(value, CHOICE_OTHER))
        return (int)question->choice_count + 1;
    return -1;
}

static bool read_ticks(const struct fit *fit, const struct question *question, const json_t *value,
                       struct ticks *ticks)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        int at = find_tick(question, item);
        if (at < 0) {
            refuse_choice(fit, question);
            return false;
        }
        if (ticks->ticked[at]) {
            refuse(fit, question, "malformed",
                   SAID(fit, "La même réponse est donnée deux fois.",
                        "The same answer is given twice."));
            return false;
        }
        ticks->ticked[at] = true;
        ticks->count += is_code(item, CHOICE_DONT_KNOW) ? 0 : 1;
        ticks->none = ticks->none || is_code(item, CHOICE_NONE);
        ticks->other = ticks->other || is_code(item, CHOICE_OTHER);
    }
    return true;
}

static bool check_ticks(const struct fit *fit, const struct question *question,
                        const struct ticks *ticks)
{
    char pointer[POINTER_BYTES];
    answers_pointer(pointer, question->name, NULL);
    if (ticks->none && ticks->count > 1) {
        const char *none = phrase_in(&question->none_text, fit->language);
        none = none != NULL ? none : SAID(fit, "Aucun", "None");
        refusals_add(fit->refusals, pointer, "exclusive",
                     SAID(fit,
                          "«\xC2\xA0%s\xC2\xA0» ne va pas avec d'autres réponses\xC2\xA0: gardez "
                          "l'un ou l'autre.",
                          "“%s” does not go with other answers: keep one or the other."),
                     none);
        return false;
    }
    if (question->max_selected > 0 && ticks->count > (size_t)question->max_selected) {
        refusals_add(fit->refusals, pointer, "too-many",
                     SAID(fit, "Choisissez %d réponses au plus\xC2\xA0: vous en avez choisi %zu.",
                          "Choose %d answers at most: you chose %zu."),
                     question->max_selected, ticks->count);
        return false;
    }
    return true;
}

static int64_t bit_mask(int bit)
{
    return bit < 0 ? 0 : INT64_C(1) << bit;
}

static void measure_ticks(const struct fit *fit, const struct question *question,
                          const struct ticks *ticks)
{
    int64_t mask = 0;
    if (question->measure == MEASURE_NONE || ticks->count == 0)
        return;
    for (size_t i = 0; i < question->choice_count; i++)
        if (ticks->ticked[i])
            mask |= bit_mask(question->choices[i].bit);
    if (ticks->other && measure_rule(question->measure)->kind == MEASURE_IS_MASK)
        mask |= bit_mask(choices_bit(fit->edition->choices, question->measure, CHOICE_OTHER));
    put_mask(fit, question, mask);
}

static void judge_ticks(const struct fit *fit, const struct question *question, const json_t *value)
{
    struct ticks ticks = {.count = 0};
    if (!json_is_array(value)) {
        refuse(fit, question, "wrong-type",
               SAID(fit, "Donnez une liste de réponses.", "Give a list of answers."));
        return;
    }
    if (!read_ticks(fit, question, value, &ticks) || !check_ticks(fit, question, &ticks))
        return;
    measure_ticks(fit, question, &ticks);
    judge_comment(fit, question, ticks.other);
}

static void judge_boolean(const struct fit *fit, const struct question *question,
                          const json_t *value)
{
    if (!json_is_boolean(value))
        refuse(fit, question, "wrong-type",
               SAID(fit, "Répondez par oui ou par non (true ou false).",
                    "Answer yes or no (true or false)."));
}

static void judge_writing(const struct fit *fit, const struct question *question,
                          const json_t *value)
{
    char pointer[POINTER_BYTES], length_said[NUMBER_TEXT], limit_said[NUMBER_TEXT];
    const char *text = json_string_value(value);
    if (text == NULL) {
        refuse(fit, question, "wrong-type",
               SAID(fit, "Répondez par un texte.", "Answer with text."));
        return;
    }
    size_t size = json_string_length(value);
    size_t length = text_length(text, size);
    if (length > (size_t)question->max_length) {
        answers_pointer(pointer, question->name, NULL);
        refusals_add(fit->refusals, pointer, "too-long",
                     SAID(fit, "Votre texte est trop long\xC2\xA0: %s caractères, pour %s au plus.",
                          "Your text is too long: %s characters, and %s at most."),
                     say_number(fit, (long long)length, length_said),
                     say_number(fit, question->max_length, limit_said));
    }
    if (!text_is_printable(text, size))
        refuse(fit, question, "malformed",
               SAID(fit, "Ce texte contient un caractère invisible qui n'est pas permis.",
                    "This text holds an invisible character that is not allowed."));
}

// Digits, with a minus where it is negative. What is longer than any limit counts as over it.
static bool read_digits(const char *text, long long *number)
{
    const char *digits = text + (*text == '-');
    size_t size = strspn(digits, "0123456789");
    if (size == 0 || digits[size] != '\0')
        return false;
    *number = size > NUMBER_TEXT / 2 ? INT64_MAX : strtoll(digits, NULL, 10);
    *number = *text == '-' ? -*number : *number;
    return true;
}

static void refuse_range(const struct fit *fit, const struct question *question, int32_t least,
                         int32_t most)
{
    char pointer[POINTER_BYTES], least_said[NUMBER_TEXT], most_said[NUMBER_TEXT];
    answers_pointer(pointer, question->name, NULL);
    refusals_add(
        fit->refusals, pointer, "out-of-range",
        SAID(fit, "Écrivez un nombre entre %s et %s.", "Write a number between %s and %s."),
        say_number(fit, least, least_said), say_number(fit, most, most_said));
}

static void judge_number(const struct fit *fit, const struct question *question,
                         const json_t *value)
{
    const struct measure_rule *rule = measure_rule(question->measure);
    bool ruled = rule != NULL && rule->kind == MEASURE_IS_NUMBER;
    int32_t least = question->has_least ? question->least : ruled ? rule->least : INT32_MIN;
    int32_t most = question->has_most ? question->most : ruled ? rule->most : INT32_MAX;
    long long number = 0;
    if (json_is_integer(value)) {
        number = json_integer_value(value);
    } else if (!json_is_string(value) && !json_is_real(value)) {
        refuse(fit, question, "wrong-type",
               SAID(fit, "Répondez par un nombre entier, en chiffres.",
                    "Answer with a whole number, in digits."));
        return;
    } else if (json_is_real(value) || !read_digits(json_string_value(value), &number)) {
        refuse(fit, question, "malformed",
               SAID(fit, "Écrivez un nombre entier, en chiffres, sans virgule ni espace.",
                    "Write a whole number, in digits, without decimals or spaces."));
        return;
    }
    if (number < least || number > most)
        refuse_range(fit, question, least, most);
    else if (ruled)
        put_number(fit, question, (int32_t)number);
}

static void judge_date(const struct fit *fit, const struct question *question, const json_t *value)
{
    int32_t day;
    const char *text = json_string_value(value);
    const char *detail = SAID(fit, "Écrivez une date qui existe, comme 2026-11-30.",
                              "Write a date that exists, such as 2026-11-30.");
    if (text == NULL)
        refuse(fit, question, "wrong-type", detail);
    else if (!calendar_day_parse(text, &day))
        refuse(fit, question, "malformed", detail);
}

static void judge_text(const struct fit *fit, const struct question *question, const json_t *value)
{
    switch (question->input) {
    case INPUT_NUMBER:
        judge_number(fit, question, value);
        break;
    case INPUT_DATE:
        judge_date(fit, question, value);
        break;
    default:
        judge_writing(fit, question, value);
    }
}

size_t answers_row_count(const json_t *value)
{
    const char *row;
    json_t *column_code;
    size_t count = 0;
    json_object_foreach((json_t *)value, row, column_code)
    {
        count += condition_is_answer(column_code) ? 1 : 0;
    }
    return count;
}

static const struct choice *find_row(const struct question *question, const char *code)
{
    for (size_t i = 0; i < question->row_count; i++)
        if (strcmp(question->rows[i].code, code) == 0)
            return &question->rows[i];
    return NULL;
}

// Adds the row's 4 bits to *actors, or the refusal of it.
static void judge_row(const struct fit *fit, const struct question *question, const char *code,
                      const json_t *value, int64_t *actors)
{
    char pointer[POINTER_BYTES];
    const struct choice *row = find_row(question, code);
    answers_pointer(pointer, question->name, code);
    if (row == NULL) {
        refusals_add(fit->refusals, pointer, "unknown-question", "%s",
                     SAID(fit, "Cette ligne n'existe pas dans la question.",
                          "There is no such row in the question."));
        return;
    }
    if (!condition_is_answer(value))
        return;
    const struct choice *chosen = find_choice(question, value);
    if (chosen == NULL)
        refusals_add(fit->refusals, pointer, "unknown-choice", "%s",
                     SAID(fit, "Cette réponse ne fait pas partie des choix proposés.",
                          "This answer is not one of the choices."));
    else if (row->bit >= 0 && chosen->bit >= 0)
        *actors |= (INT64_C(1) + chosen->bit) << (4 * row->bit);
}

static void require_rows(const struct fit *fit, const struct question *question,
                         const json_t *value)
{
    char pointer[POINTER_BYTES];
    for (size_t i = 0; i < question->row_count; i++) {
        const char *code = question->rows[i].code;
        if (condition_is_answer(json_object_get(value, code)))
            continue;
        answers_pointer(pointer, question->name, code);
        refusals_add(fit->refusals, pointer, "required", "%s",
                     SAID(fit, "Répondez aussi à cette ligne.", "Answer this row too."));
    }
}

static void judge_matrix(const struct fit *fit, const struct question *question,
                         const json_t *value)
{
    int64_t actors = 0;
    const char *row;
    json_t *chosen;
    if (!json_is_object(value)) {
        refuse(fit, question, "wrong-type",
               SAID(fit, "Donnez une réponse par ligne.", "Give one answer for each row."));
        return;
    }
    json_object_foreach((json_t *)value, row, chosen)
    {
        judge_row(fit, question, row, chosen, &actors);
    }
    if (question->all_required)
        require_rows(fit, question, value);
    if (question->measure != MEASURE_NONE && answers_row_count(value) > 0)
        put_mask(fit, question, actors);
}

void answers_judge_value(const struct fit *fit, const struct question *question,
                         const json_t *value)
{
    static void (*const judges[])(const struct fit *, const struct question *, const json_t *) = {
        [QUESTION_RADIOGROUP] = judge_one, [QUESTION_CHECKBOX] = judge_ticks,
        [QUESTION_DROPDOWN] = judge_one,   [QUESTION_BOOLEAN] = judge_boolean,
        [QUESTION_RATING] = judge_one,     [QUESTION_COMMENT] = judge_writing,
        [QUESTION_TEXT] = judge_text,      [QUESTION_MATRIX] = judge_matrix,
    };
    judges[question->type](fit, question, value);
}
