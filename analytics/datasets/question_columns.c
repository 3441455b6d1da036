// SPDX-License-Identifier: Apache-2.0
#include "analytics/datasets/question_columns.h"

#include <stdlib.h>
#include <string.h>

static bool is_there(const struct question_columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(columns->items[i].name, name) == 0)
            return true;
    return false;
}

static void add(struct question_columns *columns, char *taken_name, const char *question,
                const char *row)
{
    if (is_there(columns, taken_name)) {
        free(taken_name);
        return;
    }
    columns->items = memory_resize(columns->items, (columns->count + 1) * sizeof *columns->items);
    columns->items[columns->count++] = (struct question_column){
        .name = taken_name,
        .question = memory_copy_text(question),
        .row = memory_copy_text(row),
    };
}

void question_columns_add(struct question_columns *columns, const struct survey *survey)
{
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        if (question->type == QUESTION_NOTE)
            continue;
        for (size_t row = 0; row < question->row_count; row++) {
            const char *code = question->rows[row].code;
            add(columns, memory_format("%s.%s", question->name, code), question->name, code);
        }
        if (question->type != QUESTION_MATRIX)
            add(columns, memory_copy_text(question->name), question->name, NULL);
        if (question->other_item) {
            char *comment = memory_format("%s-Comment", question->name);
            add(columns, memory_copy_text(comment), comment, NULL);
            free(comment);
        }
    }
}

void question_columns_clear(struct question_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        free(columns->items[i].name);
        free(columns->items[i].question);
        free(columns->items[i].row);
    }
    free(columns->items);
    *columns = (struct question_columns){0};
}

const json_t *question_column_answer(const struct question_column *column, const json_t *answers)
{
    const json_t *answer = json_object_get(answers, column->question);
    return column->row == NULL ? answer : json_object_get(answer, column->row);
}
