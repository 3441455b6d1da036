// SPDX-License-Identifier: Apache-2.0
#include "daemon/admin/listed.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *written(const struct spool_listed *listed)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    listed_write(listed, out);
    fclose(out);
    cr_assert_null(strchr(text, '\n'), "one object is one line");
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(document, "%s", text);
    free(text);
    return document;
}

static const char *text_of(const json_t *document, const char *name)
{
    return json_string_value(json_object_get(document, name));
}

Test(listed, is_an_object_that_says_who_a_submission_is)
{
    struct spool_listed listed = {
        .place = SPOOL_WAITING, .collectivity_id = 7, .received_at_us = 1791193800250000};
    const char *id = "8f1f0000-0000-4000-8000-00000000abcd";
    cr_assert(uuid_parse(id, strlen(id), &listed.id));
    for (int i = 0; i < HASH_BYTES; i++)
        listed.content_hash[i] = (uint8_t)(0xF0 + i);
    json_t *document = written(&listed);
    cr_expect_eq(json_object_size(document), 5);
    cr_expect_eq(json_integer_value(json_object_get(document, "collectivity")), 7);
    cr_expect_str_eq(text_of(document, "id"), id);
    cr_expect_str_eq(text_of(document, "hash"), "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    cr_expect_str_eq(text_of(document, "place"), "waiting");
    cr_expect_str_eq(text_of(document, "received_at"), "2026-10-05T09:50:00.250000Z");
    json_decref(document);
}

Test(listed, tells_what_was_read_in_a_damaged_file)
{
    struct spool_listed listed = {.place = SPOOL_DAMAGED, .collectivity_id = 1};
    json_t *document = written(&listed);
    cr_expect_str_eq(text_of(document, "place"), "damaged");
    cr_expect_str_eq(text_of(document, "hash"), "00000000000000000000000000000000");
    json_decref(document);
}
