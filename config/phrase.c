// SPDX-License-Identifier: Apache-2.0
#include "config/phrase.h"

#include <stdlib.h>

void phrase_clear(struct phrase *phrase)
{
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        free(phrase->text[language]);
        phrase->text[language] = NULL;
    }
}
