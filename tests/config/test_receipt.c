// SPDX-License-Identifier: Apache-2.0
#include "config/receipt.h"

#include <criterion/criterion.h>
#include <string.h>

static struct secret *make_secret(unsigned char first)
{
    unsigned char bytes[SECRET_BYTES] = {first};
    return secret_create(bytes);
}

static struct uuid an_id(void)
{
    struct uuid id;
    cr_assert(uuid_parse("8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55", 36, &id));
    return id;
}

static const uint8_t hash[HASH_BYTES] = {1, 2, 3};

Test(receipt, is_16_characters_of_crockford_base32_and_always_the_same)
{
    AUTO(secret) struct secret *secret = make_secret(1);
    struct uuid id = an_id();
    char one[RECEIPT_SIZE], two[RECEIPT_SIZE];
    receipt_write(secret, "casud", &id, hash, one);
    receipt_write(secret, "casud", &id, hash, two);
    cr_assert_str_eq(one, two);
    cr_assert_eq(strlen(one), 16);
    cr_assert_eq(strspn(one, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 16);
}

Test(receipt, changes_with_all_that_it_speaks_of)
{
    AUTO(secret) struct secret *secret = make_secret(1);
    AUTO(secret) struct secret *other_secret = make_secret(2);
    struct uuid id = an_id();
    struct uuid other_id = id;
    other_id.bytes[15] ^= 1;
    const uint8_t other_hash[HASH_BYTES] = {1, 2, 4};
    char base[RECEIPT_SIZE], other[RECEIPT_SIZE];
    receipt_write(secret, "casud", &id, hash, base);
    receipt_write(other_secret, "casud", &id, hash, other);
    cr_assert_str_neq(base, other);
    receipt_write(secret, "civis", &id, hash, other);
    cr_assert_str_neq(base, other);
    receipt_write(secret, "casud", &other_id, hash, other);
    cr_assert_str_neq(base, other);
    receipt_write(secret, "casud", &id, other_hash, other);
    cr_assert_str_neq(base, other);
}

Test(receipt, is_read_as_people_write_it)
{
    const char *const written[] = {
        "01AB23CD45EF67GH",
        "01ab23cd45ef67gh",
        "oiab23cd45ef67gh",
        "OLAB-23CD-45EF-67GH",
        " 01ab 23cd 45ef 67gh ",
        "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55.01AB23CD45EF67GH",
        "8F1F4C0E-52D7-4B6A-9C1E-2F6A1D0C4E55.olab23cd45ef67gh",
    };
    struct uuid id = an_id();
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        char receipt[RECEIPT_SIZE] = "";
        cr_assert(receipt_read(written[i], strlen(written[i]), &id, receipt), "%s", written[i]);
        cr_assert_str_eq(receipt, "01AB23CD45EF67GH", "%s", written[i]);
    }
}

Test(receipt, is_not_read_from_what_has_another_form)
{
    const char *const written[] = {
        "",
        ".",
        "----------------",
        "01AB23CD45EF67G",
        "01AB23CD45EF67GHJ",
        "01AB23CD45EF67GU",
        "01AB23CD45EF67G\xc3\xa9",
        ".01AB23CD45EF67GH",
        "essai.01AB23CD45EF67GH",
        "01AB23CD45EF67GH.",
        "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e56.01AB23CD45EF67GH",
        "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55.8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55."
        "01AB23CD45EF67GH",
    };
    struct uuid id = an_id();
    char receipt[RECEIPT_SIZE];
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
        cr_assert_not(receipt_read(written[i], strlen(written[i]), &id, receipt), "%s", written[i]);
    cr_assert_not(receipt_read("01AB23CD45EF67G\0", 16, &id, receipt));
}

Test(receipt, fits_the_content_that_it_was_made_for_and_no_other)
{
    AUTO(secret) struct secret *secret = make_secret(1);
    struct uuid id = an_id();
    const uint8_t other_hash[HASH_BYTES] = {1, 2, 4};
    char receipt[RECEIPT_SIZE];
    receipt_write(secret, "casud", &id, hash, receipt);
    cr_assert(receipt_fits(secret, "casud", &id, hash, receipt));
    cr_assert_not(receipt_fits(secret, "casud", &id, other_hash, receipt));
    cr_assert_not(receipt_fits(secret, "civis", &id, hash, receipt));
    for (size_t i = 0; i < RECEIPT_SIZE - 1; i++) {
        char changed[RECEIPT_SIZE];
        strcpy(changed, receipt);
        changed[i] = changed[i] == '0' ? '1' : '0';
        cr_assert_not(receipt_fits(secret, "casud", &id, hash, changed), "character %zu", i);
    }
}

static struct ticket a_ticket(void)
{
    struct ticket ticket = {.id = an_id(), .expires_s = 1000};
    memcpy(ticket.content_hash, hash, HASH_BYTES);
    return ticket;
}

Test(ticket, gives_back_what_was_put_in_until_it_expires)
{
    AUTO(secret) struct secret *secret = make_secret(1);
    struct ticket ticket = a_ticket();
    struct ticket read;
    char text[TICKET_SIZE];
    ticket_write(secret, "casud", &ticket, text);
    cr_assert_eq(strlen(text), TICKET_SIZE - 1);
    cr_assert(ticket_read(secret, "casud", text, strlen(text), 1000, &read));
    cr_assert_arr_eq(read.id.bytes, ticket.id.bytes, 16);
    cr_assert_arr_eq(read.content_hash, hash, HASH_BYTES);
    cr_assert_eq(read.expires_s, 1000);
    cr_assert_not(ticket_read(secret, "casud", text, strlen(text), 1001, &read));
}

Test(ticket, is_refused_when_any_character_was_changed)
{
    AUTO(secret) struct secret *secret = make_secret(1);
    struct ticket ticket = a_ticket();
    struct ticket read;
    char text[TICKET_SIZE];
    ticket_write(secret, "casud", &ticket, text);
    for (size_t i = 0; i < TICKET_SIZE - 1; i++) {
        char changed[TICKET_SIZE];
        strcpy(changed, text);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        cr_assert_not(ticket_read(secret, "casud", changed, TICKET_SIZE - 1, 0, &read),
                      "character %zu", i);
    }
}

Test(ticket, is_refused_elsewhere_and_when_it_is_no_ticket)
{
    AUTO(secret) struct secret *secret = make_secret(1);
    struct ticket ticket = a_ticket();
    struct ticket read;
    char text[TICKET_SIZE];
    ticket_write(secret, "casud", &ticket, text);
    cr_assert_not(ticket_read(secret, "civis", text, strlen(text), 0, &read));
    cr_assert_not(ticket_read(secret, "casud", text, strlen(text) - 1, 0, &read));
    cr_assert_not(ticket_read(secret, "casud", "", 0, 0, &read));
    const char zeros[TICKET_SIZE] = {0};
    cr_assert_not(ticket_read(secret, "casud", zeros, TICKET_SIZE - 1, 0, &read));
}
