// collectivity.json -> struct collectivity, and the same from the published document. One table of
// members; each member's reader judges its value and tells what is wrong at its JSON Pointer.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/collectivity.h"

#include "config/logo.h"
#include "config/text.h"
#include "config/theme.h"
#include "config/whole_file.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "collectivity.json"
#define ZONES "/usr/share/zoneinfo"

enum {
    FILE_LIMIT = 64 * 1024,
    PLACE_BYTES = 256,
    MESSAGE_BYTES = 900,
    NAME_LENGTH = 200,
    ADDRESS_LENGTH = 253,
    ZONE_LENGTH = 60,
    SITES_LIMIT = 50,
    SIREN_DIGITS = 9,
    SLUG_LENGTH = 40,
};

struct reader {
    struct collectivity *collectivity;
    const char *directory; // NULL: the published document
    struct findings *findings;
    size_t complaints; // findings may be NULL
};

struct member {
    const char *name;
    json_type type;
    bool required;
    void (*read)(struct reader *reader, const char *pointer, const json_t *value);
};

static void complain_with(struct reader *reader, const char *pointer, const char *format,
                          va_list arguments)
{
    char place[PLACE_BYTES];
    char message[MESSAGE_BYTES];
    (void)vsnprintf(message, sizeof message, format, arguments);
    (void)snprintf(place, sizeof place, FILE_NAME "#%s", pointer);
    findings_add(reader->findings, place, "%s", message);
    reader->complaints++;
}

// pointer: "/sites/0"
static void complain(struct reader *reader, const char *pointer, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void complain(struct reader *reader, const char *pointer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain_with(reader, pointer, format, arguments);
    va_end(arguments);
}

// ---- names

static void read_slug(struct reader *reader, const char *pointer, const json_t *value)
{
    static const char *const reserved[] = {"v1",     "embed",   "assets", "livez",
                                           "readyz", "metrics", "pulse",  "openapi.json"};
    const char *slug = json_string_value(value);
    size_t size = strlen(slug);
    reader->collectivity->slug = memory_copy_text(slug);
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(reserved[i], slug) == 0) {
            complain(reader, pointer, "\"%s\" is an address of the program itself: choose another",
                     slug);
            return;
        }
    if (size < 1 || size > SLUG_LENGTH || slug[0] < 'a' || slug[0] > 'z' ||
        strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != size)
        complain(reader, pointer,
                 "\"%.60s\" is no slug: write 1 to %d small letters a-z, digits and hyphens, a "
                 "letter first",
                 slug, SLUG_LENGTH);
}

static bool check_text(struct reader *reader, const char *pointer, const char *text)
{
    size_t size = strlen(text);
    if (text_is_printable(text, size) && strpbrk(text, "\r\n\t") == NULL &&
        text_length(text, size) <= NAME_LENGTH)
        return true;
    complain(reader, pointer,
             "longer than %d characters, or with a line end or control character: write one short "
             "line",
             NAME_LENGTH);
    return false;
}

static void read_name(struct reader *reader, const char *pointer, const json_t *value)
{
    const char *name = json_string_value(value);
    reader->collectivity->name = memory_copy_text(name);
    if (check_text(reader, pointer, name) && text_is_blank(name, strlen(name)))
        complain(reader, pointer, "is empty: write the name that people know, such as \"CASUD\"");
}

static void read_long_name(struct reader *reader, const char *pointer, const json_t *value)
{
    reader->collectivity->long_name = memory_copy_text(json_string_value(value));
    (void)check_text(reader, pointer, json_string_value(value));
}

// The Luhn key: from the right, every second digit counts twice, its digits added.
static bool is_siren(const char *text)
{
    int sum = 0;
    if (strlen(text) != SIREN_DIGITS || strspn(text, "0123456789") != SIREN_DIGITS)
        return false;
    for (int i = 0; i < SIREN_DIGITS; i++) {
        int digit = text[i] - '0';
        int twice = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += i % 2 == 1 ? twice : digit;
    }
    return sum % 10 == 0;
}

static void read_siren(struct reader *reader, const char *pointer, const json_t *value)
{
    const char *siren = json_string_value(value);
    reader->collectivity->siren = memory_copy_text(siren);
    if (siren[0] != '\0' && !is_siren(siren))
        complain(reader, pointer,
                 "\"%.20s\" is no SIREN: write its 9 digits without spaces (their key must fit), "
                 "or \"\"",
                 siren);
}

static bool is_mail(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._%+-";
    size_t local = strspn(text, allowed);
    if (local == 0 || text[local] != '@')
        return false;
    const char *host = text + local + 1;
    return strspn(host, allowed) == strlen(host) && strchr(host, '.') != NULL && host[0] != '.' &&
           host[strlen(host) - 1] != '.';
}

static bool is_telephone(const char *text)
{
    size_t digits = 0;
    for (const char *at = text; *at != '\0'; at++)
        digits += isdigit((unsigned char)*at) != 0 ? 1 : 0;
    return strspn(text, "+0123456789 .()-") == strlen(text) && digits >= 4 && digits <= 15;
}

static void read_contact(struct reader *reader, const char *pointer, const json_t *value)
{
    const char *contact = json_string_value(value);
    reader->collectivity->contact = memory_copy_text(contact);
    if (contact[0] != '\0' && !is_mail(contact) && !is_telephone(contact))
        complain(reader, pointer,
                 "\"%.80s\" is neither an e-mail address nor a telephone number: write one, or "
                 "\"\"",
                 contact);
}

// ---- addresses

static size_t host_length(const char *host)
{
    size_t size = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    bool good = size > 0 && size <= ADDRESS_LENGTH && host[0] != '.' && host[0] != '-' &&
                host[size - 1] != '.' && host[size - 1] != '-';
    for (size_t i = 1; good && i < size; i++)
        good = !(host[i] == '.' && (host[i - 1] == '.' || host[i - 1] == '-')) &&
               !(host[i] == '-' && host[i - 1] == '.');
    return good ? size : 0;
}

static bool is_this_host(const char *host, size_t size)
{
    return (size == 9 && memcmp(host, "localhost", size) == 0) ||
           (size == 9 && memcmp(host, "127.0.0.1", size) == 0);
}

// Where https://host[:port] ends in text, or NULL when it does not begin so. http only for the
// host itself.
static const char *origin_end(const char *text)
{
    bool safe = strncmp(text, "https://", 8) == 0;
    if (!safe && strncmp(text, "http://", 7) != 0)
        return NULL;
    const char *host = text + (safe ? 8 : 7);
    size_t size = host_length(host);
    if (size == 0 || (!safe && !is_this_host(host, size)))
        return NULL;
    if (host[size] != ':')
        return host + size;
    char *end;
    const char *digits = host + size + 1;
    long port = isdigit((unsigned char)*digits) != 0 ? strtol(digits, &end, 10) : 0;
    return port >= 1 && port <= 65535 && end - digits <= 5 ? end : NULL;
}

static void read_url(struct reader *reader, const char *pointer, const json_t *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~/";
    const char *url = json_string_value(value);
    const char *path = origin_end(url);
    reader->collectivity->url = memory_copy_text(url);
    bool good = path != NULL && strlen(url) <= ADDRESS_LENGTH &&
                (path[0] == '\0' || path[0] == '/') && strspn(path, allowed) == strlen(path) &&
                strstr(path, "//") == NULL && url[strlen(url) - 1] != '/';
    if (!good)
        complain(reader, pointer,
                 "\"%.100s\" is no public address: write https://host without a slash at the end "
                 "(http only for localhost and 127.0.0.1), such as https://avis.example",
                 url);
}

static void read_site(struct reader *reader, const char *pointer, const char *site)
{
    struct collectivity *collectivity = reader->collectivity;
    const char *end = origin_end(site);
    if (end == NULL || *end != '\0') {
        complain(reader, pointer,
                 "\"%.100s\" is no origin: write https://host or https://host:port in small "
                 "letters, without a path or final slash (http only for localhost and 127.0.0.1)",
                 site);
        return;
    }
    for (size_t i = 0; i < collectivity->site_count; i++)
        if (strcmp(collectivity->sites[i], site) == 0)
            complain(reader, pointer, "\"%s\" is there twice: remove one", site);
    collectivity->sites[collectivity->site_count++] = memory_copy_text(site);
}

static void read_sites(struct reader *reader, const char *pointer, const json_t *value)
{
    size_t count = json_array_size(value);
    if (count > SITES_LIMIT) {
        complain(reader, pointer, "more than %d sites: keep those that embed a form", SITES_LIMIT);
        return;
    }
    reader->collectivity->sites = memory_allocate(count * sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        const char *site = json_string_value(json_array_get(value, i));
        char at[PLACE_BYTES];
        (void)snprintf(at, sizeof at, "%s/%zu", pointer, i);
        if (site == NULL)
            complain(reader, at, "must be a text, such as \"https://www.casud.re\"");
        else
            read_site(reader, at, site);
    }
}

// ---- time, languages, looks

// A name of the tz database that this host has. "right/…" counts leap seconds: no clock does.
static bool is_zone(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > ZONE_LENGTH || name[0] == '/' || strstr(name, "..") != NULL ||
        strncmp(name, "right/", 6) == 0 ||
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") != size)
        return false;
    char path[sizeof ZONES + ZONE_LENGTH + 2];
    char magic[4] = "";
    (void)snprintf(path, sizeof path, ZONES "/%s", name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t got = fread(magic, 1, sizeof magic, file);
    (void)fclose(file);
    return got == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
}

static void read_time_zone(struct reader *reader, const char *pointer, const json_t *value)
{
    const char *zone = json_string_value(value);
    reader->collectivity->time_zone = memory_copy_text(zone);
    if (!is_zone(zone))
        complain(reader, pointer,
                 "\"%.80s\" is no time zone of this host (package tzdata, " ZONES
                 "): write a name such as Indian/Reunion or Europe/Paris",
                 zone);
}

static void read_languages(struct reader *reader, const char *pointer, const json_t *value)
{
    bool *languages = reader->collectivity->languages;
    memset(languages, 0, LANGUAGE_COUNT * sizeof *languages);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));
        const char *word =
            text == NULL ? NULL : vocabulary_find(VOCABULARY_LANGUAGE, text, strlen(text));
        int language = vocabulary_index(VOCABULARY_LANGUAGE, word);
        char at[PLACE_BYTES];
        (void)snprintf(at, sizeof at, "%s/%zu", pointer, i);
        if (language < 0)
            complain(reader, at, "unknown language: write %s",
                     vocabulary_list(VOCABULARY_LANGUAGE));
        else if (languages[language])
            complain(reader, at, "\"%s\" is there twice: remove one", word);
        else
            languages[language] = true;
    }
    if (!languages[LANGUAGE_FR])
        complain(reader, pointer, "French is always there: add \"fr\"");
}

static void read_accent(struct reader *reader, const char *pointer, const json_t *value)
{
    char theme[THEME_SIZE];
    struct error error = {0};
    free(reader->collectivity->accent);
    reader->collectivity->accent = memory_copy_text(json_string_value(value));
    if (!theme_write(json_string_value(value), theme, &error))
        complain(reader, pointer, "%s", error.message);
}

static void read_logo(struct reader *reader, const char *pointer, const json_t *value)
{
    (void)pointer;
    const char *file = json_string_value(value);
    if (file[0] == '\0')
        return;
    reader->collectivity->logo_svg = logo_read(reader->directory, file, reader->findings);
    reader->complaints += reader->collectivity->logo_svg == NULL ? 1 : 0;
}

static void read_logo_svg(struct reader *reader, const char *pointer, const json_t *value)
{
    const char *text = json_string_value(value);
    (void)pointer;
    if (text[0] == '\0')
        return;
    reader->collectivity->logo_svg = memory_copy_text(text);
    if (!logo_is_harmless(text, strlen(text), FILE_NAME "#/logo_svg", reader->findings))
        reader->complaints++;
}

// ---- numbers

static void read_whole(struct reader *reader, const char *pointer, const json_t *value, int least,
                       int most, int *at)
{
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= least && number <= most)
        *at = (int)number;
    else
        complain(reader, pointer, "must be a whole number from %d to %d", least, most);
}

static void read_retention(struct reader *reader, const char *pointer, const json_t *value)
{
    read_whole(reader, pointer, value, 1, 120, &reader->collectivity->retention_months);
}

static void read_public_minimum(struct reader *reader, const char *pointer, const json_t *value)
{
    read_whole(reader, pointer, value, 2, 1000, &reader->collectivity->public_minimum);
}

static void read_internal_minimum(struct reader *reader, const char *pointer, const json_t *value)
{
    read_whole(reader, pointer, value, 2, 1000, &reader->collectivity->internal_minimum);
}

static void read_publication(struct reader *reader, const char *pointer, const json_t *value);

// ---- members

static const struct member publication_members[] = {
    {"public_minimum", JSON_INTEGER, false, read_public_minimum},
    {"internal_minimum", JSON_INTEGER, false, read_internal_minimum},
    {.name = NULL},
};

#define MEMBERS(logo_member, read_the_logo)                                                        \
    {                                                                                              \
        {"slug", JSON_STRING, true, read_slug}, {"name", JSON_STRING, true, read_name},            \
            {"long_name", JSON_STRING, false, read_long_name},                                     \
            {"url", JSON_STRING, true, read_url}, {"siren", JSON_STRING, false, read_siren},       \
            {"time_zone", JSON_STRING, true, read_time_zone},                                      \
            {"languages", JSON_ARRAY, false, read_languages},                                      \
            {"sites", JSON_ARRAY, false, read_sites}, {"accent", JSON_STRING, false, read_accent}, \
            {logo_member, JSON_STRING, false, read_the_logo},                                      \
            {"contact", JSON_STRING, false, read_contact},                                         \
            {"publication", JSON_OBJECT, false, read_publication},                                 \
            {"retention_months", JSON_INTEGER, false, read_retention},                             \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }

static const struct member file_members[] = MEMBERS("logo", read_logo);
static const struct member document_members[] = MEMBERS("logo_svg", read_logo_svg);

static const char *type_said(json_type type)
{
    switch (type) {
    case JSON_STRING:
        return "a text between double quotes";
    case JSON_ARRAY:
        return "a list between [ and ]";
    case JSON_OBJECT:
        return "an object between { and }";
    default:
        return "a whole number";
    }
}

// RFC 6901: ~ is written ~0, / is written ~1.
static void write_pointer(char pointer[PLACE_BYTES], const char *parent, const char *key)
{
    int used = snprintf(pointer, PLACE_BYTES, "%s/", parent);
    for (; *key != '\0' && used < PLACE_BYTES - 3; key++) {
        if (*key == '~' || *key == '/')
            used += snprintf(pointer + used, (size_t)(PLACE_BYTES - used), "~%d", *key == '/');
        else
            pointer[used++] = *key;
    }
    pointer[used] = '\0';
}

static const struct member *find_member(const struct member *members, const char *name)
{
    for (; members->name != NULL; members++)
        if (strcmp(members->name, name) == 0)
            return members;
    return NULL;
}

static void complain_of_unknown(struct reader *reader, const char *pointer,
                                const struct member *members)
{
    char known[PLACE_BYTES] = "";
    size_t used = 0;
    for (const struct member *member = members; member->name != NULL; member++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used > 0 ? ", " : "",
                                 member->name);
    complain(reader, pointer, "unknown key: remove it or correct its name (known: %s)", known);
}

static void read_members(struct reader *reader, const char *parent, const json_t *object,
                         const struct member *members)
{
    char pointer[PLACE_BYTES];
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        const struct member *member = find_member(members, key);
        write_pointer(pointer, parent, key);
        if (member == NULL)
            complain_of_unknown(reader, pointer, members);
        else if (json_typeof(value) != member->type)
            complain(reader, pointer, "must be %s", type_said(member->type));
        else
            member->read(reader, pointer, value);
    }
    for (; members->name != NULL; members++)
        if (members->required && json_object_get(object, members->name) == NULL) {
            write_pointer(pointer, parent, members->name);
            complain(reader, pointer, "is missing: add \"%s\", %s", members->name,
                     type_said(members->type));
        }
}

static void read_publication(struct reader *reader, const char *pointer, const json_t *value)
{
    read_members(reader, pointer, value, publication_members);
}

// ---- the whole

static struct collectivity *create_with_defaults(void)
{
    struct collectivity *collectivity = memory_allocate(sizeof *collectivity);
    collectivity->languages[LANGUAGE_FR] = true;
    collectivity->accent = memory_copy_text("#0d6b5c");
    collectivity->public_minimum = 11;
    collectivity->internal_minimum = 5;
    collectivity->retention_months = 24;
    return collectivity;
}

static void fill_absent(char **text, const char *filling)
{
    if (*text == NULL || (*text)[0] == '\0') {
        free(*text);
        *text = memory_copy_text(filling);
    }
}

static struct collectivity *read_document(const json_t *document, const char *directory,
                                          struct findings *findings)
{
    AUTO(collectivity) struct collectivity *collectivity = create_with_defaults();
    struct reader reader = {collectivity, directory, findings, 0};
    if (!json_is_object(document)) {
        complain(&reader, "", "must be an object between { and }");
        return NULL;
    }
    read_members(&reader, "", document, directory != NULL ? file_members : document_members);
    fill_absent(&collectivity->siren, "");
    fill_absent(&collectivity->contact, "");
    fill_absent(&collectivity->long_name, collectivity->name == NULL ? "" : collectivity->name);
    return reader.complaints == 0 ? TAKE(collectivity) : NULL;
}

// The last part of the folder's real path: "casud".
static bool is_folder_named(const char *directory, const char *slug, struct findings *findings)
{
    char *path = realpath(directory, NULL);
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    const char *name = slash == NULL ? directory : slash + 1;
    bool same = strcmp(name, slug) == 0;
    if (!same)
        findings_add(findings, FILE_NAME "#/slug",
                     "the slug \"%s\" and the folder's name \"%s\" differ: rename one of them",
                     slug, name);
    free(path);
    return same;
}

static json_t *parse_file(const char *text, size_t size, struct findings *findings)
{
    json_error_t at;
    size_t mark = whole_file_mark(text, size);
    json_t *document = json_loadb(text + mark, size - mark, JSON_REJECT_DUPLICATES, &at);
    if (document == NULL) {
        char place[PLACE_BYTES];
        (void)snprintf(place, sizeof place, FILE_NAME ":%d:%d", at.line, at.column);
        bool twice = json_error_code(&at) == json_error_duplicate_key;
        findings_add(findings, place, "%s: %s", at.text,
                     twice ? "remove one of the two" : "correct the JSON there");
    }
    return document;
}

struct collectivity *collectivity_read(const char *directory, struct findings *findings)
{
    size_t size;
    char *path = memory_format("%s/" FILE_NAME, directory);
    char *text = whole_file_read(path, FILE_NAME, FILE_LIMIT, &size, findings);
    free(path);
    if (text == NULL)
        return NULL;
    json_auto_t *document = parse_file(text, size, findings);
    free(text);
    if (document == NULL)
        return NULL;
    AUTO(collectivity)
    struct collectivity *collectivity = read_document(document, directory, findings);
    if (collectivity == NULL || !is_folder_named(directory, collectivity->slug, findings))
        return NULL;
    return TAKE(collectivity);
}

struct collectivity *collectivity_from_json(const json_t *document, struct error *error)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct collectivity *collectivity = read_document(document, NULL, findings);
    findings_to_error(findings, error);
    return collectivity;
}
