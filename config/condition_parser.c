// Text of `visibleIf` -> tree: one function a rule of the grammar in condition.h.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/condition.h"

#include "config/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 16, TERMS_LIMIT = 64, LIST_LIMIT = 100, NAME_LIMIT = 63, DIGITS_LIMIT = 15 };

struct parser {
    const char *text, *at;
    int depth, terms;
    struct error *error;
};

static const struct {
    const char *word;
    enum condition_operator operator;
    enum { NO_LITERAL, ONE_LITERAL, LITERAL_LIST } wants;
} operators[] = {
    // the longer word first where one begins another
    {"!=", CONDITION_NOT_EQUAL, ONE_LITERAL},
    {"<=", CONDITION_AT_MOST, ONE_LITERAL},
    {">=", CONDITION_AT_LEAST, ONE_LITERAL},
    {"=", CONDITION_EQUAL, ONE_LITERAL},
    {"<", CONDITION_LESS, ONE_LITERAL},
    {">", CONDITION_MORE, ONE_LITERAL},
    {"contains", CONDITION_CONTAINS, ONE_LITERAL},
    {"anyof", CONDITION_ANY_OF, LITERAL_LIST},
    {"noneof", CONDITION_NONE_OF, LITERAL_LIST},
    {"empty", CONDITION_EMPTY, NO_LITERAL},
    {"notempty", CONDITION_NOT_EMPTY, NO_LITERAL},
};

static struct condition *parse_or(struct parser *parser);

static bool fail(struct parser *parser, const char *message)
{
    size_t character = 1 + text_length(parser->text, (size_t)(parser->at - parser->text));
    error_set(parser->error, ERROR_BAD_INPUT, "character %zu: %s", character, message);
    return false;
}

static void skip_blanks(struct parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' || *parser->at == '\r')
        parser->at++;
}

static bool take(struct parser *parser, const char *word)
{
    skip_blanks(parser);
    size_t size = strlen(word);
    if (strncmp(parser->at, word, size) != 0)
        return false;
    // a word made of letters ends where the letters do
    if (isalpha((unsigned char)word[0]) && isalnum((unsigned char)parser->at[size]))
        return false;
    parser->at += size;
    return true;
}

static char *parse_name(struct parser *parser)
{
    if (!take(parser, "{")) {
        fail(parser, "expected a question between braces, such as {canal}, or \"(\"");
        return NULL;
    }
    const char *start = parser->at;
    size_t size = strspn(start, "abcdefghijklmnopqrstuvwxyz0123456789_");
    parser->at += size;
    if (size == 0 || size > NAME_LIMIT || !islower((unsigned char)start[0]) || *parser->at != '}') {
        fail(parser, "expected the name of a question and \"}\": small letters, digits and _, "
                     "beginning with a letter");
        return NULL;
    }
    parser->at++;
    return memory_copy(start, size);
}

static json_t *parse_quoted(struct parser *parser)
{
    const char *start = parser->at + 1;
    const char *end = strchr(start, '\'');
    if (end == NULL) {
        fail(parser, "this text is not closed: write ' after it");
        return NULL;
    }
    if (end == start) {
        fail(parser, "a text of no character: use empty or notempty instead");
        return NULL;
    }
    json_t *literal = json_stringn(start, (size_t)(end - start));
    if (literal == NULL)
        fail(parser, "this text is not UTF-8");
    parser->at = end + 1;
    return literal;
}

// At most 15 digits, so that the value is exact in C and in JavaScript.
static json_t *parse_number(struct parser *parser)
{
    const char *start = parser->at;
    const char *whole = start + (*start == '-');
    size_t digits = strspn(whole, "0123456789");
    const char *end = whole + digits;
    size_t decimals = 0;
    if (digits > 0 && *end == '.') {
        decimals = strspn(end + 1, "0123456789");
        end += 1 + decimals;
    }
    if (digits == 0 || digits + decimals > DIGITS_LIMIT || end[-1] == '.') {
        fail(parser, "expected a number of at most 15 digits, with a decimal point if any");
        return NULL;
    }
    parser->at = end;
    if (decimals == 0)
        return json_integer(strtoll(start, NULL, 10));
    double value = 0, scale = 1;
    for (const char *at = whole; at < end; at++)
        if (*at != '.')
            value = value * 10 + (*at - '0');
    for (size_t i = 0; i < decimals; i++)
        scale *= 10;
    return json_real((*start == '-' ? -value : value) / scale);
}

static json_t *parse_literal(struct parser *parser)
{
    if (take(parser, "true"))
        return json_true();
    if (take(parser, "false"))
        return json_false();
    if (*parser->at == '\'')
        return parse_quoted(parser);
    if (*parser->at == '-' || isdigit((unsigned char)*parser->at))
        return parse_number(parser);
    fail(parser, "expected a value: 'text' between simple quotes, a number, true or false");
    return NULL;
}

static json_t *parse_list(struct parser *parser)
{
    if (!take(parser, "[")) {
        fail(parser, "expected a list of values, such as ['delai', 'cout']");
        return NULL;
    }
    json_auto_t *list = json_array();
    do {
        json_t *literal = parse_literal(parser);
        if (literal == NULL)
            return NULL;
        json_array_append_new(list, literal);
        if (json_array_size(list) > LIST_LIMIT) {
            fail(parser, "a list holds at most 100 values");
            return NULL;
        }
    } while (take(parser, ","));
    if (!take(parser, "]")) {
        fail(parser, "expected \",\" and another value, or \"]\"");
        return NULL;
    }
    return TAKE(list);
}

static bool parse_test(struct parser *parser, struct condition *leaf)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (!take(parser, operators[i].word))
            continue;
        leaf->operator= operators[i].operator;
        if (operators[i].wants == ONE_LITERAL)
            leaf->literal = parse_literal(parser);
        else if (operators[i].wants == LITERAL_LIST)
            leaf->literal = parse_list(parser);
        return operators[i].wants == NO_LITERAL || leaf->literal != NULL;
    }
    return fail(parser, "expected one of = != < <= > >= contains anyof noneof empty notempty");
}

static struct condition *parse_leaf(struct parser *parser)
{
    if (++parser->terms > TERMS_LIMIT) {
        fail(parser, "more than 64 comparisons: split the question or the page");
        return NULL;
    }
    AUTO(condition) struct condition *leaf = memory_allocate(sizeof *leaf);
    leaf->question = parse_name(parser);
    if (leaf->question == NULL || !parse_test(parser, leaf))
        return NULL;
    return TAKE(leaf);
}

static struct condition *parse_term(struct parser *parser)
{
    if (!take(parser, "("))
        return parse_leaf(parser);
    if (++parser->depth > DEPTH_LIMIT) {
        fail(parser, "parentheses nested deeper than 16");
        return NULL;
    }
    AUTO(condition) struct condition *inner = parse_or(parser);
    if (inner == NULL)
        return NULL;
    if (!take(parser, ")")) {
        fail(parser, "expected \")\"");
        return NULL;
    }
    parser->depth--;
    return TAKE(inner);
}

static struct condition *join(enum condition_operator operator, struct condition * taken_left,
                              struct condition *taken_right)
{
    struct condition *joint = memory_allocate(sizeof *joint);
    *joint = (struct condition){.operator= operator, .left = taken_left, .right = taken_right};
    return joint;
}

static struct condition *parse_joined(struct parser *parser, enum condition_operator operator,
                                      const char * word,
                                      struct condition *(*parse_arm)(struct parser *))
{
    AUTO(condition) struct condition *left = parse_arm(parser);
    while (left != NULL && take(parser, word)) {
        struct condition *right = parse_arm(parser);
        if (right == NULL)
            return NULL;
        left = join(operator, left, right);
    }
    return TAKE(left);
}

static struct condition *parse_and(struct parser *parser)
{
    return parse_joined(parser, CONDITION_AND, "and", parse_term);
}

static struct condition *parse_or(struct parser *parser)
{
    return parse_joined(parser, CONDITION_OR, "or", parse_and);
}

struct condition *condition_parse(const char *text, struct error *error)
{
    struct parser parser = {.text = text, .at = text, .error = error};
    AUTO(condition) struct condition *condition = parse_or(&parser);
    if (condition == NULL)
        return NULL;
    skip_blanks(&parser);
    if (*parser.at != '\0') {
        fail(&parser, "expected \"and\", \"or\" or the end");
        return NULL;
    }
    return TAKE(condition);
}
