// SPDX-License-Identifier: Apache-2.0
#include "config/secret.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// One context a key, made once: starting it again with the key it holds costs a fifth of a new
// HMAC.
struct secret {
    EVP_MAC *hmac;
    EVP_MAC_CTX *keys[SECRET_KEY_COUNT];
};

static const char *const labels[SECRET_KEY_COUNT] = {
    [SECRET_CONTENT_HASH] = "content-hash",
    [SECRET_RECEIPT] = "receipt",
    [SECRET_TICKET] = "ticket",
};

// OpenSSL fails here only when memory is out or the library is broken: there is no way on.
static void or_abort(int done)
{
    if (done != 1)
        memory_end();
}

static EVP_MAC_CTX *start_hmac(EVP_MAC *hmac, const unsigned char *key, size_t size)
{
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
    or_abort(context != NULL && EVP_MAC_init(context, key, size, parameters));
    return context;
}

static void finish_hmac(EVP_MAC_CTX *context, unsigned char mac[SECRET_MAC_BYTES])
{
    size_t size = 0;
    or_abort(EVP_MAC_final(context, mac, &size, SECRET_MAC_BYTES));
    or_abort(size == SECRET_MAC_BYTES);
}

static EVP_MAC_CTX *derive_key(EVP_MAC *hmac, const unsigned char *secret, const char *label)
{
    unsigned char key[SECRET_MAC_BYTES];
    EVP_MAC_CTX *context = start_hmac(hmac, secret, SECRET_BYTES);
    or_abort(EVP_MAC_update(context, (const unsigned char *)label, strlen(label)));
    finish_hmac(context, key);
    EVP_MAC_CTX_free(context);
    context = start_hmac(hmac, key, sizeof key);
    OPENSSL_cleanse(key, sizeof key);
    return context;
}

struct secret *secret_create(const unsigned char bytes[SECRET_BYTES])
{
    struct secret *secret = memory_allocate(sizeof *secret);
    secret->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    or_abort(secret->hmac != NULL);
    for (int key = 0; key < SECRET_KEY_COUNT; key++)
        secret->keys[key] = derive_key(secret->hmac, bytes, labels[key]);
    return secret;
}

static bool read_secret(int fd, const char *path, unsigned char bytes[SECRET_BYTES],
                        struct error *error)
{
    struct stat state;
    if (fstat(fd, &state) != 0 || (state.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        error_set(error, ERROR_BAD_INPUT,
                  "%s can be read by others: run \"chmod 0600 %s\" (its group may read it, nobody "
                  "else)",
                  path, path);
        return false;
    }
    unsigned char more;
    if (state.st_size != SECRET_BYTES || read(fd, bytes, SECRET_BYTES) != SECRET_BYTES ||
        read(fd, &more, 1) != 0) {
        error_set(error, ERROR_BAD_INPUT,
                  "%s must hold exactly %d random bytes: restore it from your backup, or, on a new "
                  "installation only, make one with \"head -c 32 /dev/urandom\"",
                  path, SECRET_BYTES);
        return false;
    }
    return true;
}

struct secret *secret_load(const char *path, struct error *error)
{
    unsigned char bytes[SECRET_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set(error, ERROR_BAD_INPUT,
                  "%s cannot be read (%s): the setting \"secret_file\" names the file of 32 random "
                  "bytes that set-up makes",
                  path, strerror(errno));
        return NULL;
    }
    bool read = read_secret(fd, path, bytes, error);
    (void)close(fd);
    struct secret *secret = read ? secret_create(bytes) : NULL;
    OPENSSL_cleanse(bytes, sizeof bytes);
    return secret;
}

void secret_destroy(struct secret *secret)
{
    if (secret == NULL)
        return;
    for (int key = 0; key < SECRET_KEY_COUNT; key++)
        EVP_MAC_CTX_free(secret->keys[key]); // wipes the key
    EVP_MAC_free(secret->hmac);
    free(secret);
}

void secret_mac(struct secret *secret, enum secret_key key, const struct secret_part *parts,
                size_t count, unsigned char mac[SECRET_MAC_BYTES])
{
    EVP_MAC_CTX *context = secret->keys[key];
    or_abort(EVP_MAC_init(context, NULL, 0, NULL));
    for (size_t i = 0; i < count; i++) {
        uint32_t size = htonl((uint32_t)parts[i].size);
        or_abort(EVP_MAC_update(context, (const unsigned char *)&size, sizeof size));
        or_abort(EVP_MAC_update(context, parts[i].bytes, parts[i].size));
    }
    finish_hmac(context, mac);
}

bool secret_equal(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

void secret_digest(const void *bytes, size_t size, unsigned char digest[32])
{
    static EVP_MD *sha256; // fetched once: a fetch costs more than the digest of a small text
    if (sha256 == NULL)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    unsigned written = 0;
    or_abort(EVP_Digest(bytes, size, digest, &written, sha256, NULL));
}
