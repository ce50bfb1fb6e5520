/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names and phrases of the status codes, and the library's version.
 *
 * Layer 0 (base). No allocation.
 */

#include "sonda/status.h"

typedef struct status_row {
    const char *name;
    const char *text;
} status_row;

/* Indexed by the negated code, so a code without a row cannot be added. */
static const status_row rows[] = {
    {"SONDA_OK", "done"},
    {"SONDA_ERR_INVALID_ARGUMENT", "invalid argument"},
    {"SONDA_ERR_NO_MEMORY", "out of memory"},
    {"SONDA_ERR_LIMIT", "beyond a limit"},
    {"SONDA_ERR_TRUNCATED", "truncated input"},
    {"SONDA_ERR_MALFORMED", "malformed input"},
    {"SONDA_ERR_UNSUPPORTED", "not supported"},
    {"SONDA_ERR_NOT_FOUND", "not found"},
    {"SONDA_ERR_FULL", "no room left"},
    {"SONDA_ERR_ALREADY", "done before"},
    {"SONDA_ERR_BAD_STATE", "not allowed in this state"},
    {"SONDA_ERR_ABI", "struct of an unknown version"},
    {"SONDA_ERR_PERMISSION", "permission denied"},
    {"SONDA_ERR_IO", "input or output failed"},
    {"SONDA_ERR_SIGNATURE", "signature absent or wrong"},
    {"SONDA_ERR_VERSION", "unknown format version"},
    {"SONDA_ERR_CHECKSUM", "checksum differs"},
    {"SONDA_ERR_SCHEMA", "made for another field table"},
    {"SONDA_ERR_EMPTY", "nothing there"},
    {"SONDA_ERR_CANCELLED", "cancelled"},
    {"SONDA_ERR_END", "end of input"},
};

static const status_row *row_of(sonda_status status)
{
    int64_t index = -(int64_t)status;

    return index >= 0 && index < (int64_t)(sizeof rows / sizeof rows[0]) ? &rows[index] : NULL;
}

const char *sonda_status_name(sonda_status status)
{
    const status_row *row = row_of(status);

    return row != NULL ? row->name : "SONDA_ERR_?";
}

const char *sonda_status_text(sonda_status status)
{
    const status_row *row = row_of(status);

    return row != NULL ? row->text : "unknown status";
}

const char *sonda_version(void)
{
    return SONDA_VERSION_STRING;
}
