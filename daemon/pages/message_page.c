// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/message_page.h"

#include "daemon/pages/layout.h"

enum way_back { BACK_NONE, BACK_SURVEY, BACK_LIST };

// Where the page must stay open, so that reloading sends the answer again, there is no way back.
static const struct {
    enum word title, text;
    enum way_back back;
    int status; // that this message is the usual one of; 0: none
} messages[MESSAGE_COUNT] = {
    [MESSAGE_MALFORMED] = {WORD_MALFORMED, WORD_MALFORMED_TEXT, BACK_SURVEY, 400},
    [MESSAGE_FORBIDDEN] = {WORD_FORBIDDEN, WORD_FORBIDDEN_TEXT, BACK_LIST, 403},
    [MESSAGE_NOT_OPEN_YET] = {WORD_NOT_OPEN_YET, WORD_NOT_OPEN_YET_TEXT, BACK_LIST, 0},
    [MESSAGE_NOT_FOUND] = {WORD_NOT_FOUND, WORD_NOT_FOUND_TEXT, BACK_LIST, 404},
    [MESSAGE_METHOD] = {WORD_METHOD, WORD_METHOD_TEXT, BACK_SURVEY, 405},
    [MESSAGE_CONFLICT] = {WORD_CONFLICT, WORD_CONFLICT_TEXT, BACK_SURVEY, 409},
    [MESSAGE_CLOSED] = {WORD_CLOSED, WORD_CLOSED_TEXT, BACK_LIST, 410},
    [MESSAGE_WITHDRAWN] = {WORD_WITHDRAWN, WORD_WITHDRAWN_TEXT, BACK_SURVEY, 0},
    [MESSAGE_TOO_LARGE] = {WORD_TOO_LARGE, WORD_TOO_LARGE_TEXT, BACK_NONE, 413},
    [MESSAGE_UNFIT] = {WORD_UNFIT, WORD_UNFIT_TEXT, BACK_SURVEY, 422},
    [MESSAGE_SLOW_DOWN] = {WORD_SLOW_DOWN, WORD_SLOW_DOWN_TEXT, BACK_NONE, 429},
    [MESSAGE_FAILED] = {WORD_FAILED, WORD_FAILED_TEXT, BACK_NONE, 500},
    [MESSAGE_UNAVAILABLE] = {WORD_UNAVAILABLE, WORD_UNAVAILABLE_TEXT, BACK_NONE, 503},
    [MESSAGE_NOT_STORED] = {WORD_NOT_STORED, WORD_NOT_STORED_TEXT, BACK_NONE, 0},
};

enum message message_of_status(int status)
{
    for (int message = 0; message < MESSAGE_COUNT; message++)
        if (status > 0 && messages[message].status == status)
            return (enum message)message;
    if (status == 401)
        return MESSAGE_FORBIDDEN;
    return status >= 500 ? MESSAGE_FAILED : MESSAGE_MALFORMED;
}

static void write_back(struct html *html, const struct message_page *page)
{
    enum way_back back = messages[page->message].back;
    if (page->edition == NULL || back == BACK_NONE)
        return;
    bool to_survey = back == BACK_SURVEY && page->survey != NULL;
    html_raw(html, "<div class=\"go\"><a class=\"button quiet\" href=\"/");
    html_text(html, page->edition->collectivity->slug);
    html_raw(html, "/");
    if (to_survey)
        html_text(html, page->survey->survey->slug);
    html_raw(html, "?lang=");
    html_text(html, vocabulary_word(VOCABULARY_LANGUAGE, page->language));
    html_raw(html, "\">");
    html_text(html, words(to_survey ? WORD_BACK_TO_SURVEY : WORD_BACK_TO_LIST, page->language));
    html_raw(html, "</a></div>\n");
}

void message_page_write(struct html *html, const struct message_page *page)
{
    const char *title = words(messages[page->message].title, page->language);
    const struct layout layout = {
        .edition = page->edition,
        .survey = page->survey,
        .language = page->language,
        .title = title,
    };
    layout_open(html, &layout);
    html_raw(html, "<h1>");
    html_text(html, title);
    html_raw(html, "</h1>\n<p class=\"lead\">");
    html_text(html, page->detail != NULL ? page->detail
                                         : words(messages[page->message].text, page->language));
    html_raw(html, "</p>\n");
    write_back(html, page);
    layout_close(html, &layout);
}
