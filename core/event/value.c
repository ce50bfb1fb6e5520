/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values read by their type, and the public accessors that do so.
 *
 * Layer 2 (event): uses base and codec. No allocation.
 */

#include "core/event/value.h"

#include "sonda/abi.h"
#include "core/codec/number.h"
#include "core/codec/time_text.h"
#include "sonda/event.h"

sonda_status sonda__value_number(sonda__span text, uint64_t *number)
{
    return sonda__parse_number(text, number) == SONDA_OK ? SONDA_OK : SONDA_ERR_MALFORMED;
}

sonda_status sonda__value_time(sonda__span text, uint64_t *time_ns)
{
    return sonda__parse_time(text, time_ns) == SONDA_OK ? SONDA_OK : SONDA_ERR_MALFORMED;
}

sonda_status sonda__value_boolean(sonda__span text, bool *value)
{
    bool yes = sonda__span_is(text, "1") ||
               sonda__span_equal_ascii_case(text, sonda__span_text("true"));
    bool no = sonda__span_is(text, "0") ||
              sonda__span_equal_ascii_case(text, sonda__span_text("false"));

    if (!yes && !no) {
        return SONDA_ERR_MALFORMED;
    }
    *value = yes;
    return SONDA_OK;
}

sonda_status sonda__value_address(sonda__span text, sonda__address *address)
{
    return sonda__address_parse(text, address) ? SONDA_OK : SONDA_ERR_MALFORMED;
}

sonda__account sonda__value_account(sonda__span text)
{
    const char *slash = text.len == 0 ? NULL : memchr(text.data, '\\', text.len);
    sonda__account account = {sonda__span_of("", 0), text};

    if (slash != NULL) {
        size_t at = (size_t)(slash - text.data);

        account.domain = sonda__span_of(text.data, at);
        account.name = sonda__span_of(slash + 1, text.len - at - 1);
    }
    return account;
}

/* Where the last part of a path begins. */
static size_t last_part(sonda__span path)
{
    size_t at = path.len;

    while (at > 0 && path.data[at - 1] != '/' && path.data[at - 1] != '\\') {
        at--;
    }
    return at;
}

sonda__span sonda__value_file_name(sonda__span path)
{
    size_t at = last_part(path);

    return sonda__span_of(path.data + at, path.len - at);
}

sonda__span sonda__value_folder(sonda__span path)
{
    size_t at = last_part(path);

    return sonda__span_of(path.data, at > 1 ? at - 1 : at);
}

/* The text before `stop`, which `rest` then begins behind. */
static sonda__span before(sonda__span *rest, char stop)
{
    const char *found = rest->len == 0 ? NULL : memchr(rest->data, stop, rest->len);
    size_t len = found == NULL ? rest->len : (size_t)(found - rest->data);
    sonda__span taken = sonda__span_of(rest->data, len);

    rest->data += found == NULL ? len : len + 1;
    rest->len -= found == NULL ? len : len + 1;
    return taken;
}

bool sonda__value_next_digest(sonda__span *rest, sonda__digest *digest)
{
    while (rest->len > 0) {
        sonda__span item = before(rest, ',');

        digest->algorithm = before(&item, '=');
        digest->hex = item;
        if (digest->algorithm.len > 0 && digest->hex.len > 0) {
            return true;
        }
    }
    return false;
}

/* The text of a caller's view, which may be shorter or longer than ours. */
static sonda_status
take_text(const sonda_field_view *view, const void *output, sonda__span *text)
{
    sonda_field_view ours = SONDA_FIELD_VIEW_INIT;
    sonda_status status;

    if (view == NULL || output == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_abi_read(view, &ours, sizeof ours);
    if (status == SONDA_OK) {
        *text = sonda__span_of(ours.text, ours.text_len);
    }
    return status;
}

sonda_status sonda_field_number(const sonda_field_view *view, uint64_t *number)
{
    sonda__span text;
    sonda_status status = take_text(view, number, &text);

    return status != SONDA_OK ? status : sonda__value_number(text, number);
}

sonda_status sonda_field_time_ns(const sonda_field_view *view, uint64_t *time_ns)
{
    sonda__span text;
    sonda_status status = take_text(view, time_ns, &text);

    return status != SONDA_OK ? status : sonda__value_time(text, time_ns);
}

sonda_status sonda_field_boolean(const sonda_field_view *view, uint32_t *value)
{
    sonda__span text;
    sonda_status status = take_text(view, value, &text);
    bool parsed = false;

    status = status != SONDA_OK ? status : sonda__value_boolean(text, &parsed);
    if (status == SONDA_OK) {
        *value = parsed ? 1 : 0;
    }
    return status;
}

sonda_status
sonda_field_address(const sonda_field_view *view, uint8_t *address, size_t *address_len)
{
    sonda__span text;
    sonda_status status = take_text(view, address, &text);
    sonda__address parsed;

    if (status != SONDA_OK || address_len == NULL) {
        return status != SONDA_OK ? status : SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda__value_address(text, &parsed);
    if (status == SONDA_OK) {
        memcpy(address, parsed.bytes, parsed.size);
        *address_len = parsed.size;
    }
    return status;
}
