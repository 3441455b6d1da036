// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/form_body.h"

#include "config/text.h"
#include "daemon/http/url.h"
#include "daemon/pages/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Bytes to pairs

static bool fail(struct error *error, const char *what)
{
    error_set(error, ERROR_BAD_INPUT, "the form cannot be read: %s", what);
    return false;
}

static bool fail_full(struct error *error)
{
    error_set(error, ERROR_UNAVAILABLE, "the form needs more memory than one request may use");
    return false;
}

// Decodes one name or value to *at, ends it by a NUL and moves *at behind it.
static const char *decode_part(const char *text, size_t size, char **at)
{
    size_t used = 0;
    char *out = *at;
    if (!url_decode(text, size, out, &used) || !text_is_valid(out, used))
        return NULL;
    used = text_unify_lines(out, used);
    out[used] = '\0';
    *at = out + used + 1;
    return out;
}

static bool read_pair(const char *text, size_t size, char **at, struct form_pair *pair,
                      struct error *error)
{
    const char *equals = memchr(text, '=', size);
    if (equals == NULL)
        return fail(error, "a pair has no =");
    if (equals == text)
        return fail(error, "a pair has no name");
    pair->name = decode_part(text, (size_t)(equals - text), at);
    pair->value = decode_part(equals + 1, size - (size_t)(equals - text) - 1, at);
    if (pair->name == NULL || pair->value == NULL)
        return fail(error, "a name or a value is not properly encoded UTF-8");
    return true;
}

static size_t count_pairs(const char *body, size_t size)
{
    size_t count = size > 0;
    for (size_t i = 0; i < size; i++)
        count += body[i] == '&';
    return count;
}

bool form_body_read(struct arena *arena, const char *body, size_t size, struct form_body *form,
                    struct error *error)
{
    *form = (struct form_body){NULL, 0};
    if (size > FORM_BODY_LIMIT)
        return fail(error, "it is longer than 65536 bytes");
    size_t count = count_pairs(body, size);
    if (count > FORM_PAIRS_LIMIT)
        return fail(error, "it has more than 400 pairs");
    struct form_pair *pairs = arena_take(arena, (count + 1) * sizeof *pairs);
    char *at = arena_take(arena, size + 2 * count + 1); // decoding only shrinks; two NUL a pair
    if (pairs == NULL || at == NULL)
        return fail_full(error);

    const char *end = body + size;
    for (size_t i = 0; i < count; i++) {
        const char *stop = memchr(body, '&', (size_t)(end - body));
        if (stop == NULL)
            stop = end;
        if (!read_pair(body, (size_t)(stop - body), &at, &pairs[i], error))
            return false;
        body = stop + 1;
    }
    *form = (struct form_body){pairs, count};
    return true;
}

const char *form_body_value(const struct form_body *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->pairs[i].name, name) == 0)
            return form->pairs[i].value;
    return NULL;
}

// ---- Numbers

// Digits and nothing else; at most nine, so that every number fits.
static bool parse_digits(const char *text, int32_t *number)
{
    size_t size = strspn(text, "0123456789");
    if (size == 0 || size > 9 || text[size] != '\0')
        return false;
    *number = (int32_t)strtol(text, NULL, 10);
    return true;
}

// Moves past one blank: a space, a tab, a line end, U+00A0, U+202F. Returns NULL when there is
// none.
static const char *skip_blank(const char *at)
{
    if (*at == ' ' || *at == '\t' || *at == '\n')
        return at + 1;
    if (strncmp(at, "\u00A0", 2) == 0)
        return at + 2;
    if (strncmp(at, "\u202F", 3) == 0)
        return at + 3;
    return NULL;
}

// "1 200" as people write it.
static bool parse_figure(const char *text, int32_t *number)
{
    char digits[16];
    size_t used = 0;
    for (const char *at = text; *at != '\0';) {
        const char *next = skip_blank(at);
        if (next == NULL) {
            if (used + 1 == sizeof digits)
                return false;
            digits[used++] = *at;
            next = at + 1;
        }
        at = next;
    }
    digits[used] = '\0';
    return parse_digits(digits, number);
}

int32_t form_body_version(const struct form_body *form)
{
    const char *text = form_body_value(form, "_version");
    int32_t version = 0;
    return text != NULL && parse_digits(text, &version) ? version : 0;
}

// ---- The address

static bool is_placement(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return size > 0 && size <= PLACEMENT_LIMIT && text[size] == '\0';
}

static bool read_language(const char *text, enum language *language)
{
    const char *word = vocabulary_find(VOCABULARY_LANGUAGE, text, strlen(text));
    if (word != NULL)
        *language = (enum language)vocabulary_index(VOCABULARY_LANGUAGE, word);
    return word != NULL;
}

void form_query_read(const char *query, size_t size, struct form_query *form_query)
{
    char text[PLACEMENT_LIMIT + 1];
    *form_query = (struct form_query){false, LANGUAGE_FR, ""};
    if (url_query_value(query, size, "lang", text, sizeof text))
        form_query->has_language = read_language(text, &form_query->language);
    if (url_query_value(query, size, "from", text, sizeof text) && is_placement(text))
        memcpy(form_query->placement, text, sizeof text);
}

bool form_body_switches_language(const struct form_body *form, enum language *language)
{
    const char *text = form_body_value(form, "_lang");
    return text != NULL && read_language(text, language);
}

// ---- Pairs to a submission

struct builder {
    const struct form_body *form;
    const struct survey *survey;
    enum language language; // of the sentences in refusals: English or French
    struct refusals *refusals;
    json_t *answers;
    bool out_of_memory;
    bool used[FORM_PAIRS_LIMIT]; // pairs that something asked for
};

static void refuse(struct builder *builder, const char *pointer, const char *code, enum word word)
{
    refusals_add(builder->refusals, pointer, code, "%s", words(word, builder->language));
}

static void put(struct builder *builder, json_t *object, const char *name, json_t *taken_value)
{
    if (json_object_set_new(object, name, taken_value) != 0)
        builder->out_of_memory = true;
}

static void append(struct builder *builder, json_t *array, json_t *taken_value)
{
    if (json_array_append_new(array, taken_value) != 0)
        builder->out_of_memory = true;
}

// The next pair of this name from *at on, or NULL; *at is then behind it.
static const char *next_value(struct builder *builder, const char *name, size_t *at)
{
    for (; *at < builder->form->count; (*at)++) {
        if (strcmp(builder->form->pairs[*at].name, name) == 0) {
            builder->used[*at] = true;
            return builder->form->pairs[(*at)++].value;
        }
    }
    return NULL;
}

// The one value of a field, NULL where it is missing or blank. A second one is refused.
static const char *single_value(struct builder *builder, const char *name, const char *pointer)
{
    size_t at = 0;
    const char *value = next_value(builder, name, &at);
    bool repeated = false;
    while (next_value(builder, name, &at) != NULL)
        repeated = true;
    if (repeated)
        refuse(builder, pointer, "malformed", WORD_REPEATED_FIELD);
    return value == NULL || text_is_blank(value, strlen(value)) ? NULL : value;
}

static json_t *chosen_value(const struct question *question, const char *value)
{
    const struct choice *choice = question_choice(question, value);
    return choice != NULL && choice->is_number ? json_integer(choice->number) : json_string(value);
}

static json_t *single_answer(const struct question *question, const char *value)
{
    int32_t number = 0;
    switch (question->type) {
    case QUESTION_BOOLEAN:
        if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
            return json_boolean(value[0] == 't');
        return json_string(value);
    case QUESTION_TEXT:
        if (question->input == INPUT_NUMBER && parse_figure(value, &number))
            return json_integer(number);
        return json_string(value);
    case QUESTION_COMMENT:
        return json_string(value);
    default:
        return chosen_value(question, value);
    }
}

static void build_single(struct builder *builder, const struct question *question)
{
    char pointer[160];
    (void)snprintf(pointer, sizeof pointer, "/answers/%s", question->name);
    const char *value = single_value(builder, question->name, pointer);
    if (value != NULL)
        put(builder, builder->answers, question->name, single_answer(question, value));
}

static void build_list(struct builder *builder, const struct question *question)
{
    json_t *list = json_array();
    size_t at = 0;
    for (const char *value = next_value(builder, question->name, &at); value != NULL;
         value = next_value(builder, question->name, &at))
        if (value[0] != '\0')
            append(builder, list, chosen_value(question, value));
    if (json_array_size(list) > 0)
        put(builder, builder->answers, question->name, list);
    else
        json_decref(list);
}

static void build_matrix(struct builder *builder, const struct question *question)
{
    json_t *rows = json_object();
    for (size_t i = 0; i < question->row_count; i++) {
        char name[128];
        char pointer[160];
        const char *row = question->rows[i].code;
        (void)snprintf(name, sizeof name, "%s.%s", question->name, row);
        (void)snprintf(pointer, sizeof pointer, "/answers/%s/%s", question->name, row);
        const char *value = single_value(builder, name, pointer);
        if (value != NULL)
            put(builder, rows, row, chosen_value(question, value));
    }
    if (json_object_size(rows) > 0)
        put(builder, builder->answers, question->name, rows);
    else
        json_decref(rows);
}

static void build_other_text(struct builder *builder, const struct question *question)
{
    char name[80];
    char pointer[160];
    (void)snprintf(name, sizeof name, "%s-Comment", question->name);
    (void)snprintf(pointer, sizeof pointer, "/answers/%s", name);
    const char *value = single_value(builder, name, pointer);
    if (value != NULL)
        put(builder, builder->answers, name, json_string(value));
}

static void build_answers(struct builder *builder)
{
    for (size_t i = 0; i < builder->survey->question_count; i++) {
        const struct question *question = &builder->survey->questions[i];
        if (question->type == QUESTION_CHECKBOX)
            build_list(builder, question);
        else if (question->type == QUESTION_MATRIX)
            build_matrix(builder, question);
        else if (question->type != QUESTION_NOTE)
            build_single(builder, question);
        if (question->other_item)
            build_other_text(builder, question);
    }
}

// Nothing of the name itself goes into the reply: it may be anything.
static void refuse_unused(struct builder *builder)
{
    bool unknown = false;
    for (size_t i = 0; i < builder->form->count; i++)
        unknown = unknown || !builder->used[i];
    if (unknown)
        refuse(builder, "/answers", "unknown-question", WORD_UNKNOWN_FIELD);
}

static void put_text(struct builder *builder, json_t *object, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0')
        put(builder, object, name, json_string(value));
}

static void put_version(struct builder *builder, json_t *object)
{
    const char *text = single_value(builder, "_version", "/version");
    int32_t version = 0;
    if (text != NULL && parse_digits(text, &version))
        put(builder, object, "version", json_integer(version));
}

json_t *form_body_to_submission(const struct form_body *form, const struct edition_survey *survey,
                                const struct form_query *query, struct refusals *refusals)
{
    json_auto_t *object = json_object();
    struct builder builder = {
        .form = form,
        .survey = survey->survey,
        .language = query->language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_FR,
        .refusals = refusals,
        .answers = json_object(),
    };
    put_text(&builder, object, "id", single_value(&builder, "_id", "/id"));
    put_version(&builder, object);
    put_text(&builder, object, "placement", query->placement);
    put_text(&builder, object, "language", vocabulary_word(VOCABULARY_LANGUAGE, query->language));
    put_text(&builder, object, "site", single_value(&builder, "site", "/site"));
    (void)single_value(&builder, "_time", "/time");
    (void)single_value(&builder, "_lang", "/language");
    build_answers(&builder);
    put(&builder, object, "answers", builder.answers);
    refuse_unused(&builder);
    return builder.out_of_memory ? NULL : json_incref(object);
}
