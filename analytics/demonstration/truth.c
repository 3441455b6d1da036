// The truth file: what was planted, as probabilities summed exactly over audience, exclusion and
// online, and what was sent.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/chances.h"
#include "config/vocabulary.h"

// The probabilities of an answer: to tick each bit, to tick any, to be dissatisfied.
struct rates {
    double pains[BITS];
    double in_pain, dissatisfied;
};

// Ticks 0, 1, 2, 3 and more: dissatisfaction tells no further.
enum { TICK_CLASSES = 4 };

// A part of the answers, to be added up with the others.
struct part {
    double weight;
    bool excluded;
    const int *bits;       // which are drawn
    const double *chances; // of each
    size_t count;
    uint64_t offered; // bits that are seen when ticked
};

static void add_tick(double ticks[TICK_CLASSES], double chance)
{
    ticks[3] += ticks[2] * chance;
    for (int i = 2; i > 0; i--)
        ticks[i] = ticks[i] * (1 - chance) + ticks[i - 1] * chance;
    ticks[0] *= 1 - chance;
}

static void add_part(struct rates *rates, const struct part *part)
{
    double ticks[TICK_CLASSES] = {1};
    double unscathed = 1;
    for (size_t i = 0; i < part->count; i++) {
        double chance = part->chances[i];
        rates->pains[part->bits[i]] += part->weight * chance;
        add_tick(ticks, chance);
        if ((part->offered >> part->bits[i] & 1) != 0)
            unscathed *= 1 - chance;
    }
    rates->in_pain += part->weight * (1 - unscathed);
    for (int i = 0; i < TICK_CLASSES; i++)
        rates->dissatisfied +=
            part->weight * ticks[i] * chance_of_dissatisfaction(i, part->excluded);
}

static void add_external(const struct demonstration *demonstration,
                         const struct planned_procedure *planned,
                         const struct circumstances *circumstances, double weight,
                         struct rates *rates)
{
    static const int bits[EXTERNAL_BITS] = {0, 1,  2,  3,  4,  5,  6,  7, 8,
                                            9, 10, 11, 12, 13, 14, 15, 16};
    double chances[EXTERNAL_BITS];
    chances_of_pains(demonstration, planned, circumstances, chances);
    double online = chance_of_online(planned, circumstances->excluded);
    add_part(rates, &(struct part){
                        .weight = weight * (circumstances->online ? online : 1 - online),
                        .excluded = circumstances->excluded,
                        .bits = bits,
                        .chances = chances,
                        .count = EXTERNAL_BITS,
                        .offered = UINT64_MAX,
                    });
}

// The rates of one month.
static void add_month(const struct demonstration *demonstration,
                      const struct planned_procedure *planned, int month, double weight,
                      struct rates *rates)
{
    double excluded = 0;
    for (int i = 0; i < AUDIENCES; i++)
        excluded += planned->shares[i] * planned->kind->excluded[i];
    for (int z = 0; z < 2; z++)
        for (int online = 0; online < 2; online++)
            add_external(demonstration, planned,
                         &(struct circumstances){z == 1, online == 1, month},
                         weight * (z == 1 ? excluded : 1 - excluded), rates);
}

static struct rates external_rates(const struct demonstration *demonstration,
                                   const struct planned_procedure *planned, int from, int to)
{
    struct rates rates = {0};
    for (int month = from; month < to; month++)
        add_month(demonstration, planned, month, 1.0 / (to - from), &rates);
    return rates;
}

static struct rates internal_rates(const struct demonstration *demonstration,
                                   const struct planned_procedure *planned)
{
    struct rates rates = {0};
    struct part part = {.weight = 1, .offered = demonstration->agents_offered};
    double chances[BITS];
    part.bits = plan_agents_bits(&part.count);
    for (size_t i = 0; i < part.count; i++)
        chances[i] = chance_of_agents_pain(planned, part.bits[i]);
    part.chances = chances;
    add_part(&rates, &part);
    return rates;
}

// What was sent, by month and fate.
struct tally {
    int counted;
    int fates[FATE_ROBOT + 1];
};

static void count_answer(const struct demonstration_answer *answer, void *context)
{
    struct tally *tally = context;
    tally->fates[answer->fate]++;
    tally->counted += answer->fate != FATE_ROBOT;
}

static json_t *counted_by_month(const struct demonstration *demonstration, size_t procedure,
                                struct tally *total)
{
    json_t *counted = json_array();
    for (int month = 0; month < demonstration->months; month++) {
        int before = total->counted;
        demonstration_external(demonstration, procedure, month, count_answer, total);
        json_array_append_new(counted, json_integer(total->counted - before));
    }
    return counted;
}

static json_t *excluded_by_audience(const struct planned_procedure *planned)
{
    json_t *excluded = json_object();
    for (size_t i = 0; i < AUDIENCES; i++)
        if (planned->shares[i] > 0)
            json_object_set_new(excluded, vocabulary_word(VOCABULARY_AUDIENCE, i),
                                json_real(planned->kind->excluded[i]));
    return excluded;
}

static json_t *rates_by_code(const struct demonstration *demonstration, const struct rates *rates,
                             uint64_t offered)
{
    json_t *by_code = json_object();
    for (int bit = 0; bit < BITS; bit++)
        if ((offered >> bit & 1) != 0 && demonstration->codes[bit] != NULL)
            json_object_set_new(by_code, demonstration->codes[bit], json_real(rates->pains[bit]));
    return by_code;
}

static json_t *procedure_truth(const struct demonstration *demonstration, size_t i,
                               struct tally *total)
{
    const struct planned_procedure *planned = &demonstration->procedures[i];
    bool external = planned->external;
    struct rates rates = external ? external_rates(demonstration, planned, 0, demonstration->months)
                                  : internal_rates(demonstration, planned);
    uint64_t offered =
        external ? (UINT64_C(1) << EXTERNAL_BITS) - 1 : demonstration->agents_offered;

    json_t *truth = json_object();
    json_object_set_new(truth, "code", json_string(planned->procedure->code));
    json_object_set_new(truth, "type", json_string(planned->kind->type));
    json_object_set_new(truth, "direction", json_string(planned->kind->direction));
    json_object_set_new(truth, "rank", external ? json_integer(planned->rank) : json_null());
    json_object_set_new(truth, "weight", json_real(planned->weight));
    json_object_set_new(truth, "counted", counted_by_month(demonstration, i, total));
    json_object_set_new(truth, "excluded", excluded_by_audience(planned));
    json_object_set_new(truth, "online",
                        json_real(external ? planned->kind->online : chance_of_agents_online()));
    json_object_set_new(truth, "rates", rates_by_code(demonstration, &rates, offered));
    json_object_set_new(truth, "in_pain", json_real(rates.in_pain));
    json_object_set_new(truth, "dissatisfied", json_real(rates.dissatisfied));
    return truth;
}

static json_t *month_text(const struct demonstration *demonstration, int month)
{
    char text[MONTH_TEXT_SIZE];
    month_write(demonstration_month(demonstration, month), text);
    return json_string(text);
}

static json_t *months_truth(const struct demonstration *demonstration)
{
    json_t *months = json_array();
    for (int month = 0; month < demonstration->months; month++)
        json_array_append_new(months, month_text(demonstration, month));
    return months;
}

static json_t *change_truth(const struct demonstration *demonstration,
                            const struct planned_procedure *planned)
{
    int at = MONTHS_BEFORE_CHANGE;
    int bit = demonstration->delay_bit;
    struct rates before = external_rates(demonstration, planned, 0, at);
    struct rates after = external_rates(demonstration, planned, at, demonstration->months);
    json_t *change = json_object();
    json_object_set_new(change, "procedure", json_string(planned->procedure->code));
    json_object_set_new(change, "code", json_string(demonstration->codes[bit]));
    json_object_set_new(change, "month", month_text(demonstration, at));
    json_object_set_new(change, "before", json_real(before.pains[bit]));
    json_object_set_new(change, "after", json_real(after.pains[bit]));
    return change;
}

// None when the period ends before the change.
static json_t *changes_truth(const struct demonstration *demonstration)
{
    json_t *changes = json_array();
    if (demonstration->months <= MONTHS_BEFORE_CHANGE)
        return changes;
    for (size_t i = 0; i < demonstration->catalogue->procedure_count; i++)
        if (demonstration->procedures[i].changes)
            json_array_append_new(changes,
                                  change_truth(demonstration, &demonstration->procedures[i]));
    return changes;
}

static json_t *set_aside_truth(const struct tally *total)
{
    json_t *set_aside = json_object();
    json_object_set_new(set_aside, "robots", json_integer(total->fates[FATE_ROBOT]));
    json_object_set_new(set_aside, "duplicates", json_integer(total->fates[FATE_DUPLICATE]));
    json_object_set_new(set_aside, "late", json_integer(total->fates[FATE_LATE]));
    return set_aside;
}

json_t *demonstration_truth(const struct demonstration *demonstration)
{
    struct tally total = {0};
    json_t *procedures = json_array();
    for (size_t i = 0; i < demonstration->catalogue->procedure_count; i++)
        json_array_append_new(procedures, procedure_truth(demonstration, i, &total));

    json_t *truth = json_object();
    json_object_set_new(truth, "generator", json_string("recueil-demo-1"));
    json_object_set_new(truth, "seed", json_integer((json_int_t)demonstration->seed));
    json_object_set_new(truth, "answers_per_month", json_integer(demonstration->answers_a_month));
    json_object_set_new(truth, "months", months_truth(demonstration));
    json_object_set_new(truth, "world",
                        json_string(demonstration_world_name(demonstration->world)));
    json_object_set_new(truth, "procedures", procedures);
    json_object_set_new(truth, "changes", changes_truth(demonstration));
    json_object_set_new(truth, "set_aside", set_aside_truth(&total));
    return truth;
}
