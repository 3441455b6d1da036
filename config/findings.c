// SPDX-License-Identifier: Apache-2.0
#include "config/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct findings *findings_create(void)
{
    return memory_allocate(sizeof(struct findings));
}

void findings_destroy(struct findings *findings)
{
    if (findings == NULL)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].place);
        free(findings->items[i].message);
    }
    free(findings->items);
    free(findings);
}

void findings_add(struct findings *findings, const char *place, const char *format, ...)
{
    if (findings == NULL)
        return;
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    size_t size = (findings->count + 1) * sizeof *findings->items;
    findings->items = memory_resize(findings->items, size);
    findings->items[findings->count++] =
        (struct finding){memory_copy_text(place), memory_copy_text(message)};
}

void findings_to_error(const struct findings *findings, struct error *error)
{
    if (findings->count == 0)
        return;
    const struct finding *first = &findings->items[0];
    if (findings->count == 1)
        error_set(error, ERROR_BAD_INPUT, "%s: %s", first->place, first->message);
    else
        error_set(error, ERROR_BAD_INPUT, "%s: %s (and %zu more)", first->place, first->message,
                  findings->count - 1);
}
