// SPDX-License-Identifier: Apache-2.0
#include "sql/statements.h"

#include "sql/statements_text.h" // made by the build

const struct statement_text *statement_text(enum statement statement)
{
    return &statement_texts[statement];
}
