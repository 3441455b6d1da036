// What an operation that failed tells its caller: a kind, which decides what happens next, and one
// sentence for a person, written where the cause is known. Nobody logs here: boundaries do.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

// AUTO(survey) struct survey *survey = … ends with survey_destroy() when the scope does; TAKE()
// hands the pointer out and leaves NULL behind. DEFINE_AUTO makes the function that AUTO calls.
#define AUTO(type) __attribute__((cleanup(type##_destroy_at)))
#define DEFINE_AUTO(type)                                                                          \
    static inline void type##_destroy_at(struct type **at)                                         \
    {                                                                                              \
        type##_destroy(*at);                                                                       \
    }
#define TAKE(pointer)                                                                              \
    __extension__({                                                                                \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    })

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,       // the command was called wrongly                         exit 2
    ERROR_BAD_INPUT,   // a file, a body or an argument does not fit             exit 3
    ERROR_UNAVAILABLE, // a service that should answer does not, try again       exit 1
    ERROR_FAILED,      // anything else that could not be done                   exit 1
};

struct error {
    enum error_kind kind;
    char message[1024]; // one sentence or more, UTF-8, cut where it does not fit; no final newline
};

// Both accept a NULL error (the caller does not care) and keep an error that is already there.
void error_set(struct error *error, enum error_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);

// The exit code of a command that ends with this error; 0 for ERROR_NONE or NULL.
int error_exit_code(const struct error *error);

// Memory. Out of memory ends the process: systemd starts it again, and nothing acknowledged is
// lost.
_Noreturn void memory_end(void);                         // says it on standard error; exit code 1
MUST_USE void *memory_allocate(size_t size);             // zeroed; never NULL
MUST_USE void *memory_resize(void *memory, size_t size); // never NULL
MUST_USE char *memory_copy_text(const char *text);       // NULL gives NULL
MUST_USE char *memory_copy(const char *bytes, size_t size); // size bytes and a NUL
MUST_USE char *memory_format(const char *format, ...) PRINTF_LIKE(1, 2);
