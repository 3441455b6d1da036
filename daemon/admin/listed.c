// SPDX-License-Identifier: Apache-2.0
#include "daemon/admin/listed.h"

#include "config/calendar.h"

static const char *const places[] = {[SPOOL_WAITING] = "waiting", [SPOOL_DAMAGED] = "damaged"};

void listed_write(const struct spool_listed *listed, FILE *out)
{
    char id[UUID_TEXT_SIZE];
    char received[INSTANT_TEXT_SIZE];
    uuid_write(&listed->id, id);
    instant_write(listed->received_at_us, received);
    (void)fprintf(out, "{\"collectivity\":%d,\"id\":\"%s\",\"hash\":\"", listed->collectivity_id,
                  id);
    for (size_t i = 0; i < HASH_BYTES; i++)
        (void)fprintf(out, "%02x", listed->content_hash[i]);
    (void)fprintf(out, "\",\"place\":\"%s\",\"received_at\":\"%s\"}", places[listed->place],
                  received);
}
