// The actions of the administrator's route table. Each ends with exactly one reply.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

struct exchange;

void show_metrics(struct exchange *exchange); // show_metrics.c
void show_spool(struct exchange *exchange);   // show_spool.c
void show_status(struct exchange *exchange);  // show_status.c
