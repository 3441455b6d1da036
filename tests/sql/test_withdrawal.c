// SPDX-License-Identifier: Apache-2.0
#include "sql/withdrawal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const uint8_t hashes[2][HASH_BYTES] = {{1, 2, 3, 0xAB}, {9, 8, 7, 0xCD}};
static char texts[2][CONTENT_HASH_TEXT_SIZE];
static struct secret *secret;

static void set_up(void)
{
    const unsigned char bytes[SECRET_BYTES] = {7};
    secret = secret_create(bytes);
    for (size_t h = 0; h < 2; h++)
        for (size_t i = 0; i < HASH_BYTES; i++)
            snprintf(texts[h] + 2 * i, 3, "%02x", hashes[h][i]);
}

static void tear_down(void)
{
    secret_destroy(secret);
}

TestSuite(withdrawal, .init = set_up, .fini = tear_down);

// With the receipt of the first content.
static struct withdrawal_claim a_claim(void)
{
    struct withdrawal_claim claim = {.collectivity = "casud"};
    cr_assert(uuid_parse("8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55", 36, &claim.id));
    receipt_write(secret, "casud", &claim.id, hashes[0], claim.receipt);
    return claim;
}

Test(withdrawal, knows_nothing_before_the_first_row)
{
    cr_assert_eq(a_claim().standing, WITHDRAWAL_UNKNOWN);
}

Test(withdrawal, finds_the_content_that_the_receipt_was_made_for)
{
    static const struct {
        const char *word;
        enum withdrawal_standing standing;
    } rows[] = {{"there", WITHDRAWAL_THERE},
                {"withdrawn", WITHDRAWAL_BEFORE},
                {"sealed", WITHDRAWAL_ANONYMISED}};
    for (size_t i = 0; i < 3; i++) {
        struct withdrawal_claim claim = a_claim();
        withdrawal_weigh(&claim, secret, texts[0], rows[i].word);
        cr_assert_eq(claim.standing, rows[i].standing, "%s", rows[i].word);
        cr_assert_str_eq(claim.hash, texts[0]);
    }
}

Test(withdrawal, says_of_a_wrong_receipt_only_that_it_is_wrong)
{
    static const char *const words[] = {"there", "withdrawn", "sealed"};
    for (size_t i = 0; i < 3; i++) {
        struct withdrawal_claim claim = a_claim();
        withdrawal_weigh(&claim, secret, texts[1], words[i]);
        cr_assert_eq(claim.standing, WITHDRAWAL_WRONG, "%s", words[i]);
        cr_assert_str_eq(claim.hash, "");
    }
}

Test(withdrawal, looks_at_every_content_under_the_id)
{
    struct withdrawal_claim claim = a_claim();
    withdrawal_weigh(&claim, secret, texts[1], "there");
    withdrawal_weigh(&claim, secret, texts[0], "there");
    cr_assert_eq(claim.standing, WITHDRAWAL_THERE);
    cr_assert_str_eq(claim.hash, texts[0]);
    withdrawal_weigh(&claim, secret, texts[1], "there");
    cr_assert_eq(claim.standing, WITHDRAWAL_THERE);
    cr_assert_str_eq(claim.hash, texts[0]);
}

Test(withdrawal, goes_on_where_one_of_two_copies_is_still_there)
{
    struct withdrawal_claim claim = a_claim();
    withdrawal_weigh(&claim, secret, texts[0], "there");
    withdrawal_weigh(&claim, secret, texts[0], "withdrawn");
    cr_assert_eq(claim.standing, WITHDRAWAL_THERE);
}

Test(withdrawal, takes_no_row_that_it_does_not_understand_for_the_right_one)
{
    static const char *const rows[][2] = {
        {"", "there"},
        {"0102", "there"},
        {"0102030405060708090a0b0c0d0e0fzz", "there"},
        {"010203AB000000000000000000000000", "there"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct withdrawal_claim claim = a_claim();
        withdrawal_weigh(&claim, secret, rows[i][0], rows[i][1]);
        cr_assert_eq(claim.standing, WITHDRAWAL_WRONG, "%s", rows[i][0]);
    }
    struct withdrawal_claim claim = a_claim();
    withdrawal_weigh(&claim, secret, texts[0], "elsewhere");
    cr_assert_eq(claim.standing, WITHDRAWAL_WRONG);
}
