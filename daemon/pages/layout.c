// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/layout.h"

#include "daemon/pages/options.h"
#include "daemon/pages/style.h"

#include <string.h>

static const char *code_of(enum language language)
{
    return vocabulary_word(VOCABULARY_LANGUAGE, language);
}

bool layout_offers(const struct edition *edition, const struct edition_survey *survey,
                   enum language language)
{
    if (language == LANGUAGE_FR)
        return true;
    return (edition == NULL || edition->collectivity->languages[language]) &&
           (survey == NULL || survey->survey->languages[language]);
}

enum language layout_language(const struct edition *edition, const struct edition_survey *survey,
                              enum language asked)
{
    return layout_offers(edition, survey, asked) ? asked : LANGUAGE_FR;
}

void layout_phrase(struct html *html, const struct phrase *phrase, enum language language)
{
    bool foreign = phrase_is_foreign(phrase, language);
    if (foreign)
        html_raw(html, "<span lang=\"fr\">");
    html_prose(html, phrase_in(phrase, language));
    if (foreign)
        html_raw(html, "</span>");
}

static void write_title(struct html *html, const struct layout *layout)
{
    html_raw(html, "<title");
    html_attribute(html, "lang", layout->title_french ? "fr" : NULL);
    html_raw(html, ">");
    if (layout->has_errors)
        html_text(html, words(WORD_ERROR_PREFIX, layout->language));
    html_prose(html, layout->title);
    if (layout->edition != NULL) {
        html_raw(html, " - ");
        html_text(html, layout->edition->collectivity->name);
    }
    html_raw(html, "</title>\n");
}

static void write_links(struct html *html, const struct layout *layout)
{
    const struct edition *edition = layout->edition;
    const struct edition_survey *survey = layout->is_form ? layout->survey : NULL;
    char version[STYLE_VERSION_SIZE];
    style_version(edition, survey, version);

    html_raw(html, "<link rel=\"stylesheet\" href=\"/");
    html_text(html, edition->collectivity->slug);
    html_raw(html, "/");
    if (survey != NULL) {
        html_text(html, survey->survey->slug);
        html_raw(html, "/");
    }
    html_raw(html, "style.css?v=");
    html_text(html, version);
    html_raw(html, "\">\n");
    if (edition->collectivity->logo_svg != NULL) {
        html_raw(html, "<link rel=\"icon\" href=\"/");
        html_text(html, edition->collectivity->slug);
        html_raw(html, "/logo.svg\">\n");
    }
}

static void write_head(struct html *html, const struct layout *layout)
{
    html_raw(html, "<!DOCTYPE html>\n<html");
    html_attribute(html, "lang", code_of(layout->language));
    html_raw(html, ">\n<head>\n<meta charset=\"utf-8\">\n");
    write_title(html, layout);
    html_raw(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    if (layout->edition != NULL)
        write_links(html, layout);
    html_raw(html, "</head>\n");
}

static void write_brand(struct html *html, const struct layout *layout)
{
    const struct collectivity *collectivity = layout->edition->collectivity;
    html_raw(html, "<p class=\"brand\">");
    if (collectivity->logo_svg != NULL) {
        html_raw(html, "<img src=\"/");
        html_text(html, collectivity->slug);
        html_raw(html, "/logo.svg\" alt=\"\" width=\"40\" height=\"40\">");
    }
    html_raw(html, "<span class=\"name\">");
    html_text(html, collectivity->name);
    if (collectivity->long_name != NULL && collectivity->long_name[0] != '\0') {
        html_raw(html, "<span");
        html_attribute(html, "lang", layout->language == LANGUAGE_FR ? NULL : "fr");
        html_raw(html, ">");
        html_text(html, collectivity->long_name);
        html_raw(html, "</span>");
    }
    html_raw(html, "</span></p>\n");
}

static void write_language_button(struct html *html, enum language language)
{
    html_raw(html, "<button type=\"submit\" form=\"f\" name=\"_lang\"");
    html_attribute(html, "value", code_of(language));
    html_attribute(html, "lang", code_of(language));
}

static void write_language_link(struct html *html, const struct layout *layout,
                                enum language language)
{
    html_raw(html, "<a href=\"");
    html_text(html, layout->path);
    html_raw(html, "?");
    if (layout->query != NULL) {
        html_text(html, layout->query);
        html_raw(html, "&amp;");
    }
    html_raw(html, "lang=");
    html_text(html, code_of(language));
    html_raw(html, "\"");
    html_attribute(html, "lang", code_of(language));
    html_attribute(html, "hreflang", code_of(language));
}

static void write_language(struct html *html, const struct layout *layout, enum language language)
{
    html_raw(html, "<li>");
    if (layout->is_form)
        write_language_button(html, language);
    else
        write_language_link(html, layout, language);
    if (language == layout->language)
        html_raw(html, " aria-current=\"true\"");
    html_raw(html, ">");
    html_text(html, words_language_name(language));
    if (layout->is_form)
        html_raw(html, "</button></li>\n");
    else
        html_raw(html, "</a></li>\n");
}

static bool has_choice_of_language(const struct layout *layout)
{
    if (!layout->is_form && layout->path == NULL)
        return false;
    for (int language = LANGUAGE_FR + 1; language < LANGUAGE_COUNT; language++)
        if (layout_offers(layout->edition, layout->survey, (enum language)language))
            return true;
    return false;
}

static void write_languages(struct html *html, const struct layout *layout)
{
    html_raw(html, "<nav class=\"langs\"");
    html_attribute(html, "aria-label", words(WORD_LANGUAGE, layout->language));
    html_raw(html, ">\n");
    if (layout->is_form) { // the first button of a form is the one that Enter presses
        html_raw(html, "<button type=\"submit\" form=\"f\" class=\"vh\" tabindex=\"-1\" "
                       "aria-hidden=\"true\">");
        html_text(html, words(WORD_SEND, layout->language));
        html_raw(html, "</button>\n");
    }
    html_raw(html, "<ul>\n");
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        if (layout_offers(layout->edition, layout->survey, (enum language)language))
            write_language(html, layout, (enum language)language);
    html_raw(html, "</ul>\n</nav>\n");
}

void layout_open(struct html *html, const struct layout *layout)
{
    write_head(html, layout);
    html_raw(html, "<body>\n<div class=\"page\">\n<a class=\"skip\" href=\"#contenu\">");
    html_text(html, words(WORD_SKIP, layout->language));
    html_raw(html, "</a>\n");
    if (layout->edition != NULL) {
        html_raw(html, "<header class=\"top\">\n");
        write_brand(html, layout);
        if (has_choice_of_language(layout))
            write_languages(html, layout);
        html_raw(html, "</header>\n");
    }
    html_raw(html, "<main id=\"contenu\" tabindex=\"-1\">\n<div class=\"sheet");
    if (layout->sheet != NULL) {
        html_raw(html, " ");
        html_text(html, layout->sheet);
    }
    html_raw(html, "\"");
    if (layout->sent)
        html_raw(html, " data-sent");
    html_raw(html, ">\n");
    if (layout->edition != NULL && layout->edition->simulated) {
        html_raw(html, "<p class=\"note\" role=\"note\">");
        html_text(html, words(WORD_SIMULATED, layout->language));
        html_raw(html, "</p>\n");
    }
}

void layout_contact(struct html *html, const char *contact)
{
    bool is_mail = strchr(contact, '@') != NULL;
    if (is_mail) {
        html_raw(html, "<a href=\"mailto:");
        html_text(html, contact);
        html_raw(html, "\">");
    }
    html_text(html, contact);
    if (is_mail)
        html_raw(html, "</a>");
}

static void write_footer(struct html *html, const struct layout *layout)
{
    const struct collectivity *collectivity = layout->edition->collectivity;
    bool has_contact = collectivity->contact != NULL && collectivity->contact[0] != '\0';
    if (layout->is_list && !has_contact)
        return;
    html_raw(html, "<footer class=\"foot\">\n<ul>\n");
    if (!layout->is_list) {
        html_raw(html, "<li><a href=\"/");
        html_text(html, collectivity->slug);
        html_raw(html, "/?lang=");
        html_text(html, code_of(layout->language));
        html_raw(html, "\">");
        html_text(html, words(WORD_ALL_SURVEYS, layout->language));
        html_raw(html, "</a></li>\n");
    }
    if (has_contact) {
        html_raw(html, "<li>");
        layout_contact(html, collectivity->contact);
        html_raw(html, "</li>\n");
    }
    html_raw(html, "</ul>\n</footer>\n");
}

void layout_close(struct html *html, const struct layout *layout)
{
    html_raw(html, "</div>\n</main>\n");
    if (layout->edition != NULL)
        write_footer(html, layout);
    html_raw(html, "</div>\n</body>\n</html>\n");
}
