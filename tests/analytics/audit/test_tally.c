// SPDX-License-Identifier: Apache-2.0
#include "analytics/audit/tally.h"

#include <criterion/criterion.h>
#include <string.h>

static struct acknowledgement record(uint8_t id, uint8_t hash)
{
    struct acknowledgement made = {0};
    made.id.bytes[15] = id;
    made.content_hash[0] = hash;
    return made;
}

static void add(struct tally *tally, uint8_t id, uint8_t hash, int32_t day)
{
    struct acknowledgement made = record(id, hash);
    tally_add(tally, &made, day);
}

static void see(struct tally *tally, uint8_t id, uint8_t hash, enum tally_place place)
{
    struct acknowledgement made = record(id, hash);
    tally_see(tally, &made, place);
}

Test(tally, of_nothing_adds_up)
{
    AUTO_TALLY struct tally tally = {0};
    tally_close(&tally);
    see(&tally, 1, 1, TALLY_STORED);
    cr_assert(tally_adds_up(&tally));
    cr_assert_eq(tally.count, 0);
}

Test(tally, counts_each_submission_once_with_its_first_day)
{
    AUTO_TALLY struct tally tally = {0};
    add(&tally, 2, 1, 20);
    add(&tally, 1, 1, 12);
    add(&tally, 1, 1, 10); // sent again, answered again
    add(&tally, 1, 1, 11);
    tally_close(&tally);
    cr_assert_eq(tally.count, 2);
    cr_assert_eq(tally.entries[0].day, 10);
    cr_assert_eq(tally.entries[1].day, 20);
}

Test(tally, misses_what_nobody_saw)
{
    AUTO_TALLY struct tally tally = {0};
    add(&tally, 1, 1, 10);
    add(&tally, 2, 2, 10);
    add(&tally, 3, 3, 10);
    tally_close(&tally);
    see(&tally, 1, 1, TALLY_STORED);
    see(&tally, 3, 3, TALLY_WAITING);
    cr_assert_not(tally_adds_up(&tally));
    cr_assert_eq(tally_count(&tally, TALLY_MISSING), 1);
    cr_assert_eq(tally_next_trouble(&tally, 0), 1);
    cr_assert_eq(tally_next_trouble(&tally, 2), 3);
}

Test(tally, adds_up_when_all_are_somewhere)
{
    static const enum tally_place good[] = {TALLY_WAITING, TALLY_QUARANTINED, TALLY_WITHDRAWN,
                                            TALLY_STORED};
    for (size_t i = 0; i < 4; i++) {
        AUTO_TALLY struct tally tally = {0};
        add(&tally, 1, 1, 10);
        tally_close(&tally);
        see(&tally, 1, 1, good[i]);
        cr_assert(tally_adds_up(&tally));
        cr_assert_eq(tally_count(&tally, good[i]), 1);
    }
}

Test(tally, takes_a_damaged_file_for_no_safe_place)
{
    AUTO_TALLY struct tally tally = {0};
    add(&tally, 1, 1, 10);
    tally_close(&tally);
    see(&tally, 1, 1, TALLY_DAMAGED);
    cr_assert_not(tally_adds_up(&tally));
    cr_assert_eq(tally_count(&tally, TALLY_MISSING), 0);
    see(&tally, 1, 1, TALLY_STORED);
    cr_assert(tally_adds_up(&tally));
}

Test(tally, takes_the_place_that_it_moved_to_in_whatever_order_it_is_seen)
{
    for (int turn = 0; turn < 2; turn++) {
        AUTO_TALLY struct tally tally = {0};
        add(&tally, 1, 1, 10);
        tally_close(&tally);
        see(&tally, 1, 1, turn == 0 ? TALLY_WAITING : TALLY_STORED);
        see(&tally, 1, 1, turn == 0 ? TALLY_STORED : TALLY_WAITING);
        cr_assert_eq(tally_count(&tally, TALLY_STORED), 1);
        cr_assert_eq(tally_count(&tally, TALLY_WAITING), 0);
    }
}

Test(tally, tells_other_content_from_nothing)
{
    AUTO_TALLY struct tally tally = {0};
    add(&tally, 1, 1, 10);
    add(&tally, 2, 2, 10);
    tally_close(&tally);
    see(&tally, 1, 9, TALLY_STORED);
    see(&tally, 2, 9, TALLY_WAITING); // says nothing of another content
    cr_assert_eq(tally_count(&tally, TALLY_REPLACED), 1);
    cr_assert_eq(tally_count(&tally, TALLY_MISSING), 1);
    cr_assert_not(tally_adds_up(&tally));
}

Test(tally, adds_up_where_two_contents_had_one_id_and_both_were_kept)
{
    AUTO_TALLY struct tally tally = {0};
    add(&tally, 1, 1, 10);
    add(&tally, 1, 2, 11);
    tally_close(&tally);
    cr_assert_eq(tally.count, 2);
    see(&tally, 1, 1, TALLY_STORED);
    cr_assert_not(tally_adds_up(&tally));
    see(&tally, 1, 2, TALLY_QUARANTINED);
    cr_assert(tally_adds_up(&tally));
}

Test(tally, ignores_what_was_never_acknowledged)
{
    AUTO_TALLY struct tally tally = {0};
    add(&tally, 5, 1, 10);
    tally_close(&tally);
    see(&tally, 4, 1, TALLY_STORED);
    see(&tally, 6, 1, TALLY_STORED);
    cr_assert_eq(tally_count(&tally, TALLY_MISSING), 1);
}

Test(tally, finds_each_of_many)
{
    enum { MANY = 200 };
    AUTO_TALLY struct tally tally = {0};
    for (uint8_t i = MANY; i > 0; i--)
        for (int again = 0; again < 10; again++)
            add(&tally, i, i, 10 + again);
    tally_close(&tally);
    cr_assert_eq(tally.count, MANY);
    for (uint8_t i = 1; i <= MANY; i++)
        see(&tally, i, i, TALLY_STORED);
    cr_assert_eq(tally_count(&tally, TALLY_STORED), MANY);
}
