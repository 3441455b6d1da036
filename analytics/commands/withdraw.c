// recueil withdraw: erases one submission for a person who brings their receipt to a desk, as the
// daemon does for one who withdraws by themselves. It acts as the daemon's role: analysts read
// answers and change none.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/collectivity_choice.h"
#include "config/secret.h"
#include "config/settings.h"
#include "sql/withdrawal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct options {
    struct invocation *invocation;
    const char *id, *receipt;
};

static error_t take(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options->invocation;
        return 0;
    case ARGP_KEY_ARG:
        if (options->receipt != NULL)
            argp_error(state, "one id and one receipt at a time");
        if (options->id == NULL)
            options->id = value;
        else
            options->receipt = value;
        return 0;
    case ARGP_KEY_END:
        if (options->receipt == NULL)
            argp_error(state, "give the id of the submission, then its receipt");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .parser = take,
    .args_doc = "ID RECEIPT",
    .doc = "Erases the submission ID: its answers and what was written in it. RECEIPT is what was "
           "shown when it was sent, SECRET or ID.SECRET; it withdraws that content only. What "
           "was withdrawn before is told as withdrawn.",
    .children = children,
};

// -- What was given --

static bool read_claim(const struct options *options, struct withdrawal_claim *claim,
                       struct error *error)
{
    if (!uuid_parse(options->id, strlen(options->id), &claim->id)) {
        error_set(error, ERROR_BAD_INPUT,
                  "\"%s\" is no id of a submission: it is the part of the receipt before the dot, "
                  "36 characters such as 8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55",
                  options->id);
        return false;
    }
    if (!receipt_read(options->receipt, strlen(options->receipt), &claim->id, claim->receipt)) {
        error_set(error, ERROR_BAD_INPUT,
                  "this is no receipt of %s: a receipt has 16 letters and digits, and where an id "
                  "and a dot stand before them, it is the same id",
                  options->id);
        return false;
    }
    return true;
}

// -- What it leads to --

static bool weigh(struct session *session, const char *const values[], struct secret *secret,
                  struct withdrawal_claim *claim, struct error *error)
{
    AUTO(rows)
    struct rows *rows = session_run(session, STATEMENT_READ_WITHDRAWAL, values, error);
    if (rows == NULL)
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        withdrawal_weigh(claim, secret, rows_text(rows, i, 0), rows_text(rows, i, 1));
    return true;
}

static bool erase(struct session *session, const char *collectivity, const char *id,
                  const struct withdrawal_claim *claim, struct error *error)
{
    char mark[UUID_TEXT_SIZE];
    struct uuid made = uuid_make();
    uuid_write(&made, mark);
    const char *values[] = {collectivity, id, claim->hash, mark};
    return session_begin(session, error) &&
           session_do(session, STATEMENT_WITHDRAW_SUBMISSION, values, error) &&
           session_commit(session, error);
}

// Says why nothing can be withdrawn.
static bool refuse(enum withdrawal_standing standing, const char *id, struct error *error)
{
    static const struct {
        enum error_kind kind;
        const char *why;
    } reasons[] = {
        [WITHDRAWAL_UNKNOWN] = {ERROR_BAD_INPUT,
                                "no submission has this id: check it, and --collectivity. If it "
                                "was sent while the database was away, it may still be in "
                                "recueild's spool: try again when \"recueil status\" shows that "
                                "nothing waits"},
        [WITHDRAWAL_WRONG] = {ERROR_BAD_INPUT,
                              "this is not its receipt: check both; nothing was changed"},
        [WITHDRAWAL_ANONYMISED] = {ERROR_FAILED,
                                   "its month was anonymised: nothing there can be traced to a "
                                   "person any more, and nothing is left to withdraw"},
    };
    error_set(error, reasons[standing].kind, "%s: %s", id, reasons[standing].why);
    return false;
}

static bool withdraw(struct session *session, const struct collectivity_choice *choice,
                     struct secret *secret, struct withdrawal_claim *claim, struct error *error)
{
    char id[UUID_TEXT_SIZE];
    uuid_write(&claim->id, id);
    const char *values[] = {choice->id_text, id};
    claim->collectivity = choice->slug;
    if (!weigh(session, values, secret, claim, error))
        return false;
    if (claim->standing != WITHDRAWAL_THERE && claim->standing != WITHDRAWAL_BEFORE)
        return refuse(claim->standing, id, error);
    bool before = claim->standing == WITHDRAWAL_BEFORE;
    if (!before && !erase(session, choice->id_text, id, claim, error))
        return false;
    (void)printf("submission %s: withdrawn%s\n", id, before ? " before" : "");
    return true;
}

bool command_withdraw(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    struct options options = {.invocation = invocation};
    struct withdrawal_claim claim = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0 ||
        !read_claim(&options, &claim, error))
        return false;
    AUTO(settings)
    struct settings *settings = settings_load(settings_path(invocation->config), error);
    if (settings == NULL)
        return false;
    AUTO(secret) struct secret *secret = secret_load(settings->secret_file, error);
    if (secret == NULL)
        return false;
    AUTO_SESSION struct session *session = invocation_open(invocation, error);
    AUTO_CHOICE struct collectivity_choice choice = {0};
    return session != NULL &&
           collectivity_choose(session, invocation->collectivity, &choice, error) &&
           withdraw(session, &choice, secret, &claim, error);
}
