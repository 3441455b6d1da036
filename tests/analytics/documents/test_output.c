// SPDX-License-Identifier: Apache-2.0
#include "analytics/documents/output.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/recueil-output-XXXXXX";
static char path[64], temporary[80];

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof path, "%s/file.csv", folder);
    (void)snprintf(temporary, sizeof temporary, "%s.%d.tmp", path, (int)getpid());
}

static void remove_folder(void)
{
    (void)unlink(path);
    (void)unlink(temporary);
    (void)rmdir(folder);
}

static bool is_there(const char *name)
{
    return access(name, F_OK) == 0;
}

static void put(const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void check_content(const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    cr_assert_str_eq(text, expected);
}

TestSuite(output, .init = make_folder, .fini = remove_folder);

Test(output, replaces_the_file_only_once_it_is_complete)
{
    struct output output;
    struct error error = {0};
    put("old");
    cr_assert(output_open(&output, path, &error), "%s", error.message);
    (void)fputs("new", output.file);
    check_content("old");
    cr_assert(is_there(temporary));
    cr_assert(output_commit(&output, &error), "%s", error.message);
    check_content("new");
    cr_assert_not(is_there(temporary));
    output_clear(&output);
}

Test(output, leaves_the_old_file_when_given_up)
{
    struct output output;
    struct error error = {0};
    put("old");
    cr_assert(output_open(&output, path, &error));
    (void)fputs("half", output.file);
    output_clear(&output);
    check_content("old");
    cr_assert_not(is_there(temporary));
}

static void check_writes(const char *name, const char *text)
{
    struct output output;
    struct error error = {0};
    cr_assert(output_open(&output, name, &error), "%s", error.message);
    (void)fputs(text, output.file);
    cr_assert(output_commit(&output, &error), "%s", error.message);
}

Test(output, keeps_the_mode_of_the_file_that_it_replaces)
{
    struct stat found;
    put("old");
    cr_assert_eq(chmod(path, 0600), 0);
    check_writes(path, "new");
    check_content("new");
    cr_assert_eq(stat(path, &found), 0);
    cr_assert_eq(found.st_mode & 07777, 0600, "%o", found.st_mode);
}

Test(output, writes_through_a_link)
{
    struct stat found;
    char link[80];
    (void)snprintf(link, sizeof link, "%s/link", folder);
    put("old");
    cr_assert_eq(symlink("file.csv", link), 0);
    check_writes(link, "new");
    check_content("new");
    cr_assert_eq(lstat(link, &found), 0);
    cr_assert(S_ISLNK(found.st_mode));
    (void)unlink(link);
}

Test(output, leaves_somebody_elses_temporary_file_alone)
{
    char other[80];
    (void)snprintf(other, sizeof other, "%s.tmp", path);
    cr_assert_eq(mkdir(other, 0700), 0);
    check_writes(path, "new");
    check_content("new");
    cr_assert_eq(rmdir(other), 0);
}

// A file renamed over a device would take its place, and root may do that.
Test(output, writes_into_a_pipe_and_leaves_it_a_pipe)
{
    struct stat found;
    char text[8] = "";
    cr_assert_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    cr_assert(reader >= 0);
    check_writes(path, "text");
    cr_assert_eq(read(reader, text, sizeof text - 1), 4);
    cr_assert_str_eq(text, "text");
    cr_assert_eq(lstat(path, &found), 0);
    cr_assert(S_ISFIFO(found.st_mode));
    (void)close(reader);
}

Test(output, writes_into_a_device)
{
    struct stat found;
    check_writes("/dev/null", "text");
    cr_assert_eq(lstat("/dev/null", &found), 0);
    cr_assert(S_ISCHR(found.st_mode));
}

Test(output, says_that_a_folder_is_no_file)
{
    struct output output;
    struct error error = {0};
    cr_assert_not(output_open(&output, folder, &error));
    cr_assert_eq(error.kind, ERROR_FAILED);
    cr_assert(strstr(error.message, folder) != NULL, "%s", error.message);
}

Test(output, says_where_it_cannot_write)
{
    struct output output;
    struct error error = {0};
    cr_assert_not(output_open(&output, "/nowhere/at/all.csv", &error));
    cr_assert_eq(error.kind, ERROR_FAILED);
    cr_assert(strstr(error.message, "/nowhere/at/all.csv") != NULL, "%s", error.message);
}

Test(output, tells_a_full_disk)
{
    struct output output = {.file = fopen("/dev/full", "w")};
    struct error error = {0};
    cr_assert(output.file != NULL);
    (void)fputs("text", output.file);
    FILE *file = output.file;
    cr_assert_not(output_commit(&output, &error)); // as standard output: no path
    cr_assert_eq(error.kind, ERROR_FAILED);
    cr_assert(strstr(error.message, "standard output") != NULL, "%s", error.message);
    (void)fclose(file);
}

Test(output, takes_a_dash_or_nothing_for_standard_output)
{
    const char *names[] = {"-", NULL};
    for (size_t i = 0; i < 2; i++) {
        struct output output;
        struct error error = {0};
        cr_assert(output_open(&output, names[i], &error));
        cr_assert_eq(output.file, stdout);
        cr_assert(output_commit(&output, &error), "%s", error.message);
    }
}
