// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/generation.h"

#include "daemon/spool/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What SQLite is told. `key` is for look-ups: draining does without it, and compares the counts.
static const char schema[] =
    "PRAGMA page_size=4096; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL;"
    "BEGIN;"
    "CREATE TABLE submission (position INTEGER PRIMARY KEY, record BLOB NOT NULL);"
    "CREATE TABLE key (collectivity_id INTEGER NOT NULL, id BLOB NOT NULL, position INTEGER NOT "
    "NULL, PRIMARY KEY (collectivity_id, id, position)) WITHOUT ROWID;"
    "COMMIT;"
    "PRAGMA journal_mode=WAL;";

// EXCLUSIVE: without a -shm, which could not be made on a full disk.
static const char session[] =
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
    "PRAGMA cache_size=-256; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
    "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;";

static const char *const statement_texts[GENERATION_STATEMENT_COUNT] = {
    [GENERATION_BEGIN] = "BEGIN IMMEDIATE",
    [GENERATION_COMMIT] = "COMMIT",
    [GENERATION_INSERT_ROW] = "INSERT INTO submission (position, record) VALUES (?1, ?2)",
    [GENERATION_INSERT_KEY] = "INSERT INTO key (collectivity_id, id, position) VALUES (?1, ?2, ?3)",
    [GENERATION_READ_ROW] = "SELECT record FROM submission WHERE position = ?1",
    [GENERATION_FIND_KEY] =
        "SELECT min(position) FROM key WHERE collectivity_id=?1 AND id=?2 AND position>?3",
    [GENERATION_LAST_POSITION] = "SELECT max(position) FROM submission",
    [GENERATION_COUNT_KEYS] = "SELECT count(*) FROM key",
};

// -- Beginning and end --

struct generation *generation_adopt(const char *path, int64_t number)
{
    struct generation *generation = memory_allocate(sizeof *generation);
    generation->number = number;
    generation->path = memory_copy_text(path);
    generation->bytes = directory_bytes(path);
    return generation;
}

void generation_close(struct generation *generation)
{
    for (int i = 0; i < GENERATION_STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(generation->statements[i]);
        generation->statements[i] = NULL;
    }
    (void)sqlite3_close(generation->database);
    generation->database = NULL;
}

void generation_destroy(struct generation *generation)
{
    if (generation == NULL)
        return;
    generation_close(generation);
    salvage_destroy(generation->salvage);
    free(generation->path);
    free(generation);
}

bool generation_give_up(struct generation *generation, const char *damage)
{
    generation_close(generation);
    generation->writable = false;
    struct salvage *salvage = salvage_create(generation->path);
    if (salvage == NULL)
        return false;
    int64_t known =
        generation->last > generation->promised ? generation->last : generation->promised;
    salvage_destroy(generation->salvage);
    generation->salvage = salvage;
    generation->last = salvage_last(salvage);
    int64_t reading = salvage_behind(salvage, 0);
    generation->lost = known > reading ? known - reading : 0;
    generation->known = true;
    (void)snprintf(generation->damage, sizeof generation->damage, "%s", damage);
    return true;
}

// -- Errors --

// Is this error of reading one that passes, and no damage?
static bool may_pass(const struct generation *generation, int code)
{
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_FULL:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return true;
    case SQLITE_CANTOPEN:
        return sqlite3_system_errno(generation->database) != ENOENT;
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM || code == SQLITE_IOERR_LOCK;
    default:
        return false;
    }
}

// After an error of reading: true when the generation is damaged and reads on without SQLite.
static bool turn_to_salvage(struct generation *generation, int code)
{
    if (generation->database == NULL || may_pass(generation, code)) {
        generation_close(generation);
        return false;
    }
    return generation_give_up(generation, sqlite3_errstr(code));
}

// Why the last operation on the file or on its log failed: SQLite asks for errno late, when other
// calls have changed it, but each file remembers its own.
static int errno_of(struct sqlite3 *database)
{
    int failure = 0;
    sqlite3_file *log = NULL;
    (void)sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &failure);
    if (failure == 0 &&
        sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
        log != NULL && log->pMethods != NULL)
        (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &failure);
    return failure != 0 ? failure : sqlite3_system_errno(database);
}

static enum spool_result result_of(struct generation *generation, int code)
{
    int failure = errno_of(generation->database);
    (void)snprintf(generation->failure, sizeof generation->failure, "%s: %s", sqlite3_errstr(code),
                   failure == 0 ? "no system error" : strerror(failure));
    return (code & 0xFF) == SQLITE_FULL || failure == ENOSPC || failure == EDQUOT ? SPOOL_FULL
                                                                                  : SPOOL_FAILED;
}

// -- Opening --

static int connect_to(struct generation *generation, const char *path)
{
    int code = sqlite3_open_v2(path, &generation->database,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (generation->database == NULL)
        return SQLITE_NOMEM;
    (void)sqlite3_extended_result_codes(generation->database, 1);
    (void)sqlite3_limit(generation->database, SQLITE_LIMIT_LENGTH, RECORD_BYTES_LIMIT + PAGE_BYTES);
    return code;
}

static int start_session(struct generation *generation)
{
    int code = connect_to(generation, generation->path);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(generation->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(generation->database, session, NULL, NULL, NULL);
    return code;
}

static struct sqlite3_stmt *prepared(struct generation *generation, enum generation_statement which)
{
    if (generation->statements[which] == NULL)
        (void)sqlite3_prepare_v3(generation->database, statement_texts[which], -1,
                                 SQLITE_PREPARE_PERSISTENT, &generation->statements[which], NULL);
    return generation->statements[which]; // NULL when it could not be: every use of it then fails
}

// The one number that a statement gives; parameters are bound.
static int read_number(struct generation *generation, enum generation_statement which,
                       int64_t *number)
{
    struct sqlite3_stmt *statement = prepared(generation, which);
    if (statement == NULL)
        return sqlite3_extended_errcode(generation->database);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    int ended = sqlite3_reset(statement);
    return code == SQLITE_ROW ? SQLITE_OK : ended;
}

// SQLite deletes the log of a file that is empty: none of these is shown to it.
static const char *damage_without_sqlite(const struct generation *generation, bool *withheld)
{
    struct stat status;
    char *log_path = directory_path_log(generation->path);
    enum log_state log = log_check(log_path);
    free(log_path);
    *withheld = log == LOG_IS_WITHHELD;
    if (log == LOG_IS_BROKEN)
        return "its -wal does not read to its end";
    if (stat(generation->path, &status) != 0)
        return errno == ENOENT ? "there is only its -wal" : NULL;
    if (status.st_size < PAGE_BYTES)
        return "it is shorter than a page";
    return NULL;
}

static bool open_checked(struct generation *generation)
{
    int64_t last = 0;
    int code = start_session(generation);
    if (code == SQLITE_OK)
        code = read_number(generation, GENERATION_LAST_POSITION, &last);
    if (code != SQLITE_OK)
        return turn_to_salvage(generation, code);
    if (last < generation->promised)
        return generation_give_up(generation, "rows that were written are missing");
    generation->last = last;
    generation->known = true;
    return true;
}

bool generation_open(struct generation *generation)
{
    bool withheld = false;
    if (generation->database != NULL || generation->salvage != NULL)
        return true;
    if (!generation->checked) {
        const char *damage = damage_without_sqlite(generation, &withheld);
        if (damage != NULL)
            return generation_give_up(generation, damage);
        if (withheld)
            return false;
        generation->checked = true;
    }
    return open_checked(generation);
}

// -- Making --

// Made with its mode, which SQLite gives to the log as well.
static bool make_file(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return file >= 0 && close(file) == 0;
}

// Under the other name: what has the name of a generation has all that a generation needs.
static bool make_schema(const char *path)
{
    struct generation made = {0};
    char *log_path = directory_path_log(path);
    int code = connect_to(&made, path);
    if (code == SQLITE_OK)
        code = sqlite3_exec(made.database, schema, NULL, NULL, NULL);
    int failure = made.database == NULL ? ENOMEM : errno_of(made.database);
    generation_close(&made);
    if (code == SQLITE_OK &&
        access(log_path, F_OK) == 0) { // closing has not emptied and removed it
        (void)unlink(log_path);
        code = SQLITE_IOERR;
    }
    free(log_path);
    errno = (code & 0xFF) == SQLITE_FULL ? ENOSPC : failure != 0 ? failure : EIO;
    return code == SQLITE_OK;
}

struct generation *generation_create(const char *directory, enum directory_place place,
                                     int64_t number)
{
    char *made = directory_path_new(directory, place, number);
    char *path = directory_path(directory, place, number);
    struct generation *generation = NULL;
    if (!make_file(made) || !make_schema(made)) {
        int failure = errno;
        (void)unlink(made);
        errno = failure;
    } else if (directory_admit(directory, place, number)) {
        generation = generation_adopt(path, number);
        generation->writable = true;
        generation->vouched = true;
        generation->checked = true;
        generation->known = true;
    }
    int failure = errno;
    free(made);
    free(path);
    errno = failure;
    return generation;
}

// -- Writing --

static int run(struct generation *generation, enum generation_statement which)
{
    struct sqlite3_stmt *statement = prepared(generation, which);
    if (statement == NULL)
        return sqlite3_extended_errcode(generation->database);
    int code = sqlite3_step(statement);
    int ended = sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : ended;
}

static int insert_row(struct generation *generation, int64_t position, const struct record *record,
                      const struct submission *row)
{
    struct sqlite3_stmt *insert_row = prepared(generation, GENERATION_INSERT_ROW);
    struct sqlite3_stmt *insert_key = prepared(generation, GENERATION_INSERT_KEY);
    if (insert_row == NULL || insert_key == NULL)
        return sqlite3_extended_errcode(generation->database);
    (void)sqlite3_bind_int64(insert_row, 1, position);
    (void)sqlite3_bind_blob(insert_row, 2, record->bytes, (int)record->size, SQLITE_STATIC);
    int code = run(generation, GENERATION_INSERT_ROW);
    (void)sqlite3_bind_int(insert_key, 1, row->collectivity_id);
    (void)sqlite3_bind_blob(insert_key, 2, &row->id, sizeof row->id, SQLITE_STATIC);
    (void)sqlite3_bind_int64(insert_key, 3, position);
    if (code == SQLITE_OK)
        code = run(generation, GENERATION_INSERT_KEY);
    (void)sqlite3_clear_bindings(insert_row);
    (void)sqlite3_clear_bindings(insert_key);
    return code;
}

static int insert_rows(struct generation *generation, const struct submission *const rows[],
                       size_t count)
{
    struct record record = {0};
    int code = run(generation, GENERATION_BEGIN);
    for (size_t i = 0; code == SQLITE_OK && i < count; i++) {
        int64_t position = generation->last + 1 + (int64_t)i;
        record_write(&record, position, rows[i]);
        code = insert_row(generation, position, &record, rows[i]);
    }
    record_clear(&record);
    return code == SQLITE_OK ? run(generation, GENERATION_COMMIT) : code;
}

static int limit_pages(struct generation *generation, int64_t page_limit)
{
    char text[64];
    int64_t most = page_limit > INT32_MAX ? INT32_MAX : page_limit;
    (void)snprintf(text, sizeof text, "PRAGMA max_page_count=%" PRId64, most < 1 ? 1 : most);
    return sqlite3_exec(generation->database, text, NULL, NULL, NULL);
}

// Whatever stands in the log by now is looked at again before it is believed.
void generation_seal(struct generation *generation)
{
    generation_close(generation);
    generation->writable = false;
    generation->bytes = directory_bytes(generation->path);
}

enum spool_result generation_write(struct generation *generation,
                                   const struct submission *const rows[], size_t count,
                                   int64_t page_limit)
{
    if (!generation_open(generation) || generation->salvage != NULL) {
        (void)snprintf(generation->failure, sizeof generation->failure, "it no longer opens");
        generation_seal(generation);
        return SPOOL_FAILED;
    }
    int code = limit_pages(generation, page_limit);
    if (code == SQLITE_OK)
        code = insert_rows(generation, rows, count);
    if (code != SQLITE_OK) {
        enum spool_result result = result_of(generation, code);
        generation->checked = false;
        generation_seal(generation);
        return result;
    }
    generation->last += (int64_t)count;
    generation->promised = generation->last;
    generation->bytes = directory_bytes(generation->path);
    return SPOOL_WRITTEN;
}

bool generation_compact(struct generation *generation)
{
    if (generation->database == NULL)
        return false;
    int code = sqlite3_wal_checkpoint_v2(generation->database, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                         NULL, NULL);
    generation->bytes = directory_bytes(generation->path);
    if (code != SQLITE_OK) {
        generation->checked = false;
        generation_seal(generation);
    }
    return code == SQLITE_OK;
}

// -- Reading --

// The record at a position, copied; SQLITE_CORRUPT where it is missing or does not read.
static int read_row(struct generation *generation, int64_t position, struct record *record,
                    struct submission *row)
{
    int64_t written_at = 0;
    struct sqlite3_stmt *statement = prepared(generation, GENERATION_READ_ROW);
    if (statement == NULL)
        return sqlite3_extended_errcode(generation->database);
    (void)sqlite3_bind_int64(statement, 1, position);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const void *bytes = sqlite3_column_blob(statement, 0);
        record_copy(record, bytes, (size_t)sqlite3_column_bytes(statement, 0));
    }
    int ended = sqlite3_reset(statement);
    if (code != SQLITE_ROW && ended != SQLITE_OK)
        return ended;
    if (code != SQLITE_ROW || !record_read(record->bytes, record->size, &written_at, row) ||
        written_at != position)
        return SQLITE_CORRUPT;
    return SQLITE_OK;
}

enum generation_reading generation_read(struct generation *generation, int64_t behind,
                                        int64_t *position, struct record *record,
                                        struct submission *row)
{
    if (generation->known && behind >= generation->last)
        return GENERATION_END;
    if (!generation_open(generation))
        return GENERATION_LATER;
    if (generation->salvage == NULL) {
        if (behind >= generation->last)
            return GENERATION_END;
        *position = behind + 1;
        int code = read_row(generation, *position, record, row);
        if (code == SQLITE_OK)
            return GENERATION_ROW;
        if (!turn_to_salvage(generation, code))
            return GENERATION_LATER;
    }
    *position = salvage_read(generation->salvage, behind, record, row);
    if (*position == SALVAGE_WITHHELD)
        return GENERATION_LATER;
    return *position == 0 ? GENERATION_END : GENERATION_ROW;
}

bool generation_is_whole(struct generation *generation)
{
    int64_t keys = 0;
    int64_t last = 0;
    if (!generation_open(generation) || generation->salvage != NULL)
        return false;
    int code = read_number(generation, GENERATION_COUNT_KEYS, &keys);
    if (code == SQLITE_OK)
        code = read_number(generation, GENERATION_LAST_POSITION, &last);
    if (code != SQLITE_OK)
        (void)turn_to_salvage(generation, code);
    else if (keys != generation->last || last != generation->last)
        (void)generation_give_up(generation, "its index counts other rows than it has");
    return code == SQLITE_OK && generation->salvage == NULL && generation->database != NULL;
}

// -- Finding --

static int find_position(struct generation *generation, const struct submission *row,
                         int64_t *position)
{
    struct sqlite3_stmt *statement = prepared(generation, GENERATION_FIND_KEY);
    if (statement == NULL)
        return sqlite3_extended_errcode(generation->database);
    (void)sqlite3_bind_int(statement, 1, row->collectivity_id);
    (void)sqlite3_bind_blob(statement, 2, &row->id, sizeof row->id, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 3, generation->confirmed);
    return read_number(generation, GENERATION_FIND_KEY, position);
}

enum spool_found generation_find(struct generation *generation, const struct submission *row)
{
    struct record record = {0};
    struct submission found;
    int64_t position = 0;
    if (!generation_open(generation))
        return SPOOL_ABSENT;
    if (generation->salvage == NULL) {
        int code = find_position(generation, row, &position);
        if (code == SQLITE_OK && position > 0)
            code = read_row(generation, position, &record, &found);
        if (code == SQLITE_OK && position > 0 && !record_same_key(&found, row))
            code = SQLITE_CORRUPT;
        if (code != SQLITE_OK && !turn_to_salvage(generation, code))
            position = 0;
    }
    if (generation->salvage != NULL)
        position = salvage_find(generation->salvage, generation->confirmed, row, &record, &found);
    enum spool_found result = SPOOL_ABSENT;
    if (position > 0 && memcmp(found.content_hash, row->content_hash, HASH_BYTES) != 0)
        result = SPOOL_OTHER;
    else if (position > 0 && position <= generation->promised)
        result = SPOOL_SAME;
    record_clear(&record);
    return result;
}

int64_t generation_waiting(const struct generation *generation)
{
    if (generation->salvage != NULL)
        return salvage_behind(generation->salvage, generation->confirmed);
    return generation->last - generation->confirmed;
}
