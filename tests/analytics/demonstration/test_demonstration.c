// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/demonstration.h"

#include "tests/analytics/demonstration/casud.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct demonstration *create(const struct catalogue *catalogue,
                                    const struct demonstration_options *options)
{
    struct error error = {0};
    struct demonstration *demonstration = demonstration_create(catalogue, options, &error);
    cr_assert_not_null(demonstration, "%s", error.message);
    return demonstration;
}

typedef void visit_month(const struct demonstration *demonstration, size_t procedure, int month,
                         demonstration_visit *visit, void *context);

static void visit_year(const struct demonstration *demonstration, visit_month *answers,
                       demonstration_visit *visit, void *context)
{
    for (size_t i = 0; i < demonstration_procedures(demonstration); i++)
        for (int month = 0; month < demonstration_months(demonstration); month++)
            answers(demonstration, i, month, visit, context);
}

static void keep_first(const struct demonstration_answer *answer, void *context)
{
    struct demonstration_answer *first = context;
    if (first->procedure == NULL)
        *first = *answer;
}

Test(demonstration, begins_with_the_answer_that_the_method_gives)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);

    struct demonstration_answer first = {0};
    demonstration_external(demonstration, casud_line("eau-branchement"), 0, keep_first, &first);
    cr_assert_str_eq(first.procedure->code, "eau-branchement");
    cr_assert_str_eq(first.audience, "citizen");
    cr_assert(first.excluded);
    cr_assert_str_eq(first.entry, "kiosk");
    cr_assert_str_eq(first.completed, "done");
    cr_assert_str_eq(first.help, "helped");
    cr_assert_eq(first.pains, 1540);
    cr_assert_geq(first.satisfaction, 3, "satisfied");
    cr_assert_eq(first.digital_comfort, 2);
}

struct tally {
    int fates[4];
    int answers;
};

static void count_fate(const struct demonstration_answer *answer, void *context)
{
    struct tally *tally = context;
    tally->fates[answer->fate]++;
    tally->answers++;
}

// 11,714 is the method's; the four fates and the months below come from another program that
// follows the same text.
Test(demonstration, sends_the_external_answers_that_the_method_counts)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);

    struct tally tally = {0};
    visit_year(demonstration, demonstration_external, count_fate, &tally);
    cr_assert_eq(tally.answers - tally.fates[FATE_ROBOT], 11714);
    cr_assert_eq(tally.fates[FATE_NORMAL], 10981);
    cr_assert_eq(tally.fates[FATE_LATE], 406);
    cr_assert_eq(tally.fates[FATE_DUPLICATE], 327);
    cr_assert_eq(tally.fates[FATE_ROBOT], 268);
}

static json_t *find_procedure(const json_t *truth, const char *code)
{
    size_t i;
    json_t *procedure;
    json_array_foreach(json_object_get(truth, "procedures"), i,
                       procedure) if (strcmp(json_string_value(json_object_get(procedure, "code")),
                                             code) == 0) return procedure;
    cr_assert_fail("no procedure %s", code);
    return NULL;
}

// The tables of casud.h are the files that are delivered: both give the same truth.
Test(demonstration, takes_the_delivered_catalogue)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(catalogue)
    struct catalogue *delivered =
        catalogue_read(SOURCE_DIR "/config/collectivities/casud", findings);
    cr_assert_not_null(delivered, "%s", findings->count > 0 ? findings->items[0].message : "");
    struct catalogue tables = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *one = create(delivered, &options);
    AUTO(demonstration) struct demonstration *two = create(&tables, &options);
    json_auto_t *truth_one = demonstration_truth(one);
    json_auto_t *truth_two = demonstration_truth(two);
    cr_assert(json_equal(truth_one, truth_two));
}

static double number_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    cr_assert(json_is_number(value), "%s", name);
    return json_number_value(value);
}

static void assert_members(const json_t *object, const char *expected)
{
    char members[512] = "";
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)(void)
        snprintf(members + strlen(members), sizeof members - strlen(members), "%s ", name);
    cr_assert_str_eq(members, expected);
}

Test(demonstration, tells_the_truth_in_the_documented_form)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);

    assert_members(truth,
                   "generator seed answers_per_month months world procedures changes set_aside ");
    cr_assert_str_eq(json_string_value(json_object_get(truth, "generator")), "recueil-demo-1");
    cr_assert_eq(number_of(truth, "seed"), 974);
    cr_assert_eq(number_of(truth, "answers_per_month"), 1000);
    cr_assert_str_eq(json_string_value(json_object_get(truth, "world")), "base");
    const json_t *months = json_object_get(truth, "months");
    cr_assert_eq(json_array_size(months), 12);
    cr_assert_str_eq(json_string_value(json_array_get(months, 0)), "2025-11");
    cr_assert_str_eq(json_string_value(json_array_get(months, 11)), "2026-10");

    const json_t *set_aside = json_object_get(truth, "set_aside");
    assert_members(set_aside, "robots duplicates late ");
    cr_assert_eq(number_of(set_aside, "robots"), 268);
    cr_assert_eq(number_of(set_aside, "duplicates"), 327);
    cr_assert_eq(number_of(set_aside, "late"), 406);

    const json_t *procedures = json_object_get(truth, "procedures");
    cr_assert_eq(json_array_size(procedures), 30);
    int counted = 0;
    for (size_t i = 0; i < 30; i++) {
        const json_t *procedure = json_array_get(procedures, i);
        assert_members(procedure, "code type direction rank weight counted excluded online rates "
                                  "in_pain dissatisfied ");
        cr_assert_str_eq(json_string_value(json_object_get(procedure, "code")),
                         casud_procedures[i].code);
        const json_t *by_month = json_object_get(procedure, "counted");
        cr_assert_eq(json_array_size(by_month), 12);
        for (size_t month = 0; month < 12; month++)
            counted += (int)json_integer_value(json_array_get(by_month, month));
    }
    cr_assert_eq(counted, 11714);
}

Test(demonstration, plants_types_directions_and_ranks_in_the_order_of_the_catalogue)
{
    static const struct {
        const char *code, *type, *direction;
        int rank;
    } rows[] = {
        {"eau-branchement", "org", "simplify-first", 1},
        {"eau-facture", "info", "simplify-first", 0},
        {"eau-fuite", "good", "leave", 20},
        {"eau-abonnement", "dig", "digitise", 2},
        {"spanc-controle", "org1", "simplify-first", 17},
        {"dechets-bac", "travel", "digitise", 25},
        {"dechets-composteur", "quiet", "leave", 13},
        {"transport-scolaire", "tool", "accompany", 22},
        {"transport-carte", "goodx", "keep-human", 21},
        {"transport-pmr", "excl", "keep-human", 10},
        {"urbanisme-permis", "mixOG", "simplify-first", 12},
        {"insertion-parcours", "mixGE", "keep-human", 5},
        {"culture-inscription", "goodx", "keep-human", 6},
        {"marches-facture", "internal", "accompany", -1},
        {"conges-agents", "internal", "leave", -1},
        {"courrier-elus", "internal", "simplify-first", -1},
        {"intervention-interne", "internal", "digitise", -1},
    };
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *procedure = find_procedure(truth, rows[i].code);
        const json_t *rank = json_object_get(procedure, "rank");
        cr_assert_str_eq(json_string_value(json_object_get(procedure, "type")), rows[i].type, "%s",
                         rows[i].code);
        cr_assert_str_eq(json_string_value(json_object_get(procedure, "direction")),
                         rows[i].direction, "%s", rows[i].code);
        if (rows[i].rank < 0) {
            cr_assert(json_is_null(rank), "%s", rows[i].code);
            continue;
        }
        cr_assert_eq(json_integer_value(rank), rows[i].rank, "%s", rows[i].code);
        cr_assert_float_eq(number_of(procedure, "weight"), 1.0 / (1 + rows[i].rank), 1e-12);
    }
}

Test(demonstration, excludes_by_the_audiences_that_the_catalogue_lists)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);

    const json_t *excluded = json_object_get(find_procedure(truth, "transport-carte"), "excluded");
    assert_members(excluded, "citizen beneficiary ");
    cr_assert_float_eq(number_of(excluded, "citizen"), .05, 1e-12);
    cr_assert_float_eq(number_of(excluded, "beneficiary"), .65, 1e-12);
    assert_members(json_object_get(find_procedure(truth, "transport-pmr"), "excluded"),
                   "beneficiary ");
    assert_members(json_object_get(find_procedure(truth, "conges-agents"), "excluded"), "");
}

// The truth of one procedure, found again by going through every set of ticks. Written from the
// method's text, sharing nothing with the program.
struct planted_case {
    const char *code;
    double shares[3]; // of citizens, applicants, beneficiaries, before they are made to sum to 1
    double excluded[3];
    double online, background;
    double added[17];
    bool changes;
};

static const struct planted_case cases[] = {
    {"eau-branchement",
     {.60, .28, 0},
     {.10, .10, .14},
     .25,
     .04,
     {[0] = .30, [2] = .22, [3] = .12, [14] = .06},
     true},
    {"transport-scolaire", {.60, 0, .12}, {.10, .08, .14}, .65, .04, {[10] = .34}, false},
    {"insertion-parcours",
     {0, .28, .12},
     {.32, .32, .45},
     .05,
     .04,
     {[11] = .26, [7] = .16},
     false},
};

struct sums {
    double pains[17], in_pain, dissatisfied;
};

static double brute_pain(const struct planted_case *planted, int bit, int z, int online,
                         double factor)
{
    double b = planted->background;
    double a = planted->added[bit] * (bit == 0 ? factor : 1);
    if (bit == 9 || bit == 15 || bit == 16)
        return z == 0 ? .004 : bit == 9 ? .55 : bit == 15 ? .15 : .10;
    if (bit == 10)
        return online == 1 ? b + a * .9 / planted->online : b * .3;
    if (bit == 11)
        return b + a * (z == 1 ? .3 : 1.1) * (online == 1 ? .3 : 1);
    return b + a;
}

static void brute_sets(const struct planted_case *planted, int z, int online, double factor,
                       double weight, struct sums *sums)
{
    double chances[17];
    for (int bit = 0; bit < 17; bit++)
        chances[bit] = brute_pain(planted, bit, z, online, factor);
    for (unsigned set = 0; set < 1U << 17; set++) {
        double probability = weight;
        for (int bit = 0; bit < 17; bit++)
            probability *= (set >> bit & 1) != 0 ? chances[bit] : 1 - chances[bit];
        int ticks = __builtin_popcount(set);
        for (int bit = 0; bit < 17; bit++)
            if ((set >> bit & 1) != 0)
                sums->pains[bit] += probability;
        if (set != 0)
            sums->in_pain += probability;
        sums->dissatisfied += probability * fmin(.9, .03 + .22 * (ticks < 3 ? ticks : 3) + .15 * z);
    }
}

static struct sums brute_sums(const struct planted_case *planted, double factor)
{
    struct sums sums = {0};
    double all = planted->shares[0] + planted->shares[1] + planted->shares[2];
    double z1 = 0;
    for (int audience = 0; audience < 3; audience++)
        z1 += planted->shares[audience] / all * planted->excluded[audience];
    for (int z = 0; z < 2; z++)
        for (int online = 0; online < 2; online++) {
            double l = z == 1 ? planted->online / 4 : planted->online;
            double weight = (z == 1 ? z1 : 1 - z1) * (online == 1 ? l : 1 - l);
            brute_sets(planted, z, online, factor, weight, &sums);
        }
    return sums;
}

Test(demonstration, sums_the_probabilities_exactly)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct planted_case *planted = &cases[i];
        const json_t *procedure = find_procedure(truth, planted->code);
        const json_t *rates = json_object_get(procedure, "rates");
        struct sums before = brute_sums(planted, planted->changes ? 1.4 : 1);
        struct sums after = planted->changes ? brute_sums(planted, .5) : before;
        cr_assert_eq(json_object_size(rates), 17, "%s", planted->code);
        for (int bit = 0; bit < 17; bit++)
            cr_assert_float_eq(number_of(rates, casud_codes[bit]),
                               (before.pains[bit] + after.pains[bit]) / 2, 1e-9, "%s %s",
                               planted->code, casud_codes[bit]);
        cr_assert_float_eq(number_of(procedure, "in_pain"), (before.in_pain + after.in_pain) / 2,
                           1e-9, "%s", planted->code);
        cr_assert_float_eq(number_of(procedure, "dissatisfied"),
                           (before.dissatisfied + after.dissatisfied) / 2, 1e-9, "%s",
                           planted->code);
    }
}

Test(demonstration, tells_the_changes_of_the_three_largest)
{
    static const struct {
        const char *code;
        double before, after;
    } rows[] = {
        {"eau-branchement", .04 + .30 * 1.4, .04 + .30 * .5},
        {"urbanisme-permis", .04 + .30 * 1.4, .04 + .30 * .5},
        {"habitat-amelioration", .04 + .30 * 1.4, .04 + .30 * .5},
    };
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);
    const json_t *changes = json_object_get(truth, "changes");
    cr_assert_eq(json_array_size(changes), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *change = json_array_get(changes, i);
        assert_members(change, "procedure code month before after ");
        cr_assert_str_eq(json_string_value(json_object_get(change, "procedure")), rows[i].code);
        cr_assert_str_eq(json_string_value(json_object_get(change, "code")), "delai");
        cr_assert_str_eq(json_string_value(json_object_get(change, "month")), "2026-05");
        cr_assert_float_eq(number_of(change, "before"), rows[i].before, 1e-9);
        cr_assert_float_eq(number_of(change, "after"), rows[i].after, 1e-9);
    }
}

Test(demonstration, changes_nothing_in_the_null_world)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    options.world = WORLD_NULL;
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);
    cr_assert_eq(json_array_size(json_object_get(truth, "changes")), 0);
    cr_assert_str_eq(json_string_value(json_object_get(truth, "world")), "null");
    const json_t *rates = json_object_get(find_procedure(truth, "eau-branchement"), "rates");
    cr_assert_float_eq(number_of(rates, "delai"), .34, 1e-9);
}

// Counts over many seeds.
struct frequencies {
    long answers, pains[25], in_pain, dissatisfied;
    long online, excluded, paper, late, duplicates, robots;
};

static void add_frequencies(const struct demonstration_answer *answer, void *context)
{
    struct frequencies *seen = context;
    seen->answers++;
    for (int bit = 0; bit < 25; bit++)
        seen->pains[bit] += (answer->pains >> bit & 1) != 0;
    seen->in_pain += answer->pains != 0;
    seen->dissatisfied += answer->satisfaction <= 2;
    seen->online += strcmp(answer->channel, "online") == 0;
    seen->excluded += answer->excluded;
    seen->paper += strcmp(answer->entry, "paper") == 0;
    seen->late += answer->fate == FATE_LATE;
    seen->duplicates += answer->fate == FATE_DUPLICATE;
    seen->robots += answer->fate == FATE_ROBOT;
}

static void assert_frequency(const char *what, long count, long answers, double p)
{
    double n = (double)answers;
    double far = fabs((double)count - n * p) / sqrt(n * p * (1 - p));
    cr_assert_leq(far, 4.5, "%s: %ld of %ld, expected %f: %.1f sigma", what, count, answers, p,
                  far);
}

static struct frequencies count_seeds(const char *code, visit_month *answers, int seeds)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    options.world = WORLD_NULL;
    struct frequencies seen = {0};
    for (int seed = 0; seed < seeds; seed++) {
        options.seed = (uint64_t)seed;
        AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
        for (int month = 0; month < CASUD_MONTHS; month++)
            answers(demonstration, casud_line(code), month, add_frequencies, &seen);
    }
    return seen;
}

static void assert_truth_met(const char *code, const struct frequencies *seen)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    options.world = WORLD_NULL;
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(demonstration);
    const json_t *procedure = find_procedure(truth, code);
    const json_t *rates = json_object_get(procedure, "rates");
    for (int bit = 0; bit < 25; bit++) {
        const json_t *rate = json_object_get(rates, casud_codes[bit]);
        if (rate == NULL)
            cr_assert_eq(seen->pains[bit], 0, "%s is not asked", casud_codes[bit]);
        else
            assert_frequency(casud_codes[bit], seen->pains[bit], seen->answers,
                             json_real_value(rate));
    }
    assert_frequency("in pain", seen->in_pain, seen->answers, number_of(procedure, "in_pain"));
    assert_frequency("dissatisfied", seen->dissatisfied, seen->answers,
                     number_of(procedure, "dissatisfied"));
}

Test(demonstration, draws_external_answers_as_its_truth_says)
{
    static const char *const codes[] = {"eau-branchement", "transport-scolaire",
                                        "insertion-parcours", "dechets-bac"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct frequencies seen = count_seeds(codes[i], demonstration_external, 40);
        cr_assert_gt(seen.answers, 5000, "%s", codes[i]);
        assert_truth_met(codes[i], &seen);
        assert_frequency("late", seen.late, seen.answers, .03);
        assert_frequency("duplicates", seen.duplicates, seen.answers, .03);
        assert_frequency("robots", seen.robots, seen.answers, .02);
    }
}

Test(demonstration, draws_who_answers_and_how_as_planted)
{
    struct frequencies seen = count_seeds("dechets-bac", demonstration_external, 40);
    double excluded = (.60 * .07 + .28 * .06) / .88;
    assert_frequency("excluded", seen.excluded, seen.answers, excluded);
    assert_frequency("online", seen.online, seen.answers,
                     excluded * .02 / 4 + (1 - excluded) * .02);
    assert_frequency("paper", seen.paper, seen.answers, excluded * .35 + (1 - excluded) * .12);
}

Test(demonstration, draws_the_answers_of_agents_as_its_truth_says)
{
    static const char *const codes[] = {"marches-facture", "conges-agents", "courrier-elus",
                                        "intervention-interne"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct frequencies seen = count_seeds(codes[i], demonstration_internal, 100);
        double answers = (double)seen.answers;
        cr_assert(fabs(answers - 1200 * 2.5) <= 4.5 * sqrt(1200 * .25), "%s", codes[i]);
        assert_truth_met(codes[i], &seen);
        assert_frequency("online", seen.online, seen.answers, .6);
    }
}

Test(demonstration, asks_agents_about_external_procedures_too)
{
    struct frequencies seen = count_seeds("eau-branchement", demonstration_internal, 200);
    cr_assert(fabs((double)seen.answers - 2400 * 1.4) <= 4.5 * sqrt(2400 * .24));
    assert_frequency("circuit", seen.pains[18], seen.answers, .50);
    assert_frequency("outils-multiples", seen.pains[19], seen.answers, .05);
    cr_assert_eq(seen.pains[1], 0, "agents are not asked about travel");
    struct frequencies none = count_seeds("conges-agents", demonstration_external, 1);
    cr_assert_eq(none.answers, 0);
}

// Two years answer by answer.
struct year {
    size_t count;
    struct demonstration_answer answers[16000];
};

static void keep_answer(const struct demonstration_answer *answer, void *context)
{
    struct year *year = context;
    cr_assert_lt(year->count, sizeof year->answers / sizeof *year->answers);
    year->answers[year->count++] = *answer;
}

static struct year *keep_year(struct demonstration_options options, struct year *year)
{
    struct catalogue catalogue = casud_catalogue();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    year->count = 0;
    visit_year(demonstration, demonstration_external, keep_answer, year);
    return year;
}

Test(demonstration, moves_no_other_draw_when_a_rate_changes)
{
    static struct year base;
    static struct year null;
    struct demonstration_options options = casud_options();
    keep_year(options, &base);
    options.world = WORLD_NULL;
    keep_year(options, &null);
    cr_assert_eq(base.count, null.count);
    size_t other_delays = 0;
    for (size_t i = 0; i < base.count; i++) {
        const struct demonstration_answer *a = &base.answers[i];
        const struct demonstration_answer *b = &null.answers[i];
        cr_assert_eq(memcmp(&a->id, &b->id, sizeof a->id), 0);
        cr_assert_eq(a->pains & ~UINT64_C(1), b->pains & ~UINT64_C(1));
        cr_assert_str_eq(a->channel, b->channel);
        cr_assert_str_eq(a->commune, b->commune);
        cr_assert_eq(a->minutes, b->minutes);
        cr_assert_eq(a->fate, b->fate);
        other_delays += a->pains != b->pains;
    }
    cr_assert_gt(other_delays, 0);
}

Test(demonstration, silences_only_the_excluded_who_answer_by_the_form)
{
    static struct year base;
    static struct year unheard;
    struct demonstration_options options = casud_options();
    keep_year(options, &base);
    options.world = WORLD_UNHEARD;
    keep_year(options, &unheard);
    size_t at = 0;
    long asked = 0;
    long silent = 0;
    for (size_t i = 0; i < base.count; i++) {
        const struct demonstration_answer *answer = &base.answers[i];
        bool may_be_silent = answer->excluded && strcmp(answer->entry, "form") == 0;
        bool heard = at < unheard.count &&
                     memcmp(&answer->id, &unheard.answers[at].id, sizeof answer->id) == 0;
        cr_assert(heard || may_be_silent, "answer %zu", i);
        asked += may_be_silent;
        silent += !heard;
        at += heard;
    }
    cr_assert_eq(at, unheard.count);
    assert_frequency("silent", silent, asked, .75);
}

static void check_ranges(const struct demonstration_answer *answer, void *context)
{
    const int64_t *starts_us = context;
    bool online = strcmp(answer->channel, "online") == 0;
    cr_assert(answer->satisfaction >= 1 && answer->satisfaction <= 5);
    cr_assert(answer->received_at_us >= starts_us[answer->month]);
    cr_assert(answer->received_at_us < starts_us[answer->month + 1]);
    if (!answer->external)
        return;
    cr_assert(answer->effort >= 1 && answer->effort <= 5);
    cr_assert(answer->effort >= 5 - answer->satisfaction &&
              answer->effort <= 7 - answer->satisfaction);
    cr_assert(answer->clarity >= 1 && answer->clarity <= 5);
    bool unclear = (answer->pains & (1 << 4 | 1 << 5)) != 0;
    cr_assert(unclear ? answer->clarity <= 3 : answer->clarity >= 3);
    cr_assert(answer->digital_comfort >= 1 && answer->digital_comfort <= 4);
    cr_assert(!answer->excluded || answer->digital_comfort <= 2);
    cr_assert(online ? answer->visits == 0 : answer->visits >= 1 && answer->visits <= 3);
    cr_assert_str_neq(answer->commune, "ailleurs");
    bool prefers_online = strcmp(answer->preferred_channel, "online") == 0;
    cr_assert(prefers_online ||
              strcmp(answer->preferred_channel, online ? "desk" : answer->channel) == 0);
}

Test(demonstration, keeps_answers_inside_their_scales_and_their_month)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    AUTO(demonstration) struct demonstration *demonstration = create(&catalogue, &options);
    visit_year(demonstration, demonstration_external, check_ranges, (void *)casud_starts_us());
    visit_year(demonstration, demonstration_internal, check_ranges, (void *)casud_starts_us());
}

static int compare_ids(const void *a, const void *b)
{
    const struct demonstration_answer *one = a;
    const struct demonstration_answer *two = b;
    return memcmp(&one->id, &two->id, sizeof one->id);
}

Test(demonstration, makes_every_id_once_and_of_version_4)
{
    static struct year year;
    keep_year(casud_options(), &year);
    qsort(year.answers, year.count, sizeof *year.answers, compare_ids);
    for (size_t i = 0; i < year.count; i++) {
        char text[UUID_TEXT_SIZE];
        struct uuid again;
        uuid_write(&year.answers[i].id, text);
        cr_assert(uuid_parse(text, strlen(text), &again));
        cr_assert_eq(text[14], '4');
        cr_assert(i == 0 || compare_ids(&year.answers[i - 1], &year.answers[i]) < 0, "%s", text);
    }
}

Test(demonstration, refuses_options_out_of_bounds)
{
    static const struct {
        const char *what;
        uint64_t seed;
        int answers_a_month, months;
    } rows[] = {
        {"no month", 1, 1000, 0},
        {"months below zero", 1, 1000, -1},
        {"too many months", 1, 1000, DEMONSTRATION_MONTHS_LIMIT + 1},
        {"no answer", 1, 0, 12},
        {"too many answers", 1, DEMONSTRATION_ANSWERS_LIMIT + 1, 12},
        {"a seed that JSON cannot hold", UINT64_MAX, 1000, 12},
    };
    struct catalogue catalogue = casud_catalogue();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct demonstration_options options = casud_options();
        options.seed = rows[i].seed;
        options.answers_a_month = rows[i].answers_a_month;
        options.months = rows[i].months;
        struct error error = {0};
        cr_assert_null(demonstration_create(&catalogue, &options, &error), "%s", rows[i].what);
        cr_assert_eq(error.kind, ERROR_USAGE, "%s", rows[i].what);
    }
}

Test(demonstration, refuses_a_taxonomy_without_a_planted_code)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    casud_pain_points[18].code = "autre-chose";
    struct error error = {0};
    cr_assert_null(demonstration_create(&catalogue, &options, &error));
    cr_assert_eq(error.kind, ERROR_BAD_INPUT);
    cr_assert_not_null(strstr(error.message, "circuit"));
}

Test(demonstration, lives_with_a_small_catalogue)
{
    struct catalogue catalogue = casud_catalogue();
    struct demonstration_options options = casud_options();
    catalogue.procedures += casud_line("marches-facture"); // internal ones only
    catalogue.procedure_count = 1;
    catalogue.commune_count = 0;
    AUTO(demonstration) struct demonstration *internal = create(&catalogue, &options);
    struct tally tally = {0};
    visit_year(internal, demonstration_external, count_fate, &tally);
    cr_assert_eq(tally.answers, 0);
    catalogue.procedures = casud_procedures;
    AUTO(demonstration) struct demonstration *one = create(&catalogue, &options);
    visit_year(one, demonstration_external, count_fate, &tally);
    cr_assert_eq(tally.answers, 12 * 1000);
    catalogue.procedure_count = 0;
    AUTO(demonstration) struct demonstration *none = create(&catalogue, &options);
    json_auto_t *truth = demonstration_truth(none);
    cr_assert_eq(json_array_size(json_object_get(truth, "procedures")), 0);
}

Test(demonstration, names_its_worlds)
{
    static const char *const names[] = {"base", "null", "unheard"};
    for (int i = 0; i < 3; i++) {
        enum demonstration_world world = WORLD_BASE;
        cr_assert(demonstration_world_find(names[i], &world), "%s", names[i]);
        cr_assert_eq((int)world, i);
        cr_assert_str_eq(demonstration_world_name(world), names[i]);
    }
    enum demonstration_world world = WORLD_NULL;
    cr_assert_not(demonstration_world_find("Base", &world));
    cr_assert_not(demonstration_world_find("", &world));
    cr_assert_eq(world, WORLD_NULL);
}
