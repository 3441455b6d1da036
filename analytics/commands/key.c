// recueil key: makes a bearer key for bulk submissions and prints it once, or revokes one. The
// database holds its SHA-256 only: who lost a key makes another.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/collectivity_choice.h"
#include "config/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { RANDOM_BYTES = 32, KEY_SIZE = sizeof "rq_" + 43, HEX_SIZE = 65, NAME_LIMIT = 64 };

struct options {
    struct invocation *invocation;
    const char *name;
    bool revoke;
};

static const struct argp_option argp_options[] = {
    {"revoke", 'r', NULL, 0, "end the key of that name instead of making one", 0},
    {0},
};

static bool is_name(const char *text)
{
    size_t size = strlen(text);
    return size > 0 && size <= NAME_LIMIT &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options->invocation;
        return 0;
    case 'r':
        options->revoke = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->name != NULL)
            argp_error(state, "one name at a time");
        if (!is_name(value))
            argp_error(state, "\"%s\" is no name for a key: up to %d of a-z, 0-9 and -", value,
                       NAME_LIMIT);
        options->name = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "give the key a name: who or what is going to use it");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = argp_options,
    .parser = take,
    .args_doc = "NAME",
    .doc = "Makes a bearer key for bulk submissions and prints it, this once. Only its SHA-256 is "
           "kept: a lost key is revoked and another one made.",
    .children = children,
};

static bool make_key(char key[KEY_SIZE], struct error *error)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; // base64url
    unsigned char bytes[RANDOM_BYTES + 1] = {0}; // one 0 more fills the last group of three
    if (getrandom(bytes, RANDOM_BYTES, 0) != RANDOM_BYTES) {
        error_set(error, ERROR_FAILED, "the kernel gave no random bytes: %s", strerror(errno));
        return false;
    }
    char *at = stpcpy(key, "rq_");
    for (size_t i = 0; i < sizeof bytes; i += 3) {
        unsigned group = (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *at++ = alphabet[group >> shift & 63];
    }
    key[KEY_SIZE - 1] = '\0'; // over the padding
    explicit_bzero(bytes, sizeof bytes);
    return true;
}

static void write_digest(const char *key, char hex[HEX_SIZE])
{
    unsigned char digest[32];
    secret_digest(key, strlen(key), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, HEX_SIZE - 2 * i, "%02x", digest[i]);
}

// One of the two statements on a key, then what tells the daemons. *found: a key was changed.
static bool change_keys(struct session *session, enum statement statement,
                        const char *const values[], bool *found, struct error *error)
{
    AUTO(rows) struct rows *rows = session_run(session, statement, values, error);
    if (rows == NULL)
        return false;
    *found = rows_count(rows) > 0;
    return session_do(session, STATEMENT_BUMP_PUBLISHED_VERSION, values, error) &&
           session_do(session, STATEMENT_NOTIFY_PUBLISHED, NULL, error);
}

static bool revoke_key(struct session *session, const char *id, const char *name,
                       struct error *error)
{
    const char *values[] = {id, name};
    bool found = false;
    if (!session_begin(session, error) ||
        !change_keys(session, STATEMENT_REVOKE_BEARER_KEY, values, &found, error))
        return false;
    if (!found) {
        error_set(error, ERROR_BAD_INPUT, "no key \"%s\" is in use: check the name", name);
        return false; // the transaction ends with the session
    }
    if (!session_commit(session, error))
        return false;
    (void)printf("key %s: revoked\n", name);
    return true;
}

static bool store_key(struct session *session, const char *const values[], struct error *error)
{
    bool found = false;
    if (!session_begin(session, error) ||
        !change_keys(session, STATEMENT_INSERT_BEARER_KEY, values, &found, error))
        return false;
    if (!found) {
        error_set(error, ERROR_BAD_INPUT,
                  "there is, or was, a key \"%s\": take another name, so that it stays clear who "
                  "used which",
                  values[1]);
        return false;
    }
    return session_commit(session, error);
}

static bool add_key(struct session *session, const char *id, const char *name, struct error *error)
{
    char key[KEY_SIZE];
    char hex[HEX_SIZE];
    if (!make_key(key, error))
        return false;
    write_digest(key, hex);
    const char *values[] = {id, name, hex};
    bool done = store_key(session, values, error);
    if (done)
        (void)puts(key);
    explicit_bzero(key, sizeof key);
    return done;
}

bool command_key(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    struct options options = {.invocation = invocation};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return false;
    AUTO_SESSION struct session *session = invocation_open(invocation, error);
    AUTO_CHOICE struct collectivity_choice choice = {0};
    if (session == NULL || !collectivity_choose(session, invocation->collectivity, &choice, error))
        return false;
    return options.revoke ? revoke_key(session, choice.id_text, options.name, error)
                          : add_key(session, choice.id_text, options.name, error);
}
