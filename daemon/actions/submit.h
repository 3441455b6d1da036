// How the verdicts of the intake and the results of the store become statuses: shared by the three
// ways in (JSON, form, bulk).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/intake/submission_body.h"
#include "daemon/metrics/metrics.h"
#include "daemon/pages/problem.h"
#include "daemon/store/store.h"

enum problem submit_verdict_problem(enum intake_verdict verdict);         // not of INTAKE_FITS
enum metrics_outcome submit_verdict_outcome(enum intake_verdict verdict); // the same
int submit_result_status(enum store_result result);
enum problem submit_result_problem(enum store_result result); // PROBLEM_COUNT: none

// Counts the verdict and replies with its problem.
// Replies 429 and returns true when the address from which this comes has to wait; else counts it.
MUST_USE bool submit_slows_down(struct exchange *exchange);

// Replies with the problem of this verdict.
void submit_refuse(struct exchange *exchange, enum intake_verdict verdict, bool has_id,
                   const struct uuid *id, const struct refusals *refusals);
