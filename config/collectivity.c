// SPDX-License-Identifier: Apache-2.0
#include "config/collectivity.h"

#include "config/survey_shape.h"
#include "config/theme.h"
#include "config/whole_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    FILE_LIMIT = 64 * 1024,
    LOGO_LIMIT = 64 * 1024,
    SLUG_LIMIT = 40,
    NAME_LIMIT = 120,
    MONTHS_LIMIT = 120,
    MONTHS_INITIAL = 24,
    PUBLIC_INITIAL = 11, // the smallest groups published: cf. DECISIONS.md
    INTERNAL_INITIAL = 5,
    GROUP_LIMIT = 1000,
};

static const char FILE_NAME[] = "collectivity.json";

static const struct property properties[] = {
    {"slug", WANT_TEXT, true, 0},
    {"name", WANT_TEXT, true, 0},
    {"long_name", WANT_TEXT, true, 0},
    {"url", WANT_TEXT, true, 0},
    {"siren", WANT_TEXT, false, 0},
    {"time_zone", WANT_TEXT, true, 0},
    {"languages", WANT_LIST, true, 0},
    {"sites", WANT_LIST, false, 0},
    {"accent", WANT_TEXT, true, 0},
    {"logo", WANT_TEXT, false, 0},
    {"contact", WANT_TEXT, false, 0},
    {"publication", WANT_OBJECT, false, 0},
    {"retention_months", WANT_WHOLE, false, 0},
    {.name = NULL},
};

static const struct property publication_properties[] = {
    {"public_minimum", WANT_WHOLE, false, 0},
    {"internal_minimum", WANT_WHOLE, false, 0},
    {.name = NULL},
};

// First parts of addresses that the daemon needs for itself.
static const char *const reserved[] = {"v1",     "embed",   "assets", "livez",
                                       "readyz", "metrics", "pulse",  "openapi.json"};

static const struct place document = {0};

// -- Texts --

static char *take_text(const json_t *object, const char *name)
{
    const char *text = shape_text(object, name);
    return memory_copy_text(text == NULL ? "" : text);
}

static bool slug_is_valid(const char *slug)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(slug);
    return size > 0 && size <= SLUG_LIMIT && islower((unsigned char)slug[0]) &&
           strspn(slug, allowed) == size;
}

static void check_slug(struct survey_reader *reader, const char *slug, const char *directory)
{
    char *path = realpath(directory, NULL);
    const char *folder = path == NULL ? "" : strrchr(path, '/') + 1;
    if (!slug_is_valid(slug))
        complain_at(reader, &document, "slug",
                    "must begin with a letter and hold at most %d lower-case letters, digits and "
                    "hyphens: it stands in every address",
                    SLUG_LIMIT);
    else if (strcmp(slug, folder) != 0)
        complain_at(reader, &document, "slug",
                    "is \"%s\", the folder \"%s\": give both the same name", slug, folder);
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(slug, reserved[i]) == 0)
            complain_at(reader, &document, "slug",
                        "\"%s\" is an address of the service itself: choose another", slug);
    free(path);
}

static void check_name(struct survey_reader *reader, const char *name, const char *text)
{
    if (text[0] == '\0' || strlen(text) > NAME_LIMIT)
        complain_at(reader, &document, name, "must be a text of 1 to %d bytes", NAME_LIMIT);
}

// "https://host[:port]": http only for this machine, for trials.
static bool origin_is_valid(const char *origin)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:";
    const char *host = strncmp(origin, "https://", 8) == 0 ? origin + 8 : NULL;
    if (strncmp(origin, "http://localhost", 16) == 0 ||
        strncmp(origin, "http://127.0.0.1", 16) == 0)
        host = origin + 7;
    if (host == NULL || strlen(host) > 200 || strspn(host, allowed) != strlen(host))
        return false;
    size_t name = strcspn(host, ":");
    const char *port = host + name;
    return name > 0 && (port[0] == '\0' || (strspn(port + 1, "0123456789") == strlen(port + 1) &&
                                            strlen(port + 1) >= 1 && strlen(port + 1) <= 5));
}

// The key of Luhn: from the right, every second digit doubled, the sum a multiple of ten.
static bool siren_is_valid(const char *siren)
{
    int sum = 0;
    if (strlen(siren) != 9 || strspn(siren, "0123456789") != 9)
        return false;
    for (int i = 0; i < 9; i++) {
        int digit = (siren[i] - '0') * (i % 2 == 1 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

static bool zone_is_valid(const char *zone)
{
    if (zone[0] == '\0' || zone[0] == '/' || strstr(zone, "..") != NULL || strlen(zone) > 60)
        return false;
    char *path = memory_format("/usr/share/zoneinfo/%s", zone);
    FILE *file = fopen(path, "re");
    char magic[4] = "";
    bool valid = file != NULL && fread(magic, 1, 4, file) == 4 && memcmp(magic, "TZif", 4) == 0;
    if (file != NULL)
        (void)fclose(file);
    free(path);
    return valid;
}

static void check_texts(struct survey_reader *reader, const struct collectivity *collectivity)
{
    struct error error = {0};
    char theme[THEME_SIZE];
    check_name(reader, "name", collectivity->name);
    check_name(reader, "long_name", collectivity->long_name);
    if (!origin_is_valid(collectivity->url))
        complain_at(reader, &document, "url",
                    "must be the public address, https://host, without a final slash");
    if (collectivity->siren[0] != '\0' && !siren_is_valid(collectivity->siren))
        complain_at(reader, &document, "siren", "must be 9 digits with a right last one, or empty");
    if (!zone_is_valid(collectivity->time_zone))
        complain_at(reader, &document, "time_zone",
                    "is no time zone of this system: write one such as \"Indian/Reunion\" (package "
                    "tzdata)");
    if (!theme_write(collectivity->accent, theme, &error))
        complain_at(reader, &document, "accent", "%s", error.message);
}

// -- Lists --

static void read_languages(struct survey_reader *reader, const json_t *object,
                           struct collectivity *collectivity)
{
    const json_t *list = shape_list(object, "languages");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        int language = text == NULL ? -1 : vocabulary_index(VOCABULARY_LANGUAGE, text);
        if (language < 0)
            complain_at(reader, &document, "languages", "may hold %s",
                        vocabulary_list(VOCABULARY_LANGUAGE));
        else
            collectivity->languages[language] = true;
    }
    if (list != NULL && !collectivity->languages[LANGUAGE_FR])
        complain_at(reader, &document, "languages",
                    "must hold \"fr\": every text is written in French first");
}

static void read_sites(struct survey_reader *reader, const json_t *object,
                       struct collectivity *collectivity)
{
    const json_t *list = shape_list(object, "sites");
    size_t count = json_array_size(list);
    const struct place sites = {&document, "sites", 0};
    collectivity->sites = memory_allocate((count + 1) * sizeof collectivity->sites[0]);
    for (size_t i = 0; i < count; i++) {
        const struct place here = {&sites, NULL, i};
        const char *site = json_string_value(json_array_get(list, i));
        if (site == NULL || !origin_is_valid(site))
            complain(reader, &here,
                     "must be a site that may show the forms, such as \"https://www.casud.re\"");
        else
            collectivity->sites[collectivity->site_count++] = memory_copy_text(site);
    }
}

// -- Numbers --

static int read_whole(struct survey_reader *reader, const struct place *place, const json_t *object,
                      const char *name, int least, int most, int initial)
{
    int32_t value = 0;
    if (!shape_whole(object, name, &value))
        return initial;
    if (value < least || value > most)
        complain_at(reader, place, name, "must be from %d to %d", least, most);
    return value;
}

static void read_numbers(struct survey_reader *reader, const json_t *object,
                         struct collectivity *collectivity)
{
    const json_t *publication = shape_object(object, "publication");
    const struct place here = {&document, "publication", 0};
    if (publication != NULL)
        (void)shape_check(reader, &here, publication, publication_properties, 0,
                          "the publication limits");
    collectivity->public_minimum =
        read_whole(reader, &here, publication, "public_minimum", 2, GROUP_LIMIT, PUBLIC_INITIAL);
    collectivity->internal_minimum = read_whole(reader, &here, publication, "internal_minimum", 2,
                                                GROUP_LIMIT, INTERNAL_INITIAL);
    collectivity->retention_months =
        read_whole(reader, &document, object, "retention_months", 1, MONTHS_LIMIT, MONTHS_INITIAL);
}

// -- The logo --

// What a drawing may not hold: it is served from the address of the forms.
static const char *forbidden_in_logo(const char *text)
{
    static const char *const words[] = {"<script", "<!ENTITY", "javascript:", "<foreignObject",
                                        "<iframe"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(text, words[i]) != NULL)
            return words[i];
    for (const char *at = strcasestr(text, " on"); at != NULL; at = strcasestr(at + 1, " on")) {
        size_t name = strspn(at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (at[1 + name + strspn(at + 1 + name, " \t\r\n")] == '=')
            return "an attribute that begins with \"on\"";
    }
    return NULL;
}

static void read_logo(struct survey_reader *reader, const json_t *object, const char *directory,
                      struct collectivity *collectivity)
{
    const char *name = shape_text(object, "logo");
    if (name == NULL || name[0] == '\0')
        return;
    size_t length = strlen(name);
    if (length < 5 || strcmp(name + length - 4, ".svg") != 0 || strchr(name, '/') != NULL) {
        complain_at(reader, &document, "logo", "must name an .svg file of this folder");
        return;
    }
    char *path = memory_format("%s/%s", directory, name);
    size_t size = 0;
    char *text = whole_file_read(path, name, LOGO_LIMIT, &size, reader->findings);
    free(path);
    const char *forbidden = text == NULL ? NULL : forbidden_in_logo(text);
    if (text == NULL)
        reader->complaints++;
    else if (strstr(text, "<svg") == NULL)
        complain_at(reader, &document, "logo", "%s is no SVG drawing", name);
    else if (forbidden != NULL)
        complain_at(reader, &document, "logo", "%s holds %s: export it as plain SVG", name,
                    forbidden);
    collectivity->logo_svg = text;
}

// -- The file --

static struct collectivity *read_object(struct survey_reader *reader, const json_t *object)
{
    struct collectivity *collectivity = memory_allocate(sizeof *collectivity);
    collectivity->slug = take_text(object, "slug");
    collectivity->name = take_text(object, "name");
    collectivity->long_name = take_text(object, "long_name");
    collectivity->url = take_text(object, "url");
    collectivity->siren = take_text(object, "siren");
    collectivity->time_zone = take_text(object, "time_zone");
    collectivity->contact = take_text(object, "contact");
    collectivity->accent = take_text(object, "accent");
    read_languages(reader, object, collectivity);
    read_sites(reader, object, collectivity);
    read_numbers(reader, object, collectivity);
    return collectivity;
}

static struct collectivity *read_text(struct survey_reader *reader, const char *text, size_t size,
                                      const char *directory)
{
    json_error_t at;
    json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
    if (object == NULL) {
        char *place = memory_format("%s:%d:%d", FILE_NAME, at.line, at.column);
        findings_add(reader->findings, place, "%s: correct the JSON there", at.text);
        free(place);
        return NULL;
    }
    AUTO(collectivity) struct collectivity *collectivity = NULL;
    if (shape_check(reader, &document, object, properties, 0, "a collectivity")) {
        collectivity = read_object(reader, object);
        if (reader->complaints == 0)
            check_texts(reader, collectivity);
        check_slug(reader, collectivity->slug, directory);
        read_logo(reader, object, directory, collectivity);
    }
    json_decref(object);
    return reader->complaints == 0 ? TAKE(collectivity) : NULL;
}

struct collectivity *collectivity_read(const char *directory, struct findings *findings)
{
    size_t size = 0;
    char *path = memory_format("%s/%s", directory, FILE_NAME);
    char *text = whole_file_read(path, FILE_NAME, FILE_LIMIT, &size, findings);
    free(path);
    if (text == NULL)
        return NULL;
    struct survey_reader reader = {.file = FILE_NAME, .findings = findings};
    size_t mark = whole_file_mark(text, size);
    struct collectivity *collectivity = read_text(&reader, text + mark, size - mark, directory);
    free(text);
    return collectivity;
}

// -- The published document --

json_t *collectivity_to_json(const struct collectivity *collectivity)
{
    json_t *languages = json_array();
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (collectivity->languages[i])
            json_array_append_new(languages, json_string(vocabulary_word(VOCABULARY_LANGUAGE, i)));
    json_t *sites = json_array();
    for (size_t i = 0; i < collectivity->site_count; i++)
        json_array_append_new(sites, json_string(collectivity->sites[i]));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:o, s:o, s:{s:i, s:i}, s:i}", "slug",
        collectivity->slug, "name", collectivity->name, "long_name", collectivity->long_name, "url",
        collectivity->url, "siren", collectivity->siren, "time_zone", collectivity->time_zone,
        "contact", collectivity->contact, "accent", collectivity->accent, "logo_svg",
        collectivity->logo_svg, "languages", languages, "sites", sites, "publication",
        "public_minimum", collectivity->public_minimum, "internal_minimum",
        collectivity->internal_minimum, "retention_months", collectivity->retention_months);
}

struct collectivity *collectivity_from_json(const json_t *published, struct error *error)
{
    struct survey_reader reader = {.file = "the published collectivity"};
    AUTO(collectivity) struct collectivity *collectivity = read_object(&reader, published);
    const char *logo = shape_text(published, "logo_svg");
    collectivity->logo_svg = memory_copy_text(logo);
    if (reader.complaints > 0 || !slug_is_valid(collectivity->slug) ||
        !zone_is_valid(collectivity->time_zone)) {
        error_set(
            error, ERROR_BAD_INPUT,
            "the published document of the collectivity \"%.40s\" cannot be read: publish its "
            "folder again with this version",
            collectivity->slug);
        return NULL;
    }
    return TAKE(collectivity);
}

void collectivity_destroy(struct collectivity *collectivity)
{
    if (collectivity == NULL)
        return;
    free(collectivity->slug);
    free(collectivity->name);
    free(collectivity->long_name);
    free(collectivity->url);
    free(collectivity->siren);
    free(collectivity->time_zone);
    free(collectivity->contact);
    for (size_t i = 0; i < collectivity->site_count; i++)
        free(collectivity->sites[i]);
    free(collectivity->sites);
    free(collectivity->accent);
    free(collectivity->logo_svg);
    free(collectivity);
}

// -- The day --

// glibc knows one zone at a time, that of TZ. The programs are single-threaded, keep everything
// else in UTC and read no local time elsewhere: TZ may stay what the last collectivity needed, and
// one zone after another costs a file read only when it changes.
static void use_zone(const char *zone)
{
    const char *current = getenv("TZ");
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, ":%s", zone);
    if (current != NULL && strcmp(current, wanted) == 0)
        return;
    (void)setenv("TZ", wanted, 1);
    tzset();
}

int32_t collectivity_day(const struct collectivity *collectivity, int64_t at_us)
{
    enum { US_A_SECOND = 1000000, S_A_DAY = 86400 };
    int64_t seconds = at_us / US_A_SECOND - (at_us % US_A_SECOND < 0 ? 1 : 0);
    time_t instant = (time_t)seconds;
    struct tm local;
    use_zone(collectivity->time_zone);
    (void)localtime_r(&instant, &local);
    int64_t shifted = seconds + local.tm_gmtoff;
    return (int32_t)(shifted >= 0 ? shifted / S_A_DAY : (shifted - S_A_DAY + 1) / S_A_DAY);
}
