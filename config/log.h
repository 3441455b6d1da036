// One line an event on standard error, `event key=value …`, with the priority prefix that journald
// reads. Never an answer, a token, a receipt or an address. Only boundaries log: main, the
// exchange, a command, the store.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_INFO = 6, LOG_DEBUG = 7 };

void log_set_level(enum log_level level); // LOG_INFO at start

// The text after the event name is "key=value key=value". Values made from outside text go through
// log_quote. At most 100 lines a second are written and the number left out is told afterwards, so
// that no storm of errors can block the loop on a full pipe.
void log_event(enum log_level level, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);

// Quotes text for a value: C0, C1, quotes, backslashes and U+2028/9 escaped, cut at 200 bytes.
// Returns buffer.
const char *log_quote(char *buffer, size_t size, const char *text);
