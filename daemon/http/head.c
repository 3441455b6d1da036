// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/head.h"

#include <string.h>

// What a byte may be part of.
enum { TOKEN = 1, VALUE = 2, TARGET = 4, HOST = 8, DIGIT = 16 };

#define LETTER (TOKEN | VALUE | TARGET | HOST)
#define MARK (TOKEN | VALUE | TARGET)
#define DELIMITER (VALUE | TARGET)

static const uint8_t classes[256] = {
    ['\t'] = VALUE,
    [' '] = VALUE,
    ['!'] = MARK,
    ['"'] = DELIMITER,
    ['#'] = TOKEN | VALUE, // a fragment is never sent
    ['$'] = MARK,
    ['%'] = MARK | HOST,
    ['&' ... '\''] = MARK,
    ['(' ... ')'] = DELIMITER,
    ['*' ... '+'] = MARK,
    [','] = DELIMITER,
    ['-' ... '.'] = MARK | HOST,
    ['/'] = DELIMITER,
    ['0' ... '9'] = LETTER | DIGIT,
    [':'] = DELIMITER | HOST,
    [';' ... '@'] = DELIMITER,
    ['A' ... 'Z'] = LETTER,
    ['['] = DELIMITER | HOST,
    ['\\'] = DELIMITER,
    [']'] = DELIMITER | HOST,
    ['^'] = MARK,
    ['_'] = MARK | HOST,
    ['`'] = MARK,
    ['a' ... 'z'] = LETTER,
    ['{'] = DELIMITER,
    ['|'] = MARK,
    ['}'] = DELIMITER,
    ['~'] = MARK | HOST,
    [0x80 ... 0xFF] = VALUE,
};

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    {"GET", METHOD_GET},
    {"POST", METHOD_POST},
    {"HEAD", METHOD_HEAD},
    {"OPTIONS", METHOD_OPTIONS},
};

enum known {
    KNOWN_HOST,
    KNOWN_CONTENT_LENGTH,
    KNOWN_CONTENT_TYPE,
    KNOWN_AUTHORIZATION,
    KNOWN_TRANSFER_ENCODING,
    KNOWN_CONNECTION,
    KNOWN_EXPECT,
    KNOWN_REAL_IP,
    KNOWN_COUNT
};

struct reading {
    struct head *head;
    unsigned seen; // a bit for each known field
    bool says_close, says_keep_alive;
};

static int read_host(struct reading *reading, struct slice value);
static int read_content_length(struct reading *reading, struct slice value);
static int read_content_type(struct reading *reading, struct slice value);
static int read_connection(struct reading *reading, struct slice value);
static int read_expect(struct reading *reading, struct slice value);

// The fields that decide how the request is framed or by whom it is sent.
static const struct {
    const char *name;
    uint32_t size;
    bool once; // a second one is refused
    int (*read)(struct reading *reading, struct slice value);
} known_fields[KNOWN_COUNT] = {
    [KNOWN_HOST] = {"host", 4, true, read_host},
    [KNOWN_CONTENT_LENGTH] = {"content-length", 14, true, read_content_length},
    [KNOWN_CONTENT_TYPE] = {"content-type", 12, true, read_content_type},
    [KNOWN_AUTHORIZATION] = {"authorization", 13, true, NULL},
    [KNOWN_TRANSFER_ENCODING] = {"transfer-encoding", 17, false, NULL},
    [KNOWN_CONNECTION] = {"connection", 10, false, read_connection},
    [KNOWN_EXPECT] = {"expect", 6, false, read_expect},
    [KNOWN_REAL_IP] = {"x-real-ip", 9, true, NULL},
};

static bool is_all(struct slice text, uint8_t wanted)
{
    for (uint32_t i = 0; i < text.size; i++)
        if ((classes[(unsigned char)text.at[i]] & wanted) == 0)
            return false;
    return true;
}

static bool is_word(struct slice text, const char *lower_case, size_t size)
{
    if (text.size != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        char byte = text.at[i];
        if ((byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte) != lower_case[i])
            return false;
    }
    return true;
}

static struct slice slice_between(const char *from, const char *to)
{
    return (struct slice){from, (uint32_t)(to - from)};
}

static struct slice trimmed(struct slice text)
{
    while (text.size > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.size--;
    }
    while (text.size > 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
        text.size--;
    return text;
}

int head_find_end(const char *bytes, size_t size, size_t *scanned)
{
    if (size > 0 && (classes[(unsigned char)bytes[0]] & TOKEN) == 0)
        return -400; // an empty line, or no HTTP at all
    size_t reach = size < HEAD_BYTES_LIMIT ? size : HEAD_BYTES_LIMIT;
    size_t at = *scanned;
    while (at < reach) {
        const char *feed = memchr(bytes + at, '\n', reach - at);
        if (feed == NULL)
            break;
        if (feed[-1] != '\r') // the first byte is no line feed, so there is one before
            return -400;
        at = (size_t)(feed - bytes) + 1;
        if (at > 2 && feed[-2] == '\n')
            return (int)at;
    }
    *scanned = reach;
    return size < HEAD_BYTES_LIMIT ? 0 : -431;
}

static int read_version(struct slice version, struct head *head)
{
    static const uint32_t prefix = 5;
    if (version.size <= prefix || memcmp(version.at, "HTTP/", prefix) != 0)
        return 400;
    struct slice number = {version.at + prefix, version.size - prefix};
    const char *point = memchr(number.at, '.', number.size);
    if (point == NULL)
        return 400;
    struct slice major = slice_between(number.at, point);
    struct slice minor = slice_between(point + 1, number.at + number.size);
    if (major.size == 0 || minor.size == 0 || !is_all(major, DIGIT) || !is_all(minor, DIGIT))
        return 400;
    if (!is_word(number, "1.0", 3) && !is_word(number, "1.1", 3))
        return 505;
    head->http10 = *minor.at == '0';
    return 0;
}

static int read_method(struct slice name, struct head *head)
{
    if (name.size == 0 || !is_all(name, TOKEN))
        return 400;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strlen(methods[i].name) == name.size &&
            memcmp(methods[i].name, name.at, name.size) == 0) {
            head->method = methods[i].method;
            return 0;
        }
    return 501;
}

// Only the origin form: this is no proxy, and `*` asks nothing that anybody needs.
static int read_target(struct slice target, struct head *head)
{
    if (target.size == 0 || target.at[0] != '/' || !is_all(target, TARGET))
        return 400;
    const char *end = target.at + target.size;
    const char *mark = memchr(target.at, '?', target.size);
    head->path = slice_between(target.at, mark == NULL ? end : mark);
    head->query = slice_between(mark == NULL ? end : mark + 1, end);
    return 0;
}

static int read_request_line(struct slice line, struct head *head)
{
    const char *end = line.at + line.size;
    const char *first = memchr(line.at, ' ', line.size);
    const char *last = memrchr(line.at, ' ', line.size);
    if (first == NULL || first == last)
        return 400;
    int method_status = read_method(slice_between(line.at, first), head);
    int status = read_version(slice_between(last + 1, end), head);
    if (status == 0)
        status = method_status;
    if (status == 0)
        status = read_target(slice_between(first + 1, last), head);
    return status;
}

static int read_host(struct reading *reading, struct slice value)
{
    reading->head->host = value;
    return is_all(value, HOST) ? 0 : 400;
}

// One to seven digits: nothing that one reader could take for another number.
static int read_content_length(struct reading *reading, struct slice value)
{
    if (value.size == 0 || value.size > 7 || !is_all(value, DIGIT))
        return 400;
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < value.size; i++)
        bytes = bytes * 10 + (uint32_t)(value.at[i] - '0');
    reading->head->body_bytes = bytes;
    return 0;
}

static int read_content_type(struct reading *reading, struct slice value)
{
    reading->head->content_type = value;
    return 0;
}

static int read_connection(struct reading *reading, struct slice value)
{
    const char *at = value.at;
    const char *end = value.at + value.size;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct slice option = trimmed(slice_between(at, comma == NULL ? end : comma));
        reading->says_close |= is_word(option, "close", 5);
        reading->says_keep_alive |= is_word(option, "keep-alive", 10);
        at = comma == NULL ? end : comma + 1;
    }
    return 0;
}

static int read_expect(struct reading *reading, struct slice value)
{
    if (!is_word(value, "100-continue", 12))
        return 417;
    reading->head->expect_continue = !reading->head->http10;
    return 0;
}

static int read_known_field(struct reading *reading, struct slice name, struct slice value)
{
    for (unsigned known = 0; known < KNOWN_COUNT; known++) {
        if (!is_word(name, known_fields[known].name, known_fields[known].size))
            continue;
        if (known_fields[known].once && (reading->seen & 1U << known) != 0)
            return 400;
        reading->seen |= 1U << known;
        return known_fields[known].read == NULL ? 0 : known_fields[known].read(reading, value);
    }
    return 0;
}

// A line that begins with a space would continue the one before (obs-fold): its name is no token.
static int read_field(struct reading *reading, struct slice line)
{
    struct head *head = reading->head;
    const char *colon = memchr(line.at, ':', line.size);
    if (colon == NULL)
        return 400;
    struct slice name = slice_between(line.at, colon);
    struct slice value = slice_between(colon + 1, line.at + line.size);
    if (name.size == 0 || !is_all(name, TOKEN) || !is_all(value, VALUE))
        return 400;
    if (head->field_count == HEAD_FIELDS_LIMIT)
        return 431;
    value = trimmed(value);
    head->fields[head->field_count].name = name;
    head->fields[head->field_count].value = value;
    head->field_count++;
    return read_known_field(reading, name, value);
}

static int check_framing(const struct reading *reading)
{
    const struct head *head = reading->head;
    bool post = head->method == METHOD_POST;
    if ((reading->seen & 1U << KNOWN_HOST) == 0 && !head->http10)
        return 400;
    if ((reading->seen & 1U << KNOWN_TRANSFER_ENCODING) != 0)
        return post ? 411 : 400;
    if (post && (reading->seen & 1U << KNOWN_CONTENT_LENGTH) == 0)
        return 411;
    return !post && head->body_bytes > 0 ? 400 : 0;
}

static void clear_head(struct head *head)
{
    static const struct slice nothing = {"", 0};
    head->method = METHOD_NONE; // the fields stay as they are: field_count says which are set
    head->path = head->query = head->host = head->content_type = nothing;
    head->http10 = head->keep_alive = head->expect_continue = false;
    head->body_bytes = head->field_count = 0;
}

// The line at `at`, without its two last bytes, which should be CRLF.
static struct slice next_line(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return slice_between(at, feed == NULL || feed == at ? at : feed - 1);
}

int head_read(const char *bytes, size_t size, struct head *head)
{
    clear_head(head);
    if (size > HEAD_BYTES_LIMIT)
        return 431;
    if (size < 4 || memcmp(bytes + size - 4, "\r\n\r\n", 4) != 0)
        return 400;
    struct reading reading = {.head = head};
    const char *end = bytes + size - 2; // the empty line is left out
    int status = 0;
    for (const char *at = bytes; status == 0 && at < end;) {
        struct slice line = next_line(at, end);
        if (line.at[line.size] != '\r')
            status = 400;
        else
            status = at == bytes ? read_request_line(line, head) : read_field(&reading, line);
        at = line.at + line.size + 2;
    }
    if (status == 0)
        status = check_framing(&reading);
    head->keep_alive = !reading.says_close && (!head->http10 || reading.says_keep_alive);
    return status;
}

const struct slice *head_field(const struct head *head, const char *lower_case_name)
{
    size_t size = strlen(lower_case_name);
    for (uint32_t i = 0; i < head->field_count; i++)
        if (is_word(head->fields[i].name, lower_case_name, size))
            return &head->fields[i].value;
    return NULL;
}
