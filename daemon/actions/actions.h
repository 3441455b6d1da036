// The actions of the route table, one file each. Each ends with exactly one reply.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

struct exchange;

void health_live(struct exchange *exchange); // health.c
void health_ready(struct exchange *exchange);
void list_surveys(struct exchange *exchange);    // list_surveys.c
void show_survey(struct exchange *exchange);     // show_survey.c
void show_procedures(struct exchange *exchange); // show_procedures.c
void submit(struct exchange *exchange);          // submit.c
void submit_bulk(struct exchange *exchange);     // submit_bulk.c
void withdraw(struct exchange *exchange);        // withdraw.c
void show_list(struct exchange *exchange);       // show_list.c
void show_list_slash(struct exchange *exchange);
void show_root(struct exchange *exchange);
void show_form(struct exchange *exchange);   // show_form.c
void submit_form(struct exchange *exchange); // submit_form.c
void show_thanks(struct exchange *exchange); // show_thanks.c
void show_style(struct exchange *exchange);  // show_style.c
void show_survey_style(struct exchange *exchange);
void show_logo(struct exchange *exchange); // show_logo.c
