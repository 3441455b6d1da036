// A row of the spool as an administrator reads it: who it is, never what it says.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/spool/spool.h"

#include <stdio.h>

// {"collectivity":1,"id":"…","hash":"32 hex digits","place":"waiting","received_at":"RFC 3339"}
void listed_write(const struct spool_listed *listed, FILE *out);
