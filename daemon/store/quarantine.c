// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/quarantine.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *column_value(const struct submission *row, const struct submission_column *column)
{
    const void *at = (const char *)row + column->offset;
    switch (column->kind) {
    case COLUMN_INT:
        return json_integer(*(const int32_t *)at);
    case COLUMN_NUMBER:
        return *(const int32_t *)at == NUMBER_ABSENT ? json_null()
                                                     : json_integer(*(const int32_t *)at);
    case COLUMN_MASK:
        return *(const int64_t *)at == MASK_ABSENT ? json_null()
                                                   : json_integer(*(const int64_t *)at);
    case COLUMN_TEXT:
        return *(const char *const *)at == NULL ? json_null()
                                                : json_string(*(const char *const *)at);
    case COLUMN_INSTANT:
        return json_integer(*(const int64_t *)at);
    default:
        return NULL; // the key, the hash and the content stand in columns of their own
    }
}

static char *columns_as_json(const struct submission *row)
{
    json_t *object = json_object();
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        json_t *value = column_value(row, &submission_columns[i]);
        if (value != NULL)
            json_object_set_new(object, submission_columns[i].name, value);
    }
    char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(object);
    return text;
}

static void set(struct quarantine_row *quarantine, int index, const void *bytes, size_t size,
                int format)
{
    quarantine->values[index] = bytes;
    quarantine->sizes[index] = (int)size;
    quarantine->formats[index] = format;
}

void quarantine_row_fill(struct quarantine_row *quarantine, const struct submission *row,
                         const char *reason, bool without_columns)
{
    enum { TEXT, BINARY };
    *quarantine = (struct quarantine_row){0};
    (void)snprintf(quarantine->collectivity, sizeof quarantine->collectivity, "%d",
                   row->collectivity_id);
    uuid_write(&row->id, quarantine->id);
    quarantine->columns = without_columns ? NULL : columns_as_json(row);
    set(quarantine, 0, quarantine->collectivity, 0, TEXT);
    set(quarantine, 1, quarantine->id, 0, TEXT);
    set(quarantine, 2, row->content_hash, HASH_BYTES, BINARY);
    set(quarantine, 3, reason, 0, TEXT);
    set(quarantine, 4, quarantine->columns, 0, TEXT);
    set(quarantine, 5, row->content, row->content_size, BINARY);
}

void quarantine_row_clear(struct quarantine_row *quarantine)
{
    free(quarantine->columns);
    quarantine->columns = NULL;
}
