// The memory in which jansson reads a request: one block of fixed size, given back whole. It bounds
// what any body can make the daemon allocate, costs no malloc, and is where tests fail allocations.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

enum { JSON_ARENA_BYTES = 1024 * 1024 };

// Once, at start, before any other use of jansson: takes over its allocation functions. Outside
// json_arena_begin() and json_arena_end() they are those of the rest: without memory the process
// ends, so that nothing made by jansson is NULL for want of it.
void json_arena_install(void);

// Between these two, everything that jansson makes lies in the block and must not outlive the end.
// Never nested: the daemon reads one body at a time.
void json_arena_begin(void);
void json_arena_end(void);

// Did an allocation fail since json_arena_begin() because the block was full?
bool json_arena_exhausted(void);

// Fails the nth allocation (from 1) after each json_arena_begin(); 0: none. For tests.
void json_arena_fail_at(size_t nth);
