// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/html.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void assert_is(struct html *html, const char *expected)
{
    size_t size = 0;
    char *bytes = html_take(html, &size);
    cr_assert_eq(size, strlen(expected), "%s", bytes);
    cr_assert_str_eq(bytes, expected);
    free(bytes);
}

Test(html, escapes_text_and_drops_nothing)
{
    struct html html;
    html_init(&html);
    html_text(&html, "<script>alert(\"l'eau & l\\u2019air\")</script> \t\n\x7F é");
    assert_is(&html, "&lt;script&gt;alert(&quot;l&#39;eau &amp; l\\u2019air&quot;)&lt;/script&gt; "
                     "\t\n\x7F é");
}

Test(html, escapes_what_would_end_an_attribute)
{
    struct html html;
    html_init(&html);
    html_raw(&html, "<input");
    html_attribute(&html, "value", "\" onfocus='x()' <>&");
    html_attribute(&html, "title", NULL);
    html_attribute(&html, "class", "");
    html_raw(&html, ">");
    assert_is(&html, "<input value=\"&quot; onfocus=&#39;x()&#39; &lt;&gt;&amp;\" class=\"\">");
}

Test(html, writes_numbers_and_nothing_for_no_text)
{
    struct html html;
    html_init(&html);
    html_number(&html, -120);
    html_text(&html, NULL);
    html_text(&html, "");
    html_number(&html, 0);
    assert_is(&html, "-1200");
}

Test(html, gives_an_empty_text_when_nothing_was_written)
{
    struct html html;
    html_init(&html);
    assert_is(&html, "");
    cr_assert_null(html.bytes);
}

Test(html, grows_as_it_must_and_keeps_bytes_that_are_not_text)
{
    struct html html;
    html_init(&html);
    for (int i = 0; i < 20000; i++)
        html_text_size(&html, "\0<", 2);
    cr_assert_eq(html.size, (size_t)100000);
    cr_assert_arr_eq(html.bytes + html.size - 5, "\0&lt;", 5);
    html_clear(&html);
    cr_assert_eq(html.size, (size_t)0);
}

Test(html, sets_french_signs_off_with_no_break_spaces)
{
    struct html html;
    html_init(&html);
    html_prose(&html, "Où ? Quoi ! Ceci : cela ; « là » <b>. Yes: no? a  ?");
    html_prose(&html, NULL);
    html_prose(&html, "");
    html_prose(&html, " ");
    assert_is(&html,
              "Où\u00A0? Quoi\u00A0! Ceci\u00A0: cela\u00A0; «\u00A0là\u00A0» &lt;b&gt;. Yes: "
              "no? a \u00A0? ");
}
