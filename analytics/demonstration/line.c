// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/line.h"

#include "analytics/demonstration/plan.h"
#include "analytics/demonstration/verbatims.h"
#include "config/submission.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *entry, *placement;
} placements[] = {
    {"form", "site-web"},
    {"kiosk", "borne-mairie"},
    {"paper", "papier"},
};

static const char *placement_of(const char *entry)
{
    for (size_t i = 0; i < sizeof placements / sizeof *placements; i++)
        if (strcmp(placements[i].entry, entry) == 0)
            return placements[i].placement;
    return placements[0].placement;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, name, json_string(text));
}

static void set_number(json_t *object, const char *name, int32_t number)
{
    if (number != NUMBER_ABSENT)
        json_object_set_new(object, name, json_integer(number));
}

// "none" says that the question was answered with nothing.
static void set_pains(const struct demonstration *demonstration,
                      const struct demonstration_answer *answer, json_t *answers)
{
    json_t *pains = json_array();
    for (int bit = 0; bit < BITS; bit++)
        if ((answer->pains >> bit & 1) != 0 && demonstration->codes[bit] != NULL)
            json_array_append_new(pains, json_string(demonstration->codes[bit]));
    if (json_array_size(pains) == 0)
        json_array_append_new(pains, json_string("none"));
    json_object_set_new(answers, "irritants", pains);
}

static void set_verbatim(const struct demonstration *demonstration,
                         const struct demonstration_answer *answer, json_t *answers)
{
    char *verbatim = verbatim_write(demonstration, answer);
    set_text(answers, "texte", verbatim);
    free(verbatim);
}

static bool is_online(const char *channel)
{
    return strcmp(channel, "online") == 0;
}

// Effort and clarity are drawn, but the survey does not ask them. Nobody who did it online, or
// would like to, is asked how easy that is.
static json_t *external_answers(const struct demonstration *demonstration,
                                const struct demonstration_answer *answer)
{
    json_t *answers = json_object();
    set_text(answers, "demarche", answer->procedure->code);
    set_text(answers, "profil", answer->audience);
    set_text(answers, "canal", answer->channel);
    set_number(answers, "satisfaction", answer->satisfaction);
    set_text(answers, "issue", answer->completed);
    set_text(answers, "aide", answer->help);
    set_pains(demonstration, answer, answers);
    set_number(answers, "minutes", answer->minutes);
    set_number(answers, "deplacements", answer->visits);
    set_text(answers, "canal_prefere", answer->preferred_channel);
    if (!is_online(answer->channel) && !is_online(answer->preferred_channel))
        set_number(answers, "numerique", answer->digital_comfort);
    set_text(answers, "commune", answer->commune);
    set_verbatim(demonstration, answer, answers);
    return answers;
}

static json_t *internal_answers(const struct demonstration *demonstration,
                                const struct demonstration_answer *answer)
{
    json_t *answers = json_object();
    set_text(answers, "fonction", answer->audience);
    set_text(answers, "demarche", answer->procedure->code);
    json_object_set_new(answers, "dossiers", json_true());
    set_number(answers, "satisfaction", answer->satisfaction);
    set_number(answers, "dossiers_mois", answer->files_per_month);
    set_number(answers, "minutes_dossier", answer->minutes_per_file);
    set_number(answers, "ressaisies", answer->rekeyed ? 10 : 0);
    set_pains(demonstration, answer, answers);
    set_verbatim(demonstration, answer, answers);
    return answers;
}

json_t *line_make(const struct demonstration *demonstration,
                  const struct demonstration_answer *answer)
{
    char id[UUID_TEXT_SIZE];
    char received_at[INSTANT_TEXT_SIZE];
    uuid_write(&answer->id, id);
    instant_write(answer->received_at_us, received_at);

    json_t *line = json_object();
    set_text(line, "id", id);
    set_text(line, "received_at", received_at);
    set_text(line, "entry", answer->entry);
    set_text(line, "placement", placement_of(answer->entry));
    set_text(line, "language", "fr");
    if (!answer->external) // the agents' survey has no question about the channel
        set_text(line, "channel", answer->channel);
    if (answer->fate == FATE_ROBOT)
        set_text(line, "site", "https://robot.invalid/");
    json_object_set_new(line, "answers",
                        answer->external ? external_answers(demonstration, answer)
                                         : internal_answers(demonstration, answer));
    return line;
}

const char *line_survey(const struct demonstration_answer *answer)
{
    return answer->external ? "demarches" : "agents";
}
