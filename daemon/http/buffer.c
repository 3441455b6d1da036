// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool buffer_reserve(struct buffer *buffer, struct budget *budget, size_t capacity)
{
    if (capacity <= buffer->capacity)
        return true;
    size_t drawn = capacity > budget->exempt ? capacity : 0;
    if (drawn > budget->left + buffer->drawn || capacity > UINT32_MAX)
        return false;
    budget->left = budget->left + buffer->drawn - drawn;
    buffer->bytes = memory_resize(buffer->bytes, capacity);
    buffer->capacity = (uint32_t)capacity;
    buffer->drawn = (uint32_t)drawn;
    return true;
}

bool buffer_keep(struct buffer *buffer, struct budget *budget, const char *bytes, size_t size)
{
    // In steps, so that a drip does not resize with each byte.
    static const size_t step = 512;
    if (!buffer_reserve(buffer, budget, (size + step - 1) / step * step))
        return false;
    buffer->size = 0;
    buffer_append(buffer, bytes, size);
    return true;
}

void buffer_append(struct buffer *buffer, const char *bytes, size_t size)
{
    assert(size <= buffer->capacity - buffer->size);
    if (size > 0)
        memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += (uint32_t)size;
}

void buffer_clear(struct buffer *buffer, struct budget *budget)
{
    free(buffer->bytes);
    budget->left += buffer->drawn;
    *buffer = (struct buffer){0};
}
