// A copy of CASUD's folder in a temporary directory, to break one thing at a time.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/findings.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASUD SOURCE_DIR "/config/collectivities/casud"

static const char *const casud_files[] = {
    "collectivity.json", "procedures.csv", "pain-points.csv",        "communes.csv",
    "services.csv",      "logo.svg",       "surveys/demarches.json", "surveys/agents.json",
};

static char copy_root[64];
static char copy[80]; // copy_root/casud

static char *copy_path(const char *name)
{
    return memory_format("%s/%s", copy, name);
}

static char *read_text(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    cr_assert_geq(getdelim(&text, &size, '\0', file), 0, "%s", path);
    fclose(file);
    return text;
}

static void put_bytes(const char *name, const char *bytes, size_t size)
{
    char *path = copy_path(name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
    free(path);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static void restore(const char *name)
{
    char *path = memory_format(CASUD "/%s", name);
    char *text = read_text(path);
    put(name, text);
    free(text);
    free(path);
}

static void drop(const char *name)
{
    char *path = copy_path(name);
    cr_assert_eq(unlink(path), 0, "%s", path);
    free(path);
}

// Writes `to` where `from` stands first in the file.
static void change(const char *name, const char *from, const char *to)
{
    char *path = copy_path(name);
    char *text = read_text(path);
    char *at = strstr(text, from);
    cr_assert_not_null(at, "%s does not hold %s", name, from);
    char *changed = memory_format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    put(name, changed);
    free(changed);
    free(text);
    free(path);
}

static void make_copy(void)
{
    strcpy(copy_root, "/tmp/recueil-casud-XXXXXX");
    cr_assert_not_null(mkdtemp(copy_root));
    snprintf(copy, sizeof copy, "%s/casud", copy_root);
    char *surveys = copy_path("surveys");
    cr_assert_eq(mkdir(copy, 0700), 0);
    cr_assert_eq(mkdir(surveys, 0700), 0);
    free(surveys);
    for (size_t i = 0; i < sizeof casud_files / sizeof *casud_files; i++)
        restore(casud_files[i]);
}

static int remove_entry(const char *path, const struct stat *state, int kind, struct FTW *walk)
{
    (void)state;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_copy(void)
{
    nftw(copy_root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

// One finding, at this place, with these words.
static void assert_told(const struct findings *findings, const char *place, const char *says)
{
    cr_assert_eq(findings->count, 1, "%s: %zu findings, the last %s: %s", place, findings->count,
                 findings->count > 0 ? findings->items[findings->count - 1].place : "",
                 findings->count > 0 ? findings->items[findings->count - 1].message : "");
    cr_assert_str_eq(findings->items[0].place, place, "%s: %s", findings->items[0].place,
                     findings->items[0].message);
    cr_assert_not_null(strstr(findings->items[0].message, says), "%s: %s", place,
                       findings->items[0].message);
}
