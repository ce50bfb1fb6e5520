/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What tests of the pipeline share: rules from YAML, records from fields.
 *
 * Included once by each test program, behind cmocka.h.
 */

#ifndef SONDA_TESTS_ENGINE_PIPELINE_H
#define SONDA_TESTS_ENGINE_PIPELINE_H

#include <string.h>

#include "sonda/compile/compile.h"
#include "sonda/sonda.h"

/*
 * Content of Sigma YAML and a response policy, which may be NULL; every document
 * must compile.
 */
static inline sonda_content *content_with(const char *yaml, const char *policy)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_compile *compile = NULL;
    sonda_content *content = NULL;
    const void *pack = NULL;
    size_t pack_len = 0;
    sonda_error error = SONDA_ERROR_INIT;

    options.require_signature = 0;
    assert_int_equal(sonda_compile_open(&compile, NULL, NULL), SONDA_OK);
    assert_int_equal(sonda_compile_add_yaml(compile, "test.yml", yaml, strlen(yaml)), SONDA_OK);
    if (policy != NULL) {
        assert_int_equal(sonda_compile_set_policy(compile, policy, strlen(policy), NULL),
                         SONDA_OK);
    }
    assert_int_equal(sonda_compile_finish(compile, &pack, &pack_len, &error), SONDA_OK);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_REJECTED), 0);
    assert_int_equal(sonda_compile_count(compile, SONDA_COMPILE_UNMAPPED), 0);
    assert_int_equal(sonda_content_load(&content, pack, pack_len, &options, NULL, &error),
                     SONDA_OK);
    sonda_compile_close(compile);
    return content;
}

static inline sonda_content *content_of(const char *yaml)
{
    return content_with(yaml, NULL);
}

/* A record of any source around a payload. */
static inline size_t wrap_payload(
    uint8_t *record, uint16_t source, uint64_t seq, const void *payload, size_t payload_len)
{
    sonda_record_header header = {0};

    header.size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + payload_len);
    header.source = source;
    header.seq = seq;
    header.wall_ns = 1000000000;
    assert_int_equal(sonda_record_header_write(&header, record), SONDA_OK);
    memcpy(record + SONDA_RECORD_HEADER_SIZE, payload, payload_len);
    return header.size;
}

static inline size_t wrap_text(uint8_t *record, uint16_t source, uint64_t seq, const char *text)
{
    return wrap_payload(record, source, seq, text, strlen(text));
}

/* A process start on Linux as a generic record, with what may differ. */
static inline size_t launch_record(uint8_t *record,
                                   size_t room,
                                   const sonda_record_header *header,
                                   const char *image,
                                   const char *command_line)
{
    sonda_record_builder builder;
    size_t len = 0;

    (void)sonda_record_begin(&builder, record, room, header, SONDA_CLASS_PROCESS,
                             SONDA_PROCESS_LAUNCH, SONDA_PRODUCT_LINUX);
    (void)sonda_record_add(&builder, SONDA_FIELD_IMAGE, image, strlen(image));
    (void)sonda_record_add(&builder, SONDA_FIELD_COMMAND_LINE, command_line,
                           strlen(command_line));
    (void)sonda_record_add_number(&builder, SONDA_FIELD_PROCESS_ID, 11);
    (void)sonda_record_add_number(&builder, SONDA_FIELD_PROCESS_START, 2000);
    assert_int_equal(sonda_record_finish(&builder, SONDA_SOURCE_GENERIC, 0, &len), SONDA_OK);
    return len;
}

#endif
