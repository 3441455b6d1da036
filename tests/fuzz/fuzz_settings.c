// Any bytes as recueil.conf: either settings within the bounds of their table, which can be printed
// without the secret, or an error that names the file.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/network.h"
#include "config/settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_BYTES = 40 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const char *text_of(const struct settings *settings, const struct setting *setting)
{
    return *(char *const *)(const void *)((const char *)settings + setting->offset);
}

static void check_setting(const struct settings *settings, const struct setting *setting)
{
    const void *at = (const char *)settings + setting->offset;
    int32_t number;
    switch (setting->kind) {
    case SETTING_NUMBER:
    case SETTING_DURATION:
        memcpy(&number, at, sizeof number);
        require(number >= setting->least && number <= setting->most);
        break;
    case SETTING_WORD:
        require(strstr(setting->words, text_of(settings, setting)) != NULL);
        break;
    case SETTING_TEXT:
    case SETTING_SECRET:
        require(text_of(settings, setting) != NULL);
        break;
    default:
        break;
    }
}

static void check_accepted(const struct settings *settings)
{
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++)
        check_setting(settings, &table[i]);
    for (size_t i = 0; i < settings->trusted_proxies.count; i++)
        require(network_is_prefix(settings->trusted_proxies.items[i]));
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    require(out != NULL);
    settings_print(settings, out);
    require(fclose(out) == 0 && strstr(printed, "(hidden)") != NULL);
    free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("recueil.conf", MFD_CLOEXEC);
    char path[PATH_BYTES];
    struct error error = {0};
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    AUTO(settings) struct settings *settings = settings_load(path, &error);
    (void)close(fd);
    require((settings == NULL) == (error.kind != ERROR_NONE));
    if (settings != NULL)
        check_accepted(settings);
    else
        require(error.kind == ERROR_BAD_INPUT && strstr(error.message, path) != NULL);
    return 0;
}
