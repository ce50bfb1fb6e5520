/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Status codes and the error detail a caller may pass in.
 *
 * Values are pinned: they go into logs, bindings and bug reports, so a code is
 * never renumbered or reused.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_STATUS_H
#define SONDA_STATUS_H

#include "sonda/api.h"

/** Outcome of a call: SONDA_OK or one of the negative codes below. */
typedef int32_t sonda_status;

#define SONDA_OK ((sonda_status)0)
/** A NULL where none is allowed, a value outside its documented range. */
#define SONDA_ERR_INVALID_ARGUMENT ((sonda_status)-1)
/** The allocator returned NULL. */
#define SONDA_ERR_NO_MEMORY ((sonda_status)-2)
/** Well-formed, but beyond a documented limit. */
#define SONDA_ERR_LIMIT ((sonda_status)-3)
/** The input ends in the middle of something. */
#define SONDA_ERR_TRUNCATED ((sonda_status)-4)
/** The input contradicts its own format. */
#define SONDA_ERR_MALFORMED ((sonda_status)-5)
/** Understood, but this build or this machine cannot do it. */
#define SONDA_ERR_UNSUPPORTED ((sonda_status)-6)
/** The thing named does not exist. */
#define SONDA_ERR_NOT_FOUND ((sonda_status)-7)
/** A bounded queue or table has no room; nothing was taken. */
#define SONDA_ERR_FULL ((sonda_status)-8)
/** It was done before; a ticket that has its answer. */
#define SONDA_ERR_ALREADY ((sonda_status)-9)
/** Not allowed in the object's present state, or from inside a callback. */
#define SONDA_ERR_BAD_STATE ((sonda_status)-10)
/** A caller's struct is larger than ours and not zero past what we know. */
#define SONDA_ERR_ABI ((sonda_status)-11)
/** The operating system refused for lack of privilege. */
#define SONDA_ERR_PERMISSION ((sonda_status)-12)
/** Reading or writing failed below us. */
#define SONDA_ERR_IO ((sonda_status)-13)
/** A signature is absent where one is required, or does not verify. */
#define SONDA_ERR_SIGNATURE ((sonda_status)-14)
/** A format version this build does not read. */
#define SONDA_ERR_VERSION ((sonda_status)-15)
/** A checksum or digest differs from the bytes it covers. */
#define SONDA_ERR_CHECKSUM ((sonda_status)-16)
/** Content made for another field table. */
#define SONDA_ERR_SCHEMA ((sonda_status)-17)
/** Nothing there: no record in the input, no rule in the content. */
#define SONDA_ERR_EMPTY ((sonda_status)-18)
/** Stopped on request. */
#define SONDA_ERR_CANCELLED ((sonda_status)-19)
/** End of input, reached cleanly. */
#define SONDA_ERR_END ((sonda_status)-20)

/** Room for an error message, its terminating zero included. */
#define SONDA_ERROR_MESSAGE_MAX 256

/**
 * Detail of a failure, owned by the caller, filled by a call that fails and
 * left alone by one that succeeds. Any call takes NULL instead.
 */
typedef struct sonda_error {
    /** sizeof(sonda_error), set by SONDA_ERROR_INIT. */
    uint32_t struct_size;
    /** The status the call returned. */
    sonda_status status;
    /** Byte offset in the input, or 0 where that means nothing. */
    uint64_t offset;
    /** Line and column from 1, or 0 where that means nothing. */
    uint32_t line;
    uint32_t column;
    /** One line of English without a full stop, zero-terminated. */
    char message[SONDA_ERROR_MESSAGE_MAX];
} sonda_error;

#define SONDA_ERROR_INIT                 \
    {                                    \
        sizeof(sonda_error), 0, 0, 0, 0, \
        {                                \
            '\0'                         \
        }                                \
    }

SONDA_BEGIN_DECLS

/**
 * Name of a status code, such as "SONDA_ERR_MALFORMED".
 *
 * @return  Static string; "SONDA_ERR_?" for a value that is not a code.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_status_name(sonda_status status);

/**
 * A status code as a short English phrase, such as "malformed input".
 *
 * @return  Static string; "unknown status" for a value that is not a code.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_status_text(sonda_status status);

SONDA_END_DECLS

#endif
