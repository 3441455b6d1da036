// What the files of this folder share: everything that lives as long as the process.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/acknowledged.h"
#include "daemon/actions/service.h"
#include "daemon/admin/admin.h"
#include "daemon/notify/notify.h"

#include <event2/event.h>

enum { SIGNALS = 3 };

struct daemon {
    struct settings *settings; // always at the same address: a reload exchanges values in it
    const char *path;
    struct event_base *base;
    struct service service;
    struct acknowledged *acknowledged;
    struct admin *admin;
    struct notify *notify;
    struct event *signals[SIGNALS];
    struct event *last_replies; // the loop ends when it fires
};

// signals.c
void signals_catch(struct daemon *daemon);
void signals_release(struct daemon *daemon);

// reload.c: reads the settings again, wholly, or keeps those in use. False: kept.
bool reload_settings(struct daemon *daemon);

// limits.c: what the settings say, as those who follow it want it.
void limits_set_log_level(const struct settings *settings);
struct spool_limits limits_of_spool(const struct settings *settings);
// How many of the wanted connections the descriptors leave room for.
long limits_of_connections(const struct settings *settings);

// lifecycle.c: what systemctl status shows.
void lifecycle_tell_ready(struct daemon *daemon);
