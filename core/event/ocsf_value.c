/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One field's value as OCSF members.
 *
 * Forms exist because OCSF splits what systems write as one: a path is a file
 * object with a name, DOMAIN\name is two attributes, Sysmon's digests are an
 * array of objects.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/event/ocsf_value.h"

#include "core/event/value.h"

/* OCSF type_id of files. */
#define FILE_UNKNOWN 0u
#define FILE_REGULAR 1u
#define FILE_NAMED_PIPE 6u

/* OCSF algorithm_id of fingerprints. */
#define ALGORITHM_OTHER 99u

#define DIRECTION_INBOUND 1u
#define DIRECTION_OUTBOUND 2u

#define NS_PER_MS 1000000u

bool sonda__ocsf_value_fits(sonda__ocsf_form form, sonda__span text)
{
    sonda__digest digest;
    sonda__address address;
    uint64_t number;
    bool truth;

    switch (form) {
    case SONDA__OCSF_INTEGER:
        /* OCSF's integers are signed; larger ones stay text. */
        return sonda__value_number(text, &number) == SONDA_OK && number <= INT64_MAX;
    case SONDA__OCSF_TIME:
        return sonda__value_time(text, &number) == SONDA_OK;
    case SONDA__OCSF_BOOLEAN:
    case SONDA__OCSF_DIRECTION:
        return sonda__value_boolean(text, &truth) == SONDA_OK;
    case SONDA__OCSF_ADDRESS:
        return sonda__value_address(text, &address) == SONDA_OK;
    case SONDA__OCSF_HASHES:
        return sonda__value_next_digest(&text, &digest);
    case SONDA__OCSF_TEXT:
    case SONDA__OCSF_FILE:
    case SONDA__OCSF_PIPE:
    case SONDA__OCSF_ACCOUNT:
    case SONDA__OCSF_REGISTRY:
    default:
        return true;
    }
}

static void put_string(sonda__json_writer *json, sonda__span name, sonda__span text)
{
    sonda__json_writer_key(json, name);
    sonda__json_writer_string(json, text);
}

static void put_number(sonda__json_writer *json, sonda__span name, uint64_t number)
{
    sonda__json_writer_key(json, name);
    sonda__json_writer_unsigned(json, number);
}

static void put_integer(sonda__json_writer *json, sonda__span name, sonda__span text)
{
    uint64_t number = 0;

    (void)sonda__value_number(text, &number);
    put_number(json, name, number);
}

static void put_time(sonda__json_writer *json, sonda__span name, sonda__span text)
{
    uint64_t time_ns = 0;

    (void)sonda__value_time(text, &time_ns);
    put_number(json, name, time_ns / NS_PER_MS);
}

static bool truth_of(sonda__span text)
{
    bool truth = false;

    (void)sonda__value_boolean(text, &truth);
    return truth;
}

/* Number and caption OCSF gives an algorithm that Sysmon names. */
static uint32_t algorithm_of(sonda__span name, const char **caption)
{
    static const struct {
        const char *name;
        const char *caption;
        uint32_t id;
    } known[] = {
        {"MD5", "MD5", 1},
        {"SHA1", "SHA-1", 2},
        {"SHA256", "SHA-256", 3},
        {"SHA512", "SHA-512", 4},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (sonda__span_equal_ascii_case(name, sonda__span_text(known[i].name))) {
            *caption = known[i].caption;
            return known[i].id;
        }
    }
    return ALGORITHM_OTHER;
}

static void put_digest(sonda__json_writer *json, const sonda__digest *digest)
{
    const char *caption = NULL;
    uint32_t id = algorithm_of(digest->algorithm, &caption);

    sonda__json_writer_object_begin(json);
    sonda__json_put_string(json, "algorithm",
                           caption != NULL ? sonda__span_text(caption) : digest->algorithm);
    sonda__json_put_unsigned(json, "algorithm_id", id);
    sonda__json_put_string(json, "value", digest->hex);
    sonda__json_writer_object_end(json);
}

static void put_hashes(sonda__json_writer *json, sonda__span name, sonda__span text)
{
    sonda__digest digest;

    sonda__json_writer_key(json, name);
    sonda__json_writer_array_begin(json);
    while (sonda__value_next_digest(&text, &digest)) {
        put_digest(json, &digest);
    }
    sonda__json_writer_array_end(json);
}

static void put_file(sonda__json_writer *json, sonda__span path, uint32_t type_id)
{
    sonda__json_put_string(json, "path", path);
    sonda__json_put_string(json, "name", sonda__value_file_name(path));
    sonda__json_put_unsigned(json, "type_id", type_id);
}

void sonda__ocsf_put_file(sonda__json_writer *json, sonda__span path)
{
    bool bare = sonda__value_file_name(path).len == path.len;

    put_file(json, path, bare ? FILE_UNKNOWN : FILE_REGULAR);
}

static void
put_account(sonda__json_writer *json, sonda__span name, sonda__span text, bool alone)
{
    sonda__account account = sonda__value_account(text);

    if (account.domain.len != 0 && alone) {
        sonda__json_put_string(json, "domain", account.domain);
    }
    put_string(json, name, account.name);
}

static void
put_registry(sonda__json_writer *json, sonda__span name, sonda__span text, bool alone)
{
    put_string(json, name, alone ? sonda__value_folder(text) : text);
    if (alone) {
        sonda__json_put_string(json, "name", sonda__value_file_name(text));
    }
}

void sonda__ocsf_value_put(sonda__json_writer *json,
                           sonda__ocsf_form form,
                           sonda__span name,
                           sonda__span text,
                           bool alone)
{
    switch (form) {
    case SONDA__OCSF_INTEGER:
        put_integer(json, name, text);
        break;
    case SONDA__OCSF_TIME:
        put_time(json, name, text);
        break;
    case SONDA__OCSF_BOOLEAN:
        sonda__json_writer_key(json, name);
        sonda__json_writer_boolean(json, truth_of(text));
        break;
    case SONDA__OCSF_HASHES:
        put_hashes(json, name, text);
        break;
    case SONDA__OCSF_FILE:
        sonda__ocsf_put_file(json, text);
        break;
    case SONDA__OCSF_PIPE:
        put_file(json, text, FILE_NAMED_PIPE);
        break;
    case SONDA__OCSF_ACCOUNT:
        put_account(json, name, text, alone);
        break;
    case SONDA__OCSF_DIRECTION:
        put_number(json, name, truth_of(text) ? DIRECTION_OUTBOUND : DIRECTION_INBOUND);
        break;
    case SONDA__OCSF_REGISTRY:
        put_registry(json, name, text, alone);
        break;
    case SONDA__OCSF_TEXT:
    case SONDA__OCSF_ADDRESS:
    default:
        put_string(json, name, text);
        break;
    }
}
