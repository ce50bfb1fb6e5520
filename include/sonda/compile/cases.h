/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Case files: events that a rule must match, and near-misses it must not.
 *
 * Parsing a case file gives records, ready for sonda_worker_process(), and what
 * is expected of them; running them and comparing is the caller's. The form is
 * described in docs/cases.md. The info.yml of SigmaHQ's regression tests is
 * taken as it is: each of its tests becomes a case for each of its rules.
 *
 * Public, part of libsonda-compile. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_COMPILE_CASES_H
#define SONDA_COMPILE_CASES_H

#include "sonda/allocator.h"
#include "sonda/content.h"
#include "sonda/status.h"

/** Largest case file: thousands of cases, and still no strain to parse. */
#define SONDA_CASES_MAX ((size_t)4 * 1024 * 1024)

/** What a case expects. Pinned values. */
#define SONDA_EXPECT_MATCH 0u
/** The file's rule must not match. */
#define SONDA_EXPECT_NONE 1u
/** Exactly the rules of sonda_cases_expected() match. */
#define SONDA_EXPECT_RULES 2u

/** A parsed case file; immutable. */
typedef struct sonda_cases sonda_cases;

/** One case, borrowed from its file until that is closed. */
typedef struct sonda_case_view {
    /** sizeof(sonda_case_view), set by the caller. */
    uint32_t struct_size;
    /** SONDA_EXPECT_…. */
    uint32_t expect;
    /** Line of the case in its file, from 1. */
    uint32_t line;
    /** Rules listed, with SONDA_EXPECT_RULES; 0 otherwise. */
    uint32_t expected_count;
    /** Records to process in order; 0 when `file` names them. */
    uint32_t record_count;
    /** Record of `file` from 1; 0: all of them. */
    uint32_t file_record;
    /** The case's name. */
    sonda_text name;
    /** Id of the rule the case is about, in lower case. */
    sonda_text rule;
    /**
     * File with the records, relative to the case file; empty: none. Of a path
     * in an info.yml the last part: SigmaHQ counts from the top of its own
     * folders, and keeps the file beside the info.yml.
     */
    sonda_text file;
    /**
     * Time of events that carry none, nanoseconds since 1970 UTC; 0: none
     * given. The records of sonda_cases_record() have it already; those of
     * `file` need it where their header's wall_ns is 0.
     */
    uint64_t time_ns;
    /**
     * How often at least the rule must match with SONDA_EXPECT_MATCH; 0: once.
     * Not exactly: SigmaHQ's own runner does not look at its counts, and some
     * of them are lower than what the events hold.
     */
    uint32_t match_count;
    /** Zero. */
    uint32_t reserved;
} sonda_case_view;

#define SONDA_CASE_VIEW_INIT                                                                 \
    {                                                                                        \
        sizeof(sonda_case_view), 0u, 0u, 0u, 0u, 0u, {NULL, 0u}, {NULL, 0u}, {NULL, 0u}, 0u, \
            0u, 0u                                                                           \
    }

SONDA_BEGIN_DECLS

/**
 * Parse a case file, or an info.yml of SigmaHQ's.
 *
 * @param cases      Output handle.
 * @param bytes      The file's bytes; not kept.
 * @param len        Bytes there, at most SONDA_CASES_MAX.
 * @param allocator  NULL for malloc and free; copied.
 * @param error      What is wrong and on which line; may be NULL.
 *
 * @retval SONDA_OK                    Parsed; close with sonda_cases_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_MALFORMED         Not YAML, or not a case file; nothing was
 *                                     opened.
 * @retval SONDA_ERR_LIMIT             Too large, or an event that makes no
 *                                     record within SONDA_RECORD_MAX.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               The allocator struct is not one we know.
 *
 * @threads   Any.
 * @allocates The cases and their records.
 */
SONDA_API sonda_status sonda_cases_open(sonda_cases **cases,
                                        const void *bytes,
                                        size_t len,
                                        const sonda_allocator *allocator,
                                        sonda_error *error);

/**
 * Close. NULL does nothing.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_cases_close(sonda_cases *cases);

/**
 * Number of cases.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_cases_count(const sonda_cases *cases);

/**
 * One case.
 *
 * @param cases  Parsed file.
 * @param index  0 to count - 1, in the order of the file.
 * @param view   Output, with struct_size set; borrowed until close.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such case.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_cases_get(const sonda_cases *cases,
                                       size_t index,
                                       sonda_case_view *view);

/**
 * One record of a case.
 *
 * @param cases   Parsed file.
 * @param index   The case.
 * @param record  0 to record_count - 1; its header's seq is this plus 1.
 * @param bytes   Output: the record, borrowed until close.
 * @param len     Output: bytes of it.
 *
 * @retval SONDA_OK                    Both are set.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such case or record.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_cases_record(
    const sonda_cases *cases, size_t index, size_t record, const void **bytes, size_t *len);

/**
 * One of the rules that exactly must match.
 *
 * @param cases  Parsed file.
 * @param index  The case.
 * @param which  0 to expected_count - 1.
 * @param rule   Output: the rule's id, borrowed until close.
 *
 * @retval SONDA_OK                    Set.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such case or rule.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_cases_expected(const sonda_cases *cases,
                                            size_t index,
                                            size_t which,
                                            sonda_text *rule);

SONDA_END_DECLS

#endif
