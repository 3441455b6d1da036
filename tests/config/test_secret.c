// SPDX-License-Identifier: Apache-2.0
#include "config/secret.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef unsigned char mac_bytes[SECRET_MAC_BYTES];

static void to_hex(const unsigned char *bytes, size_t size, char *hex)
{
    for (size_t i = 0; i < size; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

static const char *const labels[SECRET_KEY_COUNT] = {"content-hash", "receipt", "ticket"};

// The oracle: OpenSSL's one-shot HMAC, itself held to RFC 4231 below.
static void one_shot(const void *key, size_t key_size, const void *bytes, size_t size,
                     mac_bytes mac)
{
    unsigned written = 0;
    cr_assert_not_null(HMAC(EVP_sha256(), key, (int)key_size, bytes, size, mac, &written));
    cr_assert_eq(written, SECRET_MAC_BYTES);
}

// What the header says, written down a second time.
static void expected(const unsigned char *secret, enum secret_key key,
                     const struct secret_part *parts, size_t count, mac_bytes mac)
{
    static unsigned char input[1 << 17];
    mac_bytes derived;
    size_t used = 0;
    one_shot(secret, SECRET_BYTES, labels[key], strlen(labels[key]), derived);
    for (size_t i = 0; i < count; i++) {
        size_t size = parts[i].size;
        for (int shift = 24; shift >= 0; shift -= 8)
            input[used++] = (unsigned char)(size >> shift);
        memcpy(input + used, parts[i].bytes, size);
        used += size;
    }
    one_shot(derived, sizeof derived, input, used, mac);
}

static void count_up(unsigned char secret[SECRET_BYTES])
{
    for (int i = 0; i < SECRET_BYTES; i++)
        secret[i] = (unsigned char)i;
}

// RFC 4231, test cases 1, 2, 3 and 4: the keys are shorter than a block.
Test(secret, is_tested_with_an_hmac_that_meets_rfc_4231)
{
    unsigned char key[32];
    unsigned char data[50];
    mac_bytes mac;
    char hex[65];
    memset(key, 0x0b, 20);
    one_shot(key, 20, "Hi There", 8, mac);
    to_hex(mac, sizeof mac, hex);
    cr_assert_str_eq(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    one_shot("Jefe", 4, "what do ya want for nothing?", 28, mac);
    to_hex(mac, sizeof mac, hex);
    cr_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, 20);
    memset(data, 0xdd, 50);
    one_shot(key, 20, data, 50, mac);
    to_hex(mac, sizeof mac, hex);
    cr_assert_str_eq(hex, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    for (int i = 0; i < 25; i++)
        key[i] = (unsigned char)(i + 1);
    memset(data, 0xcd, 50);
    one_shot(key, 25, data, 50, mac);
    to_hex(mac, sizeof mac, hex);
    cr_assert_str_eq(hex, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

// Made with Python's hmac module.
Test(secret, gives_the_values_of_another_implementation)
{
    static const char *const wanted[SECRET_KEY_COUNT][2] = {
        {"3e50d6890c2003b3c55402440e207782c409fca1f2772f1659255728442decc9",
         "3ed95c40cfbd98176b26b4bc4da7759a3a61727f11ab8e577137882bc4e2e3ca"},
        {"ee93c7f34023584593023f8201d4185271f02658a995554c5c2509abe2711a0a",
         "0530feceb653b596da2e3428a87d6e938eb58a67ef3e72d8e69501e7e2ab8048"},
        {"163bbbd9fcf4d6a4c1feb79c111585e7b3e2fe5a520824569d6df81b395138b8",
         "600cc1d61c95117012e73b8afc6e2ba80b480678259c9357683c4c46cedae75e"},
    };
    const struct secret_part parts[] = {{"casud", 5}, {"\x00\x01", 2}, {"{}", 2}};
    unsigned char bytes[SECRET_BYTES];
    count_up(bytes);
    AUTO(secret) struct secret *secret = secret_create(bytes);
    for (int key = 0; key < SECRET_KEY_COUNT; key++) {
        for (int empty = 0; empty < 2; empty++) {
            mac_bytes mac;
            char hex[65];
            secret_mac(secret, (enum secret_key)key, parts, empty ? 0 : 3, mac);
            to_hex(mac, sizeof mac, hex);
            cr_assert_str_eq(hex, wanted[key][empty], "%s", labels[key]);
        }
    }
}

Test(secret, gives_the_same_again_whatever_was_asked_between)
{
    static char large[70000];
    const struct secret_part rows[][2] = {
        {{"", 0}, {"", 0}},        {{"a", 1}, {"bc", 2}},     {{"ab", 2}, {"c", 1}},
        {{large, 65536}, {"", 0}}, {{"", 0}, {large, 65536}}, {{"\0\0\0\0", 4}, {"\0", 1}},
    };
    unsigned char bytes[SECRET_BYTES] = "Jefe"; // a key shorter than a block is filled with zeros
    AUTO(secret) struct secret *secret = secret_create(bytes);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            for (int key = 0; key < SECRET_KEY_COUNT; key++) {
                mac_bytes mac;
                mac_bytes wanted;
                secret_mac(secret, (enum secret_key)key, rows[i], 2, mac);
                expected(bytes, (enum secret_key)key, rows[i], 2, wanted);
                cr_assert_eq(memcmp(mac, wanted, sizeof mac), 0, "row %zu, %s", i, labels[key]);
            }
        }
    }
}

Test(secret, tells_lists_of_parts_apart)
{
    const struct secret_part lists[][3] = {
        {{"ab", 2}, {"c", 1}, {"", 0}},
        {{"a", 1}, {"bc", 2}, {"", 0}},
        {{"abc", 3}, {"", 0}, {"", 0}},
        {{"", 0}, {"abc", 3}, {"", 0}},
    };
    const size_t count = sizeof lists / sizeof *lists;
    mac_bytes macs[8];
    unsigned char bytes[SECRET_BYTES] = {1};
    AUTO(secret) struct secret *secret = secret_create(bytes);
    for (size_t i = 0; i < count; i++) {
        secret_mac(secret, SECRET_RECEIPT, lists[i], 3, macs[i]);
        secret_mac(secret, SECRET_RECEIPT, lists[i], 2, macs[count + i]);
    }
    for (size_t i = 0; i < 2 * count; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(memcmp(macs[i], macs[j], sizeof macs[i]), 0, "%zu and %zu", i, j);
}

static char directory[64];

static void make_directory(void)
{
    strcpy(directory, "/tmp/recueil-secret-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static void remove_directory(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/secret", directory);
    unlink(path);
    rmdir(directory);
}

static struct secret *load(const void *bytes, size_t size, mode_t mode, struct error *error)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/secret", directory);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
    cr_assert_eq(chmod(path, mode), 0);
    return secret_load(path, error);
}

Test(secret, loads_32_bytes_that_only_the_owner_and_group_can_read, .init = make_directory,
     .fini = remove_directory)
{
    static const mode_t modes[] = {0600, 0400, 0640, 0440};
    unsigned char bytes[SECRET_BYTES];
    mac_bytes wanted;
    count_up(bytes);
    expected(bytes, SECRET_TICKET, NULL, 0, wanted);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct error error = {0};
        mac_bytes mac;
        AUTO(secret) struct secret *secret = load(bytes, SECRET_BYTES, modes[i], &error);
        cr_assert_not_null(secret, "%o: %s", modes[i], error.message);
        secret_mac(secret, SECRET_TICKET, NULL, 0, mac);
        cr_assert_eq(memcmp(mac, wanted, sizeof mac), 0);
        char path[128];
        snprintf(path, sizeof path, "%s/secret", directory);
        unlink(path);
    }
}

Test(secret, refuses_files_that_are_no_secret, .init = make_directory, .fini = remove_directory)
{
    static const struct {
        size_t size;
        mode_t mode;
        const char *says;
    } rows[] = {
        {0, 0600, "32"},     {31, 0600, "32"},    {33, 0600, "32"},
        {32, 0644, "chmod"}, {32, 0604, "chmod"}, {32, 0606, "chmod"},
    };
    static const unsigned char bytes[64] = {7};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = {0};
        cr_assert_null(load(bytes, rows[i].size, rows[i].mode, &error), "row %zu", i);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT, "row %zu", i);
        cr_assert(strstr(error.message, directory) != NULL, "names the file: %s", error.message);
        cr_assert(strstr(error.message, rows[i].says) != NULL, "%s", error.message);
    }
}

Test(secret, names_a_file_that_is_missing_or_a_directory, .init = make_directory,
     .fini = remove_directory)
{
    struct error missing = {0};
    struct error other = {0};
    cr_assert_null(secret_load("/nonexistent/recueil/secret", &missing));
    cr_assert_eq(missing.kind, ERROR_BAD_INPUT);
    cr_assert(strstr(missing.message, "/nonexistent/recueil/secret") != NULL);
    cr_assert_null(secret_load(directory, &other));
    cr_assert_eq(other.kind, ERROR_BAD_INPUT);
}

Test(secret, compares_all_bytes_asked_for_and_no_more)
{
    cr_assert(secret_equal("abcd", "abcd", 4));
    cr_assert(secret_equal("abcX", "abcY", 3));
    cr_assert(secret_equal("a", "b", 0));
    cr_assert_not(secret_equal("abcd", "abce", 4));
    cr_assert_not(secret_equal("Xbcd", "abcd", 4));
    cr_assert_not(secret_equal("a\0b", "a\0c", 3));
}

// FIPS 180-2, appendix B.
Test(secret, digests_with_sha_256)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char digest[32];
        char hex[65];
        secret_digest(rows[i].text, strlen(rows[i].text), digest);
        to_hex(digest, sizeof digest, hex);
        cr_assert_str_eq(hex, rows[i].hex);
    }
}

Test(secret, is_destroyed_when_there_is_none)
{
    secret_destroy(NULL);
}
