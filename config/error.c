// SPDX-License-Identifier: Apache-2.0
#include "config/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (error == NULL || error->kind != ERROR_NONE)
        return;
    va_list arguments;
    va_start(arguments, format);
    error->kind = kind;
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
}

int error_exit_code(const struct error *error)
{
    static const int codes[] = {
        [ERROR_NONE] = 0,        [ERROR_USAGE] = 2,  [ERROR_BAD_INPUT] = 3,
        [ERROR_UNAVAILABLE] = 1, [ERROR_FAILED] = 1,
    };
    return error == NULL ? 0 : codes[error->kind];
}

void memory_end(void)
{
    static const char said[] = "recueil: out of memory\n";
    (void)!write(STDERR_FILENO, said, sizeof said - 1);
    _exit(1);
}

static void *or_end(void *memory)
{
    if (memory == NULL)
        memory_end();
    return memory;
}

void *memory_allocate(size_t size)
{
    return or_end(calloc(1, size == 0 ? 1 : size));
}

void *memory_resize(void *memory, size_t size)
{
    return or_end(realloc(memory, size == 0 ? 1 : size));
}

char *memory_copy_text(const char *text)
{
    return text == NULL ? NULL : or_end(strdup(text));
}

char *memory_copy(const char *bytes, size_t size)
{
    char *copy = memory_allocate(size + 1);
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    return or_end(size < 0 ? NULL : text);
}
