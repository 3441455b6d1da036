// The statements as the build embedded them. tests/real/test_sql.py prepares them on a server.
//
// SPDX-License-Identifier: Apache-2.0
#include "sql/statements.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// The highest $n in the comment lines before the statement.
static int documented(const char *text)
{
    int most = 0;
    while (strncmp(text, "--", 2) == 0) {
        const char *end = strchr(text, '\n');
        for (const char *at = text; at < end; at++)
            if (*at == '$' && atoi(at + 1) > most)
                most = atoi(at + 1);
        text = end + 1;
    }
    return most;
}

Test(statements, document_their_parameters)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        const struct statement_text *statement = statement_text((enum statement)i);
        cr_assert(strncmp(statement->text, "-- ", 3) == 0, "%s has no header", statement->name);
        cr_assert_eq(documented(statement->text), statement->parameters,
                     "%s takes %d parameters and documents %d", statement->name,
                     statement->parameters, documented(statement->text));
    }
}

Test(statements, have_the_names_of_their_files)
{
    cr_assert_str_eq(statement_text(STATEMENT_INSERT_SUBMISSIONS)->name, "insert_submissions");
    cr_assert_eq(statement_text(STATEMENT_INSERT_SUBMISSIONS)->parameters, 40);
    cr_assert_eq(statement_text(STATEMENT_READ_PUBLISHED_VERSION)->parameters, 0);
}
