//   ask /spool, a page at a time -> see_item
//   nobody listens -> recueild --spool, a line at a time -> see_item
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/audit/waiting.h"

#include "analytics/commands/admin_client.h"
#include "config/content_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 5000, ASK_LIMIT_MS = 30000, CURSOR_SIZE = 64, EXIT_NOT_FOUND = 127 };

extern char **environ;

// -- An item --

// {"collectivity":1,"id":"…","hash":"…","place":"waiting","received_at":"…"}. False: no such thing.
static bool see_item(const json_t *item, struct tally *tally, struct waiting *waiting)
{
    const char *id = json_string_value(json_object_get(item, "id"));
    const char *hash = json_string_value(json_object_get(item, "hash"));
    const char *place = json_string_value(json_object_get(item, "place"));
    struct acknowledgement seen;
    if (id == NULL || hash == NULL || place == NULL || !uuid_parse(id, strlen(id), &seen.id) ||
        !content_hash_read(hash, seen.content_hash))
        return false;
    bool damaged = strcmp(place, "damaged") == 0;
    if (!damaged && strcmp(place, "waiting") != 0)
        return false;
    tally_see(tally, &seen, damaged ? TALLY_DAMAGED : TALLY_WAITING);
    waiting->damaged += damaged;
    waiting->waiting += !damaged;
    return true;
}

// -- From the process --

// False: the page is not what recueild writes. *next: "" after the last page.
static bool see_page(const json_t *page, struct tally *tally, struct waiting *waiting,
                     char next[CURSOR_SIZE])
{
    const json_t *items = json_object_get(page, "items");
    const json_t *cursor = json_object_get(page, "next");
    const char *text = json_string_value(cursor);
    if (!json_is_array(items) || (text == NULL && !json_is_null(cursor)))
        return false;
    if (text != NULL && (strlen(text) >= CURSOR_SIZE || text[0] == '\0' ||
                         strspn(text, "0123456789.-") != strlen(text) ||
                         strcmp(text, next) == 0)) // it would never end
        return false;
    (void)snprintf(next, CURSOR_SIZE, "%s", text == NULL ? "" : text);
    size_t index;
    json_t *item;
    json_array_foreach(items, index, item)
    {
        if (!see_item(item, tally, waiting))
            return false;
    }
    return true;
}

static enum admin_outcome ask_page(const struct settings *settings, struct tally *tally,
                                   struct waiting *waiting, char next[CURSOR_SIZE],
                                   struct error *error)
{
    json_t *page = NULL;
    char *path = memory_format("/spool?limit=%d%s%s", PAGE, next[0] == '\0' ? "" : "&after=", next);
    enum admin_outcome outcome =
        admin_get(settings->admin_listen, path, ASK_LIMIT_MS, &page, error);
    free(path);
    if (outcome == ADMIN_ANSWERED && !see_page(page, tally, waiting, next)) {
        error_set(error, ERROR_FAILED,
                  "http://%s/spool: this is not what recueild of this version tells of its spool: "
                  "check admin_listen, and restart recueild if it was upgraded",
                  settings->admin_listen);
        outcome = ADMIN_FAILED;
    }
    json_decref(page);
    return outcome;
}

static enum admin_outcome ask_process(const struct settings *settings, struct tally *tally,
                                      struct waiting *waiting, struct error *error)
{
    char next[CURSOR_SIZE] = "";
    enum admin_outcome outcome = ask_page(settings, tally, waiting, next, error);
    while (outcome == ADMIN_ANSWERED && next[0] != '\0') {
        outcome = ask_page(settings, tally, waiting, next, error);
        if (outcome == ADMIN_NOBODY) {
            error_set(error, ERROR_UNAVAILABLE,
                      "recueild stopped while its spool was read: run this again");
            outcome = ADMIN_FAILED;
        }
    }
    return outcome;
}

// -- From the files --

// The recueild installed beside this program, else the one in PATH. The caller frees it.
static char *find_program(void)
{
    char own[4096];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own);
    char *slash = size <= 0 ? NULL : memrchr(own, '/', (size_t)size);
    if (slash == NULL)
        return memory_copy_text("recueild");
    char *beside = memory_format("%.*s/recueild", (int)(slash - own), own);
    if (access(beside, X_OK) == 0)
        return beside;
    free(beside);
    return memory_copy_text("recueild");
}

// Starts it with its standard output in a pipe. NULL with errno set.
static FILE *start(const char *program, const char *config, pid_t *child)
{
    int ends[2];
    char option[] = "--config";
    char what[] = "--spool";
    char *arguments[] = {(char *)(uintptr_t)program, option, (char *)(uintptr_t)config, what, NULL};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return NULL;
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int failure = posix_spawnp(child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    if (failure != 0) {
        (void)close(ends[0]);
        errno = failure;
        return NULL;
    }
    return fdopen(ends[0], "r");
}

static bool see_lines(FILE *lines, struct tally *tally, struct waiting *waiting)
{
    char *line = NULL;
    size_t capacity = 0;
    bool good = true;
    ssize_t size;
    while (good && (size = getline(&line, &capacity, lines)) > 0) {
        json_t *item = json_loadb(line, (size_t)size, JSON_REJECT_DUPLICATES, NULL);
        good = item != NULL && see_item(item, tally, waiting);
        json_decref(item);
    }
    free(line);
    return good && ferror(lines) == 0;
}

// Did the process end well? It said on the standard error why not.
static bool ended_well(pid_t child, const char *config, struct error *error)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    error_set(error, ERROR_FAILED,
              "what is in the spool of %s is not known: no recueild answers at its admin_listen, "
              "and \"recueild --config %s --spool\" failed%s. Run this as recueild's user",
              config, config,
              WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND ? " (not found)" : "");
    return false;
}

static bool read_files(const char *config, struct tally *tally, struct waiting *waiting,
                       struct error *error)
{
    pid_t child = 0;
    char *program = find_program();
    FILE *lines = start(program, config, &child);
    if (lines == NULL) {
        error_set(error, ERROR_FAILED,
                  "%s cannot be run (%s), and no recueild answers at admin_listen: put it beside "
                  "recueil, or into PATH",
                  program, strerror(errno));
        free(program);
        return false;
    }
    free(program);
    bool understood = see_lines(lines, tally, waiting);
    (void)fclose(lines);
    if (!ended_well(child, config, error))
        return false;
    if (!understood)
        error_set(error, ERROR_FAILED,
                  "\"recueild --config %s --spool\" printed what this version does not know: "
                  "install the same version of both",
                  config);
    return understood;
}

bool waiting_see(const struct settings *settings, const char *config, struct tally *tally,
                 struct waiting *waiting, struct error *error)
{
    *waiting = (struct waiting){0};
    switch (ask_process(settings, tally, waiting, error)) {
    case ADMIN_ANSWERED:
        waiting->daemon = true;
        return true;
    case ADMIN_NOBODY:
        return read_files(config, tally, waiting, error);
    default:
        return false;
    }
}
