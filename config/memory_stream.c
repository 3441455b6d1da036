// See memory_stream.h.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/memory_stream.h"

#include <string.h>
#include <sys/types.h>

// The FILE hands over a buffer (BUFSIZ) at a time, and realloc() moves large blocks without copying
// them: growing by what comes is cheap.
static ssize_t gather(void *cookie, const char *bytes, size_t size)
{
    struct memory_stream *stream = cookie;
    stream->text = memory_resize(stream->text, stream->size + size + 1);
    memcpy(stream->text + stream->size, bytes, size);
    stream->size += size;
    stream->text[stream->size] = '\0';
    return (ssize_t)size;
}

FILE *memory_stream_open(struct memory_stream *stream)
{
    *stream = (struct memory_stream){.text = memory_allocate(1)};
    stream->out = fopencookie(stream, "w", (cookie_io_functions_t){.write = gather});
    if (stream->out == NULL)
        memory_end();
    return stream->out;
}

void memory_stream_close(struct memory_stream *stream)
{
    (void)fclose(stream->out); // the cookie's write cannot fail
    stream->out = NULL;
}
