// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/kept_answer.h"

#include <stdio.h>
#include <string.h>

const json_t *kept_answer(const struct form_page *page, const char *name, const char *row)
{
    const json_t *answer = json_object_get(page->answers, name);
    return row == NULL ? answer : json_object_get(answer, row);
}

const char *kept_text(const json_t *answer, char digits[KEPT_DIGITS_SIZE])
{
    if (json_is_string(answer))
        return json_string_value(answer);
    if (!json_is_integer(answer))
        return "";
    (void)snprintf(digits, KEPT_DIGITS_SIZE, "%lld", (long long)json_integer_value(answer));
    return digits;
}

static bool is_value(const json_t *answer, const char *code)
{
    char digits[KEPT_DIGITS_SIZE];
    if (json_is_boolean(answer))
        return strcmp(code, json_is_true(answer) ? "true" : "false") == 0;
    return answer != NULL && strcmp(kept_text(answer, digits), code) == 0;
}

bool kept_chooses(const json_t *answer, const char *code)
{
    if (!json_is_array(answer))
        return is_value(answer, code);
    for (size_t i = 0; i < json_array_size(answer); i++)
        if (is_value(json_array_get(answer, i), code))
            return true;
    return false;
}
