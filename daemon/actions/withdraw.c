// Answers POST /v1/{collectivity}/submissions/{id}/withdrawal: erases what the receipt was made
// for.
//
//   withdraw -> (withdrawals) -> on_withdrawal_done -> reply
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/intake/json_arena.h"
#include "daemon/pages/problem.h"

#include <jansson.h>
#include <string.h>

struct pending {
    struct exchange *exchange;
    struct withdrawal withdrawal;
};

static void on_withdrawal_done(void *context, enum withdrawal_result result);

// Says it in the language of the exchange.
#define SAY(exchange, french, english) ((exchange)->language == LANGUAGE_EN ? (english) : (french))

// -- The body --

// Every member but the one that counts is refused: a misspelt "receipt" is told as such.
static void check_members(const struct exchange *exchange, json_t *document,
                          struct refusals *refusals)
{
    const char *name;
    json_t *value;
    json_object_foreach(document, name, value)
    {
        if (strcmp(name, "receipt") != 0) {
            refusals_add(refusals, "", "unknown-member", "%s",
                         SAY(exchange, "« receipt » est le seul membre attendu.",
                             "\"receipt\" is the only member expected."));
            return;
        }
    }
}

static void read_receipt(const struct exchange *exchange, const json_t *document,
                         struct withdrawal_claim *claim, struct refusals *refusals)
{
    const json_t *receipt = json_object_get(document, "receipt");
    if (receipt == NULL || json_is_null(receipt))
        refusals_add(refusals, "/receipt", "required", "%s",
                     SAY(exchange, "Le reçu manque : « receipt » est obligatoire.",
                         "The receipt is missing: \"receipt\" is required."));
    else if (!json_is_string(receipt))
        refusals_add(refusals, "/receipt", "wrong-type", "%s",
                     SAY(exchange, "Il faut un texte.", "This must be a text."));
    else if (!receipt_read(json_string_value(receipt), json_string_length(receipt), &claim->id,
                           claim->receipt))
        refusals_add(refusals, "/receipt", "malformed", "%s",
                     SAY(exchange,
                         "Un reçu a 16 lettres et chiffres ; s'il commence par un identifiant, "
                         "c'est celui de cette réponse.",
                         "A receipt has 16 letters and digits; where it begins with an id, it is "
                         "that of this submission."));
}

// Returns what is wrong with it, PROBLEM_COUNT when nothing is.
static enum problem read_body(const struct exchange *exchange, struct withdrawal_claim *claim,
                              struct refusals *refusals)
{
    json_error_t at;
    refusals->count = 0;
    json_arena_begin();
    json_t *document = json_loadb(exchange->body, exchange->body_size, JSON_REJECT_DUPLICATES, &at);
    enum problem problem = PROBLEM_COUNT;
    if (document == NULL || !json_is_object(document)) {
        problem = json_arena_exhausted() ? PROBLEM_TOO_LARGE : PROBLEM_MALFORMED;
    } else {
        check_members(exchange, document, refusals);
        read_receipt(exchange, document, claim, refusals);
        problem = refusals->count > 0 ? PROBLEM_NO_RECEIPT : PROBLEM_COUNT;
    }
    json_arena_end(); // the document goes with its arena
    return problem;
}

// -- The reply --

static const struct {
    enum withdrawal_result result;
    enum problem problem;
} problems[] = {
    {WITHDRAWAL_REFUSED, PROBLEM_WRONG_RECEIPT},
    {WITHDRAWAL_NOT_THERE, PROBLEM_NOT_THERE},
    {WITHDRAWAL_SEALED, PROBLEM_ANONYMISED},
    {WITHDRAWAL_UNAVAILABLE, PROBLEM_NOT_WITHDRAWN},
};

static void reply_withdrawn(struct exchange *exchange, const char *id)
{
    char *body = exchange_format(exchange, "{\"id\":\"%s\",\"withdrawn\":true}\n", id);
    const struct exchange_reply reply = {
        .status = 200,
        .content_type = "application/json",
        .body = body,
        .size = strlen(body),
        .more_head = "Cache-Control: no-store\r\n",
    };
    exchange_reply(exchange, &reply);
}

static void reply_problem(struct exchange *exchange, enum problem problem, const char *id)
{
    static struct refusals refusals; // large, and of no use after this turn
    refusals.count = 0;
    if (problem == PROBLEM_ANONYMISED)
        refusals_add(&refusals, "", "anonymised", "%s",
                     problem_sentence(problem, exchange->language));
    problem_reply(exchange, problem, id, &refusals);
}

static void on_withdrawal_done(void *context, enum withdrawal_result result)
{
    struct pending *pending = context;
    struct exchange *exchange = pending->exchange;
    char id[UUID_TEXT_SIZE];
    uuid_write(&pending->withdrawal.claim.id, id);
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        if (problems[i].result == result) {
            reply_problem(exchange, problems[i].problem, id);
            return;
        }
    reply_withdrawn(exchange, id);
}

void withdraw(struct exchange *exchange)
{
    static struct refusals refusals;
    if (!service_find_collectivity(exchange))
        return;
    struct pending *pending = arena_take(exchange->arena, sizeof *pending);
    *pending = (struct pending){.exchange = exchange};
    struct withdrawal *withdrawal = &pending->withdrawal;
    struct slice id = exchange->parameters[1];
    if (!uuid_parse(id.at, id.size, &withdrawal->claim.id)) {
        problem_reply(exchange, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    enum problem problem = read_body(exchange, &withdrawal->claim, &refusals);
    if (problem != PROBLEM_COUNT) {
        problem_reply(exchange, problem, NULL, &refusals);
        return;
    }
    withdrawal->collectivity_id = exchange->edition->collectivity_id;
    withdrawal->claim.collectivity = exchange->edition->collectivity->slug;
    withdrawal->done = on_withdrawal_done;
    withdrawal->context = pending;
    withdrawals_submit(exchange->service->withdrawals, withdrawal);
}
