// SPDX-License-Identifier: Apache-2.0
#include "analytics/collectivity_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID, SLUG, TIME_ZONE, SIMULATED };

static void list_slugs(const struct rows *rows, char *list, size_t size)
{
    list[0] = '\0';
    for (size_t i = 0; i < rows_count(rows); i++) {
        size_t used = strlen(list);
        (void)snprintf(list + used, size - used, "%s%s", i == 0 ? "" : ", ",
                       rows_text(rows, i, SLUG));
    }
}

// The row of that name, or of the only one; where there is none, says what to do.
static bool find(const struct rows *rows, const char *name, size_t *row, struct error *error)
{
    size_t count = rows_count(rows);
    if (count == 0) {
        error_set(error, ERROR_FAILED, "nothing is published yet: run \"recueil publish DIR\"");
        return false;
    }
    *row = 0;
    if (name == NULL && count == 1)
        return true;

    char list[512];
    list_slugs(rows, list, sizeof list);
    if (name == NULL) {
        error_set(error, ERROR_USAGE,
                  "several collectivities are published (%s): say which with --collectivity NAME",
                  list);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows_text(rows, i, SLUG), name) == 0) {
            *row = i;
            return true;
        }
    error_set(error, ERROR_BAD_INPUT, "no collectivity \"%s\" is published, only: %s", name, list);
    return false;
}

bool collectivity_choose(struct session *session, const char *name,
                         struct collectivity_choice *choice, struct error *error)
{
    *choice = (struct collectivity_choice){0};
    AUTO(rows) struct rows *rows = session_run(session, STATEMENT_READ_COLLECTIVITIES, NULL, error);
    size_t row = 0;
    if (rows == NULL || !find(rows, name, &row, error))
        return false;
    choice->id = (int32_t)rows_integer(rows, row, ID);
    (void)snprintf(choice->id_text, sizeof choice->id_text, "%d", choice->id);
    choice->slug = memory_copy_text(rows_text(rows, row, SLUG));
    choice->time_zone = memory_copy_text(rows_text(rows, row, TIME_ZONE));
    choice->simulated = rows_truth(rows, row, SIMULATED);
    return true;
}

void collectivity_choice_clear(struct collectivity_choice *choice)
{
    free(choice->slug);
    free(choice->time_zone);
    *choice = (struct collectivity_choice){0};
}
