// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/style.h"

#include "config/secret.h"
#include "daemon/pages/survey_style.h"

#include "daemon/pages/assets_bytes.h"

#include <stdio.h>
#include <string.h>

static const char *skip_comment(const char *at)
{
    const char *end = strstr(at + 2, "*/");
    return end == NULL ? at + strlen(at) : end + 2;
}

static const char *skip_string(const char *at)
{
    char quote = *at;
    for (at++; *at != '\0' && *at != quote; at++)
        if (*at == '\\' && at[1] != '\0')
            at++;
    return *at == '\0' ? at : at + 1;
}

// Where a blank means nothing: next to these before it, or these after it.
static bool is_needless(const struct html *css, size_t begin, char next)
{
    if (css->size == begin || strchr("{};,:", css->bytes[css->size - 1]) != NULL)
        return true;
    return next == '\0' || strchr("{};,", next) != NULL;
}

// Without its comments and without the blanks that mean nothing: a page on a bad network waits for
// this file.
static void put_stripped(struct html *css, const char *source)
{
    size_t begin = css->size;
    bool blank = false; // since the last thing written
    const char *at = source;
    while (*at != '\0') {
        const char *next = at + 1;
        if (at[0] == '/' && at[1] == '*') {
            at = skip_comment(at);
            continue;
        }
        if (*at == ' ' || *at == '\t' || *at == '\n') {
            blank = true;
        } else {
            if (blank && !is_needless(css, begin, *at))
                html_raw(css, " ");
            if (*at == '"' || *at == '\'')
                next = skip_string(at);
            html_put_raw_(css, at, (size_t)(next - at));
            blank = false;
        }
        at = next;
    }
    html_raw(css, "\n");
}

static void put_digest(const struct html *text, char version[STYLE_VERSION_SIZE])
{
    unsigned char digest[32];
    secret_digest(text->bytes, text->size, digest);
    (void)snprintf(version, STYLE_VERSION_SIZE, "%02x%02x%02x", digest[0], digest[1], digest[2]);
}

// Of the files of this build. The digest is the one thing kept here: it is the same for ever.
static const char *static_version(void)
{
    static char version[STYLE_VERSION_SIZE];
    if (version[0] == '\0') {
        struct html text;
        html_init(&text);
        html_put_raw_(&text, (const char *)form_css, sizeof form_css);
        html_put_raw_(&text, (const char *)pages_css, sizeof pages_css);
        put_digest(&text, version);
        html_clear(&text);
    }
    return version;
}

static void put_line(struct html *text, const char *line)
{
    html_text(text, line);
    html_raw(text, "\n");
}

void style_version(const struct edition *edition, const struct edition_survey *survey,
                   char version[STYLE_VERSION_SIZE])
{
    struct html text;
    html_init(&text);
    put_line(&text, RECUEIL_VERSION); // of what makes the theme and the rules
    put_line(&text, static_version());
    put_line(&text, edition->collectivity->accent);
    if (survey != NULL) {
        put_line(&text, survey->etag);
        put_line(&text, edition->catalogue_etag);
    }
    put_digest(&text, version);
    html_clear(&text);
}

void style_write_form(struct html *css, const struct edition *edition,
                      const struct edition_survey *survey, const char *theme_css)
{
    put_stripped(css, (const char *)form_css);
    survey_style_write(css, survey->survey, edition->catalogue, theme_css);
}

void style_write_pages(struct html *css, const char *theme_css)
{
    put_stripped(css, (const char *)form_css);
    put_stripped(css, (const char *)pages_css);
    html_put_raw_(css, theme_css, strlen(theme_css));
    html_raw(css, "\n");
}
