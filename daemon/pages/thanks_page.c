// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/thanks_page.h"

#include "daemon/pages/layout.h"

#include <stdlib.h>
#include <string.h>

static void write_words(struct html *html, const struct thanks_page *page, enum word word)
{
    html_text(html, words(word, page->language));
}

static void write_contact(struct html *html, const struct thanks_page *page)
{
    const char *contact = page->edition->collectivity->contact;
    if (contact == NULL || contact[0] == '\0')
        return;
    html_raw(html, "<p>");
    write_words(html, page, strchr(contact, '@') != NULL ? WORD_WRITE_TO : WORD_CALL);
    layout_contact(html, contact);
    html_raw(html, ".</p>\n");
}

static void write_receipt(struct html *html, const struct thanks_page *page)
{
    html_raw(html, "<div class=\"receipt\">\n<h2 class=\"vh\">");
    write_words(html, page, WORD_RECEIPT_TITLE);
    html_raw(html, "</h2>\n");
    if (page->receipt != NULL) {
        html_raw(html, "<p id=\"recu\">");
        write_words(html, page, WORD_RECEIPT);
        html_raw(html, "</p>\n<output aria-labelledby=\"recu\">");
        html_text(html, page->receipt);
        html_raw(html, "</output>\n");
    } else {
        html_raw(html, "<p>");
        write_words(html, page, WORD_RECEIPT_GONE);
        html_raw(html, "</p>\n");
    }
    write_contact(html, page);
    html_raw(html, "</div>\n");
}

static void write_next(struct html *html, const struct thanks_page *page)
{
    static const enum word steps[] = {WORD_NEXT_COUNTED, WORD_NEXT_SERVICES, WORD_NEXT_DECISION};
    html_raw(html, "<h2>");
    write_words(html, page, WORD_NEXT);
    html_raw(html, "</h2>\n<ol>\n");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        html_raw(html, "<li>");
        write_words(html, page, steps[i]);
        html_raw(html, "</li>\n");
    }
    html_raw(html, "</ol>\n");
}

static void write_again(struct html *html, const struct thanks_page *page)
{
    const struct survey *survey = page->survey->survey;
    html_raw(html, "<div class=\"go\">\n<a class=\"button quiet\" href=\"/");
    html_text(html, page->edition->collectivity->slug);
    html_raw(html, "/");
    html_text(html, survey->slug);
    html_raw(html, "?");
    if (page->placement != NULL) {
        html_raw(html, "from=");
        html_text(html, page->placement);
        html_raw(html, "&amp;");
    }
    html_raw(html, "lang=");
    html_text(html, vocabulary_word(VOCABULARY_LANGUAGE, page->language));
    html_raw(html, "\" data-home>");
    write_words(html, page,
                survey->procedure == NULL ? WORD_ANOTHER_PROCEDURE : WORD_ANOTHER_ANSWER);
    html_raw(html, "</a>\n</div>\n");
}

// What the links to the other languages carry on: the ticket and the placement.
static char *carried_on(const struct thanks_page *page)
{
    bool both = page->ticket != NULL && page->placement != NULL;
    if (page->ticket == NULL && page->placement == NULL)
        return NULL;
    return memory_format("%s%s%s%s%s", page->ticket != NULL ? "t=" : "",
                         page->ticket != NULL ? page->ticket : "", both ? "&" : "",
                         page->placement != NULL ? "from=" : "",
                         page->placement != NULL ? page->placement : "");
}

void thanks_page_write(struct html *html, const struct thanks_page *page)
{
    char *path = memory_format("/%s/%s/thanks", page->edition->collectivity->slug,
                               page->survey->survey->slug);
    char *query = carried_on(page);
    const struct layout layout = {
        .edition = page->edition,
        .survey = page->survey,
        .language = page->language,
        .title = words(WORD_THANKS_TITLE, page->language),
        .path = path,
        .query = query,
        .sheet = "prose",
        .sent = true,
    };
    layout_open(html, &layout);
    html_raw(html,
             "<svg class=\"tick\" aria-hidden=\"true\" viewBox=\"0 0 24 24\">"
             "<circle cx=\"12\" cy=\"12\" r=\"10.5\"/><path d=\"M7.5 12.5l3 3 6-6.5\"/></svg>\n"
             "<h1>");
    write_words(html, page, WORD_THANKS);
    html_raw(html, "</h1>\n<p class=\"lead\">");
    write_words(html, page, WORD_THANKS_LEAD);
    html_raw(html, "</p>\n");
    write_receipt(html, page);
    write_next(html, page);
    write_again(html, page);
    layout_close(html, &layout);
    free(path);
    free(query);
}
