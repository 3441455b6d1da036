// The tables that say what a catalogue's lists hold: one row a column, from which the CSV reader,
// the JSON reader and writer and the destroyer all work. Only catalogue*.c includes this.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/catalogue.h"
#include "config/csv_table.h"

enum { FIELDS_LIMIT = 10, COMPLAINT_BYTES = 320 };

enum field_kind {
    FIELD_CODE,
    FIELD_TEXT,        // may be empty
    FIELD_LABEL,       // may not
    FIELD_TRANSLATION, // NULL when empty
    FIELD_ADDRESS,     // http:// or https://, or empty
    FIELD_COUNT,       // a whole number, or empty: NUMBER_ABSENT
    FIELD_AUDIENCES,   // words separated by |, at least one
    FIELD_CHANNELS,    // words separated by |, or empty
    FIELD_BIT,         // 0 to 62
    FIELD_NATURE,
    FIELD_ASKED, // all, external or internal
};

struct field {
    const char *name; // of the column and in JSON
    enum field_kind kind;
    size_t offset; // in the item
    bool may_lack; // the file may do without the column
};

struct catalogue_shape {
    const char *file; // "procedures.csv"
    const char *key;  // in JSON
    bool required;
    size_t item_size;
    size_t items_offset, count_offset; // in the catalogue
    size_t field_count;
    struct field fields[FIELDS_LIMIT]; // the code is among the first two
};

const struct catalogue_shape *catalogue_shape(enum catalogue_list list);

char *catalogue_items(const struct catalogue *catalogue, enum catalogue_list list); // first item
size_t catalogue_count(const struct catalogue *catalogue, enum catalogue_list list);
const char *catalogue_code(const struct catalogue *catalogue, enum catalogue_list list,
                           size_t index);

// Makes room for `count` items, all zero.
void catalogue_make_room(struct catalogue *catalogue, enum catalogue_list list, size_t count);

// Reads the text into the field of the item. Returns false with a sentence in complaint when it
// does not fit; the field then holds a value that can be destroyed.
bool field_read(const struct field *field, void *item, const char *text,
                char complaint[COMPLAINT_BYTES]);

// The other way; the caller frees it.
MUST_USE char *field_write(const struct field *field, const void *item);

// Puts the codes in order. Items of the same code then are neighbours, in their order in the list.
void catalogue_sort(struct catalogue *catalogue, enum catalogue_list list);
