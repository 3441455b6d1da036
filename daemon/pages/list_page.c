// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/list_page.h"

#include "daemon/pages/layout.h"

#include <stdlib.h>
#include <string.h>

static enum word audience_word(const struct survey *survey)
{
    if (strcmp(survey->class, "external") == 0)
        return WORD_FOR_EXTERNAL;
    return strcmp(survey->access, "open") == 0 ? WORD_FOR_INTERNAL : WORD_FOR_INVITED;
}

// "Français, Kréol rényoné, English.", where there is a choice.
static void write_languages(struct html *html, const struct list_page *page,
                            const struct edition_survey *survey)
{
    bool first = true;
    bool choice = false;
    for (int language = LANGUAGE_FR + 1; language < LANGUAGE_COUNT; language++)
        choice = choice || layout_offers(page->edition, survey, (enum language)language);
    for (int language = 0; choice && language < LANGUAGE_COUNT; language++) {
        if (!layout_offers(page->edition, survey, (enum language)language))
            continue;
        if (!first)
            html_raw(html, ", ");
        else
            html_raw(html, " ");
        first = false;
        html_raw(html, "<span");
        html_attribute(html, "lang",
                       language == (int)page->language
                           ? NULL
                           : vocabulary_word(VOCABULARY_LANGUAGE, (size_t)language));
        html_raw(html, ">");
        html_text(html, words_language_name((enum language)language));
        html_raw(html, "</span>");
    }
    if (choice)
        html_raw(html, ".");
}

static void write_card(struct html *html, const struct list_page *page,
                       const struct edition_survey *item)
{
    const struct survey *survey = item->survey;
    enum language language = layout_language(page->edition, item, page->language);
    html_raw(html, "<li><h2><a href=\"/");
    html_text(html, page->edition->collectivity->slug);
    html_raw(html, "/");
    html_text(html, survey->slug);
    html_raw(html, "?lang=");
    html_text(html, vocabulary_word(VOCABULARY_LANGUAGE, language));
    html_raw(html, "\">");
    layout_phrase(html, &survey->title, page->language);
    html_raw(html, "</a></h2>\n");
    if (!phrase_is_empty(&survey->description)) {
        html_raw(html, "<p>");
        layout_phrase(html, &survey->description, page->language);
        html_raw(html, "</p>\n");
    }
    html_raw(html, "<p class=\"fine\">");
    html_text(html, words(audience_word(survey), page->language));
    write_languages(html, page, item);
    html_raw(html, "</p></li>\n");
}

static bool is_listed(const struct list_page *page, const struct edition_survey *item)
{
    return item->replaced_at_us == 0 && survey_opening(item->survey, page->day) == SURVEY_OPEN;
}

static void write_cards_of(struct html *html, const struct list_page *page, const char *class)
{
    const struct edition *edition = page->edition;
    for (size_t i = 0; i < edition->survey_count; i++)
        if (is_listed(page, &edition->surveys[i]) &&
            strcmp(edition->surveys[i].survey->class, class) == 0)
            write_card(html, page, &edition->surveys[i]);
}

static void write_cards(struct html *html, const struct list_page *page)
{
    const struct edition *edition = page->edition;
    size_t count = 0;
    for (size_t i = 0; i < edition->survey_count; i++)
        count += is_listed(page, &edition->surveys[i]);
    html_raw(html, "<p class=\"lead\">");
    html_text(html, words(count > 0 ? WORD_LIST_LEAD : WORD_LIST_EMPTY, page->language));
    html_raw(html, "</p>\n");
    if (count == 0)
        return;
    html_raw(html, "<ul class=\"cards\">\n");
    // Most people who come here are no agents: what is for them comes first.
    for (size_t class = 0; vocabulary_word(VOCABULARY_CLASS, class) != NULL; class ++)
        write_cards_of(html, page, vocabulary_word(VOCABULARY_CLASS, class));
    html_raw(html, "</ul>\n");
}

void list_page_write(struct html *html, const struct list_page *page)
{
    char *path = memory_format("/%s/", page->edition->collectivity->slug);
    const struct layout layout = {
        .edition = page->edition,
        .language = page->language,
        .title = words(WORD_LIST_TITLE, page->language),
        .path = path,
        .is_list = true,
    };
    layout_open(html, &layout);
    html_raw(html, "<h1>");
    html_text(html, words(WORD_LIST, page->language));
    html_raw(html, "</h1>\n");
    write_cards(html, page);
    layout_close(html, &layout);
    free(path);
}
