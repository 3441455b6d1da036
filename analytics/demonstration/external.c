// The answers of citizens, applicants and beneficiaries. The order of the draws is the generator's
// definition: it is the order of the steps below and of the lines in them.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/chances.h"
#include "analytics/demonstration/ids.h"
#include "analytics/demonstration/lots.h"
#include "analytics/demonstration/opinion.h"
#include "config/submission.h"

#include <math.h>
#include <string.h>

static const double SHARE_UNHEARD = .75; // of the excluded who answer by the form

struct drawing {
    const struct demonstration *demonstration;
    const struct planned_procedure *planned;
    struct draws draws;
    struct circumstances circumstances;
    struct demonstration_answer answer;
};

// Who answers, and how.
static void draw_respondent(struct drawing *drawing)
{
    static const char *const audiences[AUDIENCES] = {"citizen", "applicant", "beneficiary"};
    static const char *const entries[] = {"form", "kiosk", "paper"};
    static const double shares[2][3] = {{.80, .08, .12}, {.40, .25, .35}}; // others, excluded
    struct draws *draws = &drawing->draws;
    size_t audience = draws_categorical(draws, drawing->planned->shares, AUDIENCES);
    bool excluded = draws_bernoulli(draws, drawing->planned->kind->excluded[audience]);
    drawing->circumstances.excluded = excluded;
    drawing->answer.excluded = excluded;
    drawing->answer.audience = audiences[audience];
    drawing->answer.entry = entries[draws_categorical(draws, shares[excluded ? 1 : 0], 3)];
}

// How the procedure was done, and how it ended.
static void draw_course(struct drawing *drawing)
{
    static const char *const other_channels[] = {"desk", "phone", "mail"};
    static const double other_shares[] = {.5, .3, .2};
    static const char *const completed[COMPLETIONS] = {"done", "given_up", "done"};
    static const char *const help[COMPLETIONS] = {"helped", "unmet", "none"};
    struct draws *draws = &drawing->draws;
    struct circumstances *circumstances = &drawing->circumstances;
    circumstances->online =
        draws_bernoulli(draws, chance_of_online(drawing->planned, circumstances->excluded));
    const char *other = other_channels[draws_categorical(draws, other_shares, 3)];
    drawing->answer.channel = circumstances->online ? "online" : other;

    double chances[COMPLETIONS];
    chances_of_completion(circumstances, chances);
    size_t completion = draws_categorical(draws, chances, COMPLETIONS);
    drawing->answer.completed = completed[completion];
    drawing->answer.help = help[completion];
}

static void draw_pains(struct drawing *drawing)
{
    double chances[EXTERNAL_BITS];
    chances_of_pains(drawing->demonstration, drawing->planned, &drawing->circumstances, chances);
    for (int bit = 0; bit < EXTERNAL_BITS; bit++)
        if (draws_bernoulli(&drawing->draws, chances[bit]))
            drawing->answer.pains |= UINT64_C(1) << bit;
}

static int within(int number, int least, int most)
{
    return number < least ? least : number > most ? most : number;
}

// Satisfaction, effort, ease with digital tools.
static void draw_opinion(struct drawing *drawing)
{
    static const double effort_shares[] = {.2, .6, .2};
    static const double comfort_shares[2][4] = {{.02, .18, .40, .40}, {.75, .25, 0, 0}};
    struct demonstration_answer *answer = &drawing->answer;
    struct draws *draws = &drawing->draws;
    answer->satisfaction = draw_satisfaction(draws, answer->pains, answer->excluded);
    int shift = (int)draws_categorical(draws, effort_shares, 3) - 1;
    answer->effort = within(6 - answer->satisfaction + shift, 1, 5);
    const double *shares = comfort_shares[answer->excluded ? 1 : 0];
    answer->digital_comfort = 1 + (int)draws_categorical(draws, shares, answer->excluded ? 2 : 4);
}

static void draw_burden(struct drawing *drawing)
{
    static const int minutes[] = {10, 20, 45, 90, 180, 360};
    static const double minutes_shares[] = {.35, .30, .18, .10, .05, .02};
    static const double visits_shares[] = {.70, .22, .08};
    struct draws *draws = &drawing->draws;
    drawing->answer.minutes = minutes[draws_categorical(draws, minutes_shares, 6)];
    int visits = 1 + (int)draws_categorical(draws, visits_shares, 3);
    drawing->answer.visits = drawing->circumstances.online ? 0 : visits;
}

static void draw_fate(struct drawing *drawing)
{
    static const double shares[] = {
        [FATE_NORMAL] = .92, [FATE_LATE] = .03, [FATE_DUPLICATE] = .03, [FATE_ROBOT] = .02};
    drawing->answer.fate = (enum demonstration_fate)draws_categorical(&drawing->draws, shares, 4);
}

static void draw_preference(struct drawing *drawing)
{
    double chance = drawing->answer.excluded                 ? .15
                    : drawing->planned->kind->prefers_online ? .7
                                                             : .4;
    if (draws_bernoulli(&drawing->draws, chance))
        drawing->answer.preferred_channel = "online";
    else
        drawing->answer.preferred_channel =
            drawing->circumstances.online ? "desk" : drawing->answer.channel;
}

// Clarity, commune.
static void draw_rest(struct drawing *drawing)
{
    static const double unclear[] = {.3, .5, .2};
    static const double clear[] = {.2, .4, .4};
    const struct demonstration *demonstration = drawing->demonstration;
    struct draws *draws = &drawing->draws;
    bool is_unclear = (drawing->answer.pains & demonstration->unclear_bits) != 0;
    int step = (int)draws_categorical(draws, is_unclear ? unclear : clear, 3);
    drawing->answer.clarity = (is_unclear ? 1 : 3) + step;
    if (demonstration->commune_count == 0)
        (void)draws_uniform(draws);
    else
        drawing->answer.commune = demonstration->communes[draws_categorical(
            draws, demonstration->commune_shares, demonstration->commune_count)];
}

static void draw_answer(struct drawing *drawing)
{
    draw_respondent(drawing);
    draw_course(drawing);
    draw_pains(drawing);
    draw_opinion(drawing);
    draw_burden(drawing);
    draw_fate(drawing);
    draw_preference(drawing);
    draw_rest(drawing);
}

// The excluded who answer by the form are mostly not heard in this world.
static bool is_heard(const struct drawing *drawing)
{
    const struct demonstration_answer *answer = &drawing->answer;
    return drawing->demonstration->world != WORLD_UNHEARD || !answer->excluded ||
           strcmp(answer->entry, "form") != 0 ||
           lot_uniform(&answer->id, LOT_HEARD) >= SHARE_UNHEARD;
}

void demonstration_external(const struct demonstration *demonstration, size_t procedure, int month,
                            demonstration_visit *visit, void *context)
{
    const struct planned_procedure *planned = &demonstration->procedures[procedure];
    if (!planned->external)
        return;
    uint32_t i = (uint32_t)procedure;
    uint32_t t = (uint32_t)month;
    struct draws ids = draws_stream(demonstration->seed, STREAM_IDS + STREAM_EXTERNAL, i, t);
    struct drawing drawing = {
        .demonstration = demonstration,
        .planned = planned,
        .draws = draws_stream(demonstration->seed, STREAM_EXTERNAL, i, t),
        .circumstances.month = month,
    };
    double whole = floor(planned->volume);
    int count = (int)whole + (draws_bernoulli(&drawing.draws, planned->volume - whole) ? 1 : 0);
    for (int n = 0; n < count; n++) {
        drawing.answer = (struct demonstration_answer){
            .procedure = planned->procedure,
            .external = true,
            .month = month,
            .id = ids_next(&ids),
            .files_per_month = NUMBER_ABSENT,
        };
        draw_answer(&drawing);
        drawing.answer.received_at_us =
            lot_moment(&drawing.answer.id, demonstration->starts_us[month],
                       demonstration->starts_us[month + 1]);
        if (is_heard(&drawing))
            visit(&drawing.answer, context);
    }
}
