/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One decoder for each source. Vendors' sources speak the generic layout.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/engine/decode.h"

#include "core/base/error.h"
#include "core/normalise/audit_line.h"
#include "core/normalise/driver_record.h"
#include "core/normalise/es_record.h"
#include "core/normalise/etw_record.h"
#include "core/normalise/evtx_record.h"
#include "core/normalise/generic_record.h"
#include "core/normalise/json_event.h"
#include "core/normalise/linux_record.h"
#include "core/normalise/sysmon_xml.h"

typedef sonda_status (*decoder)(sonda_event *event, sonda__span payload, sonda_error *error);

static const decoder decoders[] = {
    [SONDA_SOURCE_GENERIC] = sonda__decode_generic,
    [SONDA_SOURCE_LINUX] = sonda__decode_linux,
    [SONDA_SOURCE_JSON] = sonda__decode_json,
    [SONDA_SOURCE_SYSMON_XML] = sonda__decode_sysmon_xml,
    [SONDA_SOURCE_AUDIT] = sonda__decode_audit,
    [SONDA_SOURCE_HEALTH] = sonda__decode_generic,
    [SONDA_SOURCE_EVTX] = sonda__decode_evtx,
    [SONDA_SOURCE_DRIVER] = sonda__decode_driver,
    [SONDA_SOURCE_ES] = sonda__decode_es,
    [SONDA_SOURCE_ETW] = sonda__decode_etw,
};

static decoder decoder_of(uint16_t source)
{
    if (source >= SONDA_SOURCE_VENDOR) {
        return sonda__decode_generic;
    }
    return source < sizeof decoders / sizeof decoders[0] ? decoders[source] : NULL;
}

static sonda_status decode_by_source(sonda_event *event,
                                     const sonda_record_header *header,
                                     sonda__span payload,
                                     sonda_error *error)
{
    decoder decode = decoder_of(header->source);

    if (decode == NULL) {
        return sonda__error_set(error, SONDA_ERR_UNSUPPORTED, 0,
                                "no decoder for records of source %u",
                                (uint64_t)header->source);
    }
    return decode(event, payload, error);
}

sonda_status sonda__decode_payload(sonda_event *event,
                                   sonda_status read,
                                   const sonda_record_header *header,
                                   sonda__span payload,
                                   const sonda__names *names,
                                   sonda_error *error)
{
    sonda_error detail;
    sonda_status status = read;

    detail.struct_size = sizeof detail; /* the message is long: only its end is set */
    detail.status = SONDA_OK;
    detail.offset = 0;
    detail.line = 0;
    detail.column = 0;
    detail.message[0] = '\0';
    sonda__event_begin(event, header, names);
    if (status == SONDA_OK) {
        status = decode_by_source(event, header, payload, &detail);
    } else {
        (void)sonda__error_set(&detail, status, 0, "record header: %s",
                               sonda_status_text(status));
    }
    if (status != SONDA_OK) {
        sonda__event_begin(event, header, names);
        if (detail.status != status) { /* a decoder that did not say more */
            (void)sonda__error_set(&detail, status, 0, "%s", sonda_status_text(status));
        }
        *error = detail;
    }
    return status;
}

sonda_status sonda__decode_record(sonda_event *event,
                                  sonda__span record,
                                  const sonda__names *names,
                                  sonda_record_header *header,
                                  sonda_error *error)
{
    sonda__span payload = sonda__span_of("", 0);
    sonda_status status;

    memset(header, 0, sizeof *header);
    status = sonda_record_header_read(record.data, record.len, header);
    if (status == SONDA_OK) {
        payload = sonda__span_of(record.data + SONDA_RECORD_HEADER_SIZE,
                                 record.len - SONDA_RECORD_HEADER_SIZE);
    }
    return sonda__decode_payload(event, status, header, payload, names, error);
}
