// Any bytes as a request head: what is accepted lies within the bytes, and how they were cut before
// changes nothing.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/head.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_within(struct slice slice, const char *bytes, size_t size)
{
    require(slice.size == 0 || (slice.at >= bytes && slice.at + slice.size <= bytes + size));
}

static int find_end_in_steps(const char *bytes, size_t size, size_t step)
{
    size_t scanned = 0;
    int end = 0;
    for (size_t have = 0; end == 0 && have < size;) {
        have = size - have > step ? have + step : size;
        end = head_find_end(bytes, have, &scanned);
    }
    return end;
}

static void check_accepted(const struct head *head, const char *bytes, size_t size)
{
    require(head->method != METHOD_NONE && head->field_count <= HEAD_FIELDS_LIMIT);
    require(head->path.size > 0 && head->path.at[0] == '/');
    require(head->body_bytes == 0 || head->method == METHOD_POST);
    require(head->http10 || head_field(head, "host") != NULL);
    require(head_field(head, "transfer-encoding") == NULL);
    require_within(head->path, bytes, size);
    require_within(head->query, bytes, size);
    require_within(head->host, bytes, size);
    require_within(head->content_type, bytes, size);
    for (uint32_t i = 0; i < head->field_count; i++) {
        require_within(head->fields[i].name, bytes, size);
        require_within(head->fields[i].value, bytes, size);
        require(memchr(head->fields[i].value.at, '\r', head->fields[i].value.size) == NULL);
        require(memchr(head->fields[i].value.at, '\0', head->fields[i].value.size) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct head head;
    size_t scanned = 0;
    int end = head_find_end(bytes, size, &scanned);
    int stepped = find_end_in_steps(bytes, size, 1 + size / 7);
    require(end == stepped || (end < 0 && stepped < 0));
    if (end > 0) {
        require((size_t)end <= size && end <= HEAD_BYTES_LIMIT);
        if (head_read(bytes, (size_t)end, &head) == 0)
            check_accepted(&head, bytes, (size_t)end);
    }
    // What head_find_end would not have let through.
    if (head_read(bytes, size, &head) == 0) {
        check_accepted(&head, bytes, size);
        require(end == (int)size);
    }
    return 0;
}
