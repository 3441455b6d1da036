// SPDX-License-Identifier: Apache-2.0
#include "config/receipt.h"

#include <endian.h>
#include <string.h>

enum {
    MAC_BYTES = 16,
    SIGNED_BYTES = 16 + HASH_BYTES + 8,
    TICKET_BYTES = SIGNED_BYTES + MAC_BYTES
};
_Static_assert((TICKET_BYTES * 8 + 5) / 6 == TICKET_SIZE - 1, "a ticket fits its text");

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: no I L O U

void receipt_write(struct secret *secret, const char *collectivity, const struct uuid *id,
                   const uint8_t content_hash[HASH_BYTES], char receipt[RECEIPT_SIZE])
{
    unsigned char mac[SECRET_MAC_BYTES];
    const struct secret_part parts[] = {
        {collectivity, strlen(collectivity)},
        {id->bytes, sizeof id->bytes},
        {content_hash, HASH_BYTES},
    };
    secret_mac(secret, SECRET_RECEIPT, parts, 3, mac);

    // 16 characters of 5 bits: the first 80 bits.
    unsigned bits = 0;
    unsigned held = 0;
    size_t byte = 0;
    for (size_t i = 0; i < RECEIPT_SIZE - 1; i++) {
        if (held < 5) {
            bits = (bits << 8 | mac[byte++]) & 0xFFFF;
            held += 8;
        }
        held -= 5;
        receipt[i] = digits[bits >> held & 31];
    }
    receipt[RECEIPT_SIZE - 1] = '\0';
}

// The digit that a person meant; NUL where there is none.
static char digit_meant(char typed)
{
    static const char written[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyzOoIiLl";
    static const char meant[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZABCDEFGHJKMNPQRSTVWXYZ001111";
    const char *found = typed == '\0' ? NULL : strchr(written, typed);
    if (found == NULL)
        return '\0';
    return meant[found - written];
}

bool receipt_read(const char *text, size_t size, const struct uuid *id, char receipt[RECEIPT_SIZE])
{
    const char *dot = memchr(text, '.', size);
    size_t at = 0;
    size_t read = 0;
    if (dot != NULL) {
        struct uuid named;
        at = (size_t)(dot - text) + 1;
        if (!uuid_parse(text, at - 1, &named) || memcmp(&named, id, sizeof named) != 0)
            return false;
    }
    for (; at < size; at++) {
        if (text[at] == ' ' || text[at] == '-')
            continue;
        if (read == RECEIPT_SIZE - 1 || (receipt[read++] = digit_meant(text[at])) == '\0')
            return false;
    }
    receipt[read] = '\0';
    return read == RECEIPT_SIZE - 1;
}

bool receipt_fits(struct secret *secret, const char *collectivity, const struct uuid *id,
                  const uint8_t content_hash[HASH_BYTES], const char receipt[RECEIPT_SIZE])
{
    char ours[RECEIPT_SIZE];
    receipt_write(secret, collectivity, id, content_hash, ours);
    return secret_equal(ours, receipt, RECEIPT_SIZE);
}

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(const unsigned char bytes[TICKET_BYTES], char text[TICKET_SIZE])
{
    unsigned bits = 0;
    unsigned held = 0;
    size_t written = 0;
    for (size_t i = 0; i < TICKET_BYTES; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (held += 8; held >= 6; held -= 6)
            text[written++] = base64url[bits >> (held - 6) & 63];
    }
    if (held > 0)
        text[written++] = base64url[bits << (6 - held) & 63];
    text[written] = '\0';
}

static bool decode(const char *text, size_t size, unsigned char bytes[TICKET_BYTES])
{
    if (size != TICKET_SIZE - 1)
        return false;
    unsigned bits = 0;
    unsigned held = 0;
    size_t written = 0;
    for (size_t i = 0; i < size; i++) {
        const char *digit = text[i] == '\0' ? NULL : strchr(base64url, text[i]);
        if (digit == NULL)
            return false;
        bits = (bits << 6 | (unsigned)(digit - base64url)) & 0xFFFF;
        held += 6;
        if (held >= 8 && written < TICKET_BYTES) {
            held -= 8;
            bytes[written++] = (unsigned char)(bits >> held);
        }
    }
    return written == TICKET_BYTES && (bits & ((1U << held) - 1)) == 0;
}

// The signed part of a ticket, and its MAC.
static void sign(struct secret *secret, const char *collectivity, const struct ticket *ticket,
                 unsigned char bytes[TICKET_BYTES])
{
    uint64_t expires = htobe64((uint64_t)ticket->expires_s);
    memcpy(bytes, ticket->id.bytes, 16);
    memcpy(bytes + 16, ticket->content_hash, HASH_BYTES);
    memcpy(bytes + 16 + HASH_BYTES, &expires, sizeof expires);

    unsigned char mac[SECRET_MAC_BYTES];
    const struct secret_part parts[] = {
        {collectivity, strlen(collectivity)},
        {bytes, SIGNED_BYTES},
    };
    secret_mac(secret, SECRET_TICKET, parts, 2, mac);
    memcpy(bytes + SIGNED_BYTES, mac, MAC_BYTES);
}

void ticket_write(struct secret *secret, const char *collectivity, const struct ticket *ticket,
                  char text[TICKET_SIZE])
{
    unsigned char bytes[TICKET_BYTES];
    sign(secret, collectivity, ticket, bytes);
    encode(bytes, text);
}

bool ticket_read(struct secret *secret, const char *collectivity, const char *text, size_t size,
                 int64_t now_s, struct ticket *ticket)
{
    unsigned char given[TICKET_BYTES];
    unsigned char ours[TICKET_BYTES];
    uint64_t expires;
    if (!decode(text, size, given))
        return false;
    memcpy(ticket->id.bytes, given, 16);
    memcpy(ticket->content_hash, given + 16, HASH_BYTES);
    memcpy(&expires, given + 16 + HASH_BYTES, sizeof expires);
    ticket->expires_s = (int64_t)be64toh(expires);
    sign(secret, collectivity, ticket, ours);
    return secret_equal(given, ours, TICKET_BYTES) && ticket->expires_s >= now_s;
}
