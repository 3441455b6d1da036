// Stands in for config/calendar.c, catalogue.c, collectivity.c and secret.c as long as they do not
// exist: delete this file and the lines that include it then. Weak: the real ones win.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/calendar.h"
#include "config/edition.h"
#include "config/secret.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

WEAK bool calendar_day_parse(const char *text, int32_t *day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, number;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
        sscanf(text, "%4d-%2d-%2d", &year, &month, &number) != 3 || month < 1 || month > 12)
        return false;
    bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (number < 1 || number > days[month - 1] + leap)
        return false;
    int y = year - (month <= 2), m = (month + 9) % 12;
    *day = 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + number - 1 - 719468;
    return true;
}

WEAK const struct procedure *catalogue_procedure(const struct catalogue *catalogue,
                                                 const char *code, size_t size)
{
    for (size_t i = 0; i < catalogue->procedure_count; i++)
        if (strlen(catalogue->procedures[i].code) == size &&
            memcmp(catalogue->procedures[i].code, code, size) == 0)
            return &catalogue->procedures[i];
    return NULL;
}

WEAK const struct pain_point *catalogue_pain_point(const struct catalogue *catalogue,
                                                   const char *code, size_t size)
{
    for (size_t i = 0; i < catalogue->pain_point_count; i++)
        if (strlen(catalogue->pain_points[i].code) == size &&
            memcmp(catalogue->pain_points[i].code, code, size) == 0)
            return &catalogue->pain_points[i];
    return NULL;
}

WEAK bool procedure_fits(const struct procedure *procedure, const char *class)
{
    return (procedure->audiences & (strcmp(class, "external") == 0 ? 7U : 56U)) != 0;
}

WEAK struct catalogue *catalogue_from_json(const json_t *document, struct error *error)
{
    if (!json_is_object(document)) {
        error_set(error, ERROR_BAD_INPUT, "catalogue");
        return NULL;
    }
    return memory_allocate(sizeof(struct catalogue));
}

WEAK void catalogue_destroy(struct catalogue *catalogue)
{
    free(catalogue);
}

WEAK struct collectivity *collectivity_from_json(const json_t *document, struct error *error)
{
    const char *slug = json_string_value(json_object_get(document, "slug"));
    if (slug == NULL) {
        error_set(error, ERROR_BAD_INPUT, "collectivity");
        return NULL;
    }
    struct collectivity *collectivity = memory_allocate(sizeof *collectivity);
    collectivity->slug = memory_copy_text(slug);
    return collectivity;
}

WEAK void collectivity_destroy(struct collectivity *collectivity)
{
    if (collectivity != NULL)
        free(collectivity->slug);
    free(collectivity);
}

WEAK void secret_digest(const void *bytes, size_t size, unsigned char digest[32])
{
    EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL);
}
