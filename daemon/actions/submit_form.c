// Answers POST /{collectivity}/{survey}: the form as browsers send it, without a script.
//
//   submit_form -> another language: the page again, answers kept, nothing stored
//               -> too many from this address: 429, the page again, answers kept
//               -> does not fit: 422, the page again, answers kept, errors listed
//               -> (store) -> on_form_stored -> 303 to the thanks page
//
// With Accept: application/json (the page's script) the replies are those of the API, with
// `location`.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "config/receipt.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/form.h"
#include "daemon/actions/submit.h"
#include "daemon/intake/form_body.h"

#include <stdlib.h>
#include <string.h>

struct pending {
    struct exchange *exchange;
    enum language language;
    const char *placement;
    const char *received; // the submission as it was made from the form; its size is hashed too
    size_t received_size;
    struct submission row;
    struct store_item item;
};

static void on_form_stored(void *context, enum store_result result);

static struct refusals refusals; // large, and of no use after this turn

static const char *entry_of(const char *placement)
{
    bool kiosk = placement != NULL && strncmp(placement, "borne-", strlen("borne-")) == 0;
    return vocabulary_word(VOCABULARY_ENTRY, kiosk ? 1 : 0); // kiosk, form
}

// The page again, with what was answered and, unless status is 200, what is wrong with it.
static void show_again(struct pending *pending, int status, const struct refusals *wrong)
{
    struct exchange *exchange = pending->exchange;
    json_t *submission = json_loadb(pending->received, pending->received_size, 0, NULL);
    const char *given = json_string_value(json_object_get(submission, "id"));
    struct uuid uuid;
    char id[UUID_TEXT_SIZE];
    if (given == NULL || !uuid_parse(given, strlen(given), &uuid))
        uuid = uuid_make();
    uuid_write(&uuid, id);
    form_reply(exchange, status, pending->language, pending->placement, id,
               json_object_get(submission, "answers"), wrong);
    json_decref(submission);
}

static void refuse_form(struct pending *pending, enum intake_verdict verdict, bool has_id)
{
    if (pending->exchange->page && verdict == INTAKE_REFUSED) {
        service_count(pending->exchange, OUTCOME_UNFIT);
        show_again(pending, problem_status(PROBLEM_REFUSED), &refusals);
        return;
    }
    submit_refuse(pending->exchange, verdict, has_id, &pending->row.id, &refusals);
}

static void store_form(struct pending *pending)
{
    struct exchange *exchange = pending->exchange;
    const struct intake intake = {
        .edition = exchange->edition,
        .survey = exchange->survey,
        .secret = exchange->service->secret,
        .language = pending->language,
        .entry = entry_of(pending->placement),
        .now_us = instant_now(),
    };
    bool has_id;
    enum intake_verdict verdict =
        submission_read(&intake, pending->received, pending->received_size, exchange->arena,
                        &pending->row, &has_id, &refusals);
    if (verdict != INTAKE_FITS) {
        refuse_form(pending, verdict, has_id);
        return;
    }
    pending->item =
        (struct store_item){.row = &pending->row, .done = on_form_stored, .context = pending};
    store_submit(exchange->service->store, &pending->item);
}

// Not stored: the person keeps every answer on the page and sends it again with the same id.
static void ask_to_send_again(struct pending *pending, enum problem problem)
{
    refusals.count = 0;
    refusals_add(&refusals, "", FORM_UNAVAILABLE, "%s",
                 problem_sentence(problem, pending->language));
    show_again(pending, problem_status(problem), &refusals);
}

// The same for who sends too much: true when that was replied.
static bool slows_down(struct pending *pending)
{
    struct exchange *exchange = pending->exchange;
    if (!exchange->page)
        return submit_slows_down(exchange);
    if (service_slows_down(exchange) == 0)
        return false;
    ask_to_send_again(pending, PROBLEM_TOO_MANY);
    return true;
}

// Turns the form into the one JSON submission that is then "received"; its version decides by which
// version of the survey it is judged and shown again.
static bool receive(struct pending *pending, const struct form_body *form)
{
    struct exchange *exchange = pending->exchange;
    const char *slug = exchange->survey->survey->slug;
    exchange->survey = edition_survey_version(exchange->edition, slug, strlen(slug),
                                              form_body_version(form), instant_now());
    struct form_query query = {.has_language = true, .language = pending->language};
    if (pending->placement != NULL)
        strncat(query.placement, pending->placement, sizeof query.placement - 1);

    refusals.count = 0;
    json_t *submission = form_body_to_submission(form, exchange->survey, &query, &refusals);
    char *text = submission == NULL ? NULL : json_dumps(submission, JSON_COMPACT);
    if (text != NULL) {
        pending->received_size = strlen(text);
        pending->received = arena_copy(exchange->arena, text, pending->received_size);
    }
    free(text);
    json_decref(submission);
    return pending->received != NULL;
}

void submit_form(struct exchange *exchange)
{
    if (!service_find_survey(exchange) || !service_admits(exchange))
        return;
    struct error error = {0};
    struct form_body form;
    if (!form_body_read(exchange->arena, exchange->body, exchange->body_size, &form, &error)) {
        service_count(exchange, OUTCOME_MALFORMED);
        problem_reply(exchange, PROBLEM_MALFORMED, NULL, NULL);
        return;
    }
    struct pending *pending = arena_take(exchange->arena, sizeof *pending);
    *pending = (struct pending){
        .exchange = exchange,
        .language = form_language(exchange, exchange->language),
        .placement = form_placement(exchange),
    };
    enum language wanted;
    bool switches = form_body_switches_language(&form, &wanted);
    if (switches)
        pending->language = form_language(exchange, wanted);
    if (!receive(pending, &form))
        refuse_form(pending, INTAKE_TOO_LARGE, false);
    else if (switches)
        show_again(pending, 200, NULL);
    else if (slows_down(pending))
        return;
    else if (refusals.count > 0)
        refuse_form(pending, INTAKE_REFUSED, false);
    else
        store_form(pending);
}

// -- After the store --

static const char *thanks_address(struct pending *pending)
{
    struct exchange *exchange = pending->exchange;
    const char *slug = exchange->edition->collectivity->slug;
    struct ticket ticket = {.id = pending->row.id,
                            .expires_s = instant_now() / 1000000 + TICKET_LIFE_S};
    char text[TICKET_SIZE];
    memcpy(ticket.content_hash, pending->row.content_hash, HASH_BYTES);
    ticket_write(exchange->service->secret, slug, &ticket, text);
    return exchange_format(exchange, "/%s/%s/thanks?t=%s&lang=%s%s%s", slug,
                           exchange->survey->survey->slug, text,
                           vocabulary_word(VOCABULARY_LANGUAGE, pending->language),
                           pending->placement != NULL ? "&from=" : "",
                           pending->placement != NULL ? pending->placement : "");
}

static void reply_to_browser(struct pending *pending)
{
    struct exchange *exchange = pending->exchange;
    const struct exchange_reply reply = {
        .status = 303,
        .more_head = exchange_format(exchange, "Location: %s\r\nCache-Control: no-store\r\n",
                                     thanks_address(pending)),
    };
    exchange_reply(exchange, &reply);
}

static void reply_to_script(struct pending *pending, int status)
{
    struct exchange *exchange = pending->exchange;
    char id[UUID_TEXT_SIZE];
    char receipt[RECEIPT_SIZE];
    uuid_write(&pending->row.id, id);
    receipt_write(exchange->service->secret, exchange->edition->collectivity->slug,
                  &pending->row.id, pending->row.content_hash, receipt);
    const char *body =
        exchange_format(exchange, "{\"id\":\"%s\",\"receipt\":\"%s\",\"location\":\"%s\"}\n", id,
                        receipt, thanks_address(pending));
    const struct exchange_reply reply = {
        .status = status,
        .content_type = "application/json",
        .body = body,
        .size = strlen(body),
        .more_head = "Cache-Control: no-store\r\n",
    };
    exchange_reply(exchange, &reply);
}

static void on_form_stored(void *context, enum store_result result)
{
    struct pending *pending = context;
    struct exchange *exchange = pending->exchange;
    enum problem problem = submit_result_problem(result);
    service_count(exchange, (enum metrics_outcome)result);
    char id[UUID_TEXT_SIZE];
    uuid_write(&pending->row.id, id);
    if (problem == PROBLEM_UNAVAILABLE && exchange->page)
        ask_to_send_again(pending, PROBLEM_UNAVAILABLE);
    else if (problem != PROBLEM_COUNT)
        problem_reply(exchange, problem, id, NULL);
    else if (exchange->page)
        reply_to_browser(pending);
    else
        reply_to_script(pending, submit_result_status(result));
}
