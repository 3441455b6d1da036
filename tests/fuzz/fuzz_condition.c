// Any bytes as the text of a condition: parsed or refused with a sentence; what was parsed can be
// judged, printed and visited.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/condition.h"

#include <stdint.h>
#include <stdlib.h>

static void count_name(const char *question, void *context)
{
    if (question[0] == '\0')
        abort();
    ++*(size_t *)context;
}

static void use(const struct condition *condition)
{
    static const char *const samples[] = {
        "{}",
        "{\"a\":\"x\",\"b\":[\"x\",2],\"c\":true,\"d\":3.5,\"e\":{\"r\":\"c\"},\"f\":null}",
    };
    size_t names = 0;
    condition_visit(condition, count_name, &names);
    if (names == 0 || names > 64)
        abort();
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        json_t *answers = json_loads(samples[i], 0, NULL);
        (void)condition_holds(condition, answers);
        json_decref(answers);
    }
    json_t *tree = condition_tree(condition);
    char *text = json_dumps(tree, JSON_COMPACT);
    if (text == NULL)
        abort();
    free(text);
    json_decref(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {ERROR_NONE, ""};
    char *text = memory_copy((const char *)bytes, size);
    struct condition *condition = condition_parse(text, &error);
    if ((condition == NULL) != (error.kind == ERROR_BAD_INPUT))
        abort();
    if (condition != NULL)
        use(condition);
    condition_destroy(condition);
    free(text);
    return 0;
}
