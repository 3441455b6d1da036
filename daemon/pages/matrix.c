// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/matrix.h"

#include "daemon/pages/choice_list.h"
#include "daemon/pages/fields.h"
#include "daemon/pages/form_errors.h"
#include "daemon/pages/kept_answer.h"
#include "daemon/pages/layout.h"

struct matrix {
    const struct form_page *page;
    const struct question *question;
    const struct options *columns;
};

static void write_described(struct html *html, const struct matrix *matrix, size_t number)
{
    html_raw(html, " aria-describedby=\"e-");
    fields_write_id(html, matrix->question, number);
    html_raw(html, "\"");
}

static void write_list_row(struct html *html, const struct matrix *matrix, size_t index)
{
    const struct form_page *page = matrix->page;
    const struct question *question = matrix->question;
    const struct choice *row = &question->rows[index];
    const struct refusal *refusal = form_error_of(page, question, row);

    if (refusal == NULL)
        html_raw(html, "<div class=\"row\">\n<label class=\"t\" for=\"");
    else
        html_raw(html, "<div class=\"row bad\">\n<label class=\"t\" for=\"");
    fields_write_id(html, question, index + 1);
    html_raw(html, "\">");
    layout_phrase(html, &row->text, page->language);
    html_raw(html, "</label>\n");
    form_error_write(html, page, question, refusal, index + 1);
    html_raw(html, "<select id=\"");
    fields_write_id(html, question, index + 1);
    html_raw(html, "\" name=\"");
    html_text(html, question->name);
    html_raw(html, ".");
    html_text(html, row->code);
    html_raw(html, "\"");
    if (refusal != NULL) {
        write_described(html, matrix, index + 1);
        html_raw(html, " aria-invalid=\"true\"");
    }
    html_raw(html, ">\n");
    fields_write_options(html, matrix->columns, kept_answer(page, question->name, row->code),
                         page->language);
    html_raw(html, "</select>\n</div>\n");
}

static void write_radio_row(struct html *html, const struct matrix *matrix, size_t index)
{
    const struct form_page *page = matrix->page;
    const struct choice *row = &matrix->question->rows[index];
    const struct refusal *refusal = form_error_of(page, matrix->question, row);
    const struct choice_list list = {page, matrix->question, matrix->columns, index + 1, row->code};

    if (refusal == NULL) {
        html_raw(html, "<fieldset class=\"row\"");
    } else {
        html_raw(html, "<fieldset class=\"row bad\"");
        write_described(html, matrix, index + 1);
    }
    html_raw(html, ">\n<legend>");
    layout_phrase(html, &row->text, page->language);
    html_raw(html, "</legend>\n");
    form_error_write(html, page, matrix->question, refusal, index + 1);
    choice_list_write(html, &list);
    html_raw(html, "</fieldset>\n");
}

void matrix_write(struct html *html, const struct form_page *page, const struct question *question)
{
    AUTO(options)
    struct options *columns =
        options_create(page->survey->survey, question, page->edition->catalogue, page->language);
    const struct matrix matrix = {page, question, columns};
    for (size_t i = 0; i < question->row_count; i++) {
        if (fields_matrix_has_lists(question))
            write_list_row(html, &matrix, i);
        else
            write_radio_row(html, &matrix, i);
    }
}
