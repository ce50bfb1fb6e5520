/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The finding: which rule matched which event, and why.
 *
 * A finding exists while the worker hands it to on_finding. Whatever its
 * accessors return is borrowed until that callback returns; who wants to keep
 * it copies it, or writes it as OCSF JSON.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_FINDING_H
#define SONDA_FINDING_H

#include "sonda/content.h"
#include "sonda/event.h"
#include "sonda/status.h"

/** Pieces of evidence a finding keeps; further ones are left out. */
#define SONDA_EVIDENCE_MAX 64u
/** Processes in a chain: the acting one and its ancestors. */
#define SONDA_PROCESS_CHAIN_MAX 8u

/** Events a correlation's finding names; of more, the latest. */
#define SONDA_MEMBERS_MAX 64u

/** One match of one rule on one event, or one correlation that it completed. */
typedef struct sonda_finding sonda_finding;

/** One reason of a finding: a field that matched, by what, and where. */
typedef struct sonda_evidence_view {
    /** sizeof(sonda_evidence_view), set by SONDA_EVIDENCE_VIEW_INIT. */
    uint32_t struct_size;
    uint32_t reserved;
    /** Name of the rule's selection; not zero-terminated, like all below. */
    const char *selection;
    size_t selection_len;
    /** The event's field; empty for a rule's keyword in a nameless field. */
    const char *field;
    size_t field_len;
    /** The field's whole value. */
    const char *value;
    size_t value_len;
    /** What the rule asked for, as it was compiled. */
    const char *pattern;
    size_t pattern_len;
    /** Where in `value` the pattern was found, in bytes. Of a comparison of the
     * whole value (numbers, addresses) 0 and its length. */
    size_t position;
    size_t length;
} sonda_evidence_view;

#define SONDA_EVIDENCE_VIEW_INIT                                                        \
    {                                                                                   \
        sizeof(sonda_evidence_view), 0u, NULL, 0u, NULL, 0u, NULL, 0u, NULL, 0u, 0u, 0u \
    }

/** Process flag: it has ended. */
#define SONDA_PROCESS_EXITED 0x0001u
/** Process flag: known from a start-up snapshot, not from its start. */
#define SONDA_PROCESS_SNAPSHOT 0x0002u
/** Process flag: the image path was cut. */
#define SONDA_PROCESS_IMAGE_CUT 0x0004u
/** Process flag: the command line was cut. */
#define SONDA_PROCESS_COMMAND_LINE_CUT 0x0008u
/** Process flag: the current directory was cut. */
#define SONDA_PROCESS_DIRECTORY_CUT 0x0010u
/** Process flag: known only as what another event said of its parent. */
#define SONDA_PROCESS_INFERRED 0x0020u

/** One process of a chain or of the process table. */
typedef struct sonda_process_view {
    /** sizeof(sonda_process_view), set by SONDA_PROCESS_VIEW_INIT. */
    uint32_t struct_size;
    /** SONDA_PROCESS_… flags. */
    uint32_t flags;
    uint64_t pid;
    /** When it started, by its system's clock for that (Linux: nanoseconds
     * since boot); 0 when unknown. With `pid` the process's key. */
    uint64_t start_ns;
    /** Path of the executable; empty when unknown. Not zero-terminated, like
     * all below. */
    const char *image;
    size_t image_len;
    const char *command_line;
    size_t command_line_len;
    const char *user;
    size_t user_len;
    const char *current_directory;
    size_t current_directory_len;
} sonda_process_view;

#define SONDA_PROCESS_VIEW_INIT                                                        \
    {                                                                                  \
        sizeof(sonda_process_view), 0u, 0u, 0u, NULL, 0u, NULL, 0u, NULL, 0u, NULL, 0u \
    }

/** One of the events that made a correlation. */
typedef struct sonda_member_view {
    /** sizeof(sonda_member_view), set by SONDA_MEMBER_VIEW_INIT. */
    uint32_t struct_size;
    /** `stream` of its record. */
    uint32_t stream;
    /** `seq` of its record. */
    uint64_t seq;
    /** The event's own time, nanoseconds since 1970-01-01 UTC. */
    uint64_t time_ns;
    /** Id of the rule it counted as; of several the one named first. */
    sonda_text rule_id;
} sonda_member_view;

#define SONDA_MEMBER_VIEW_INIT                 \
    {                                          \
        sizeof(sonda_member_view), 0u, 0u, 0u, \
        {                                      \
            NULL, 0u                           \
        }                                      \
    }

/** What the response policy made of a finding. */
typedef struct sonda_response_view {
    /** sizeof(sonda_response_view), set by SONDA_RESPONSE_VIEW_INIT. */
    uint32_t struct_size;
    /** SONDA_ACTION_… the policy asks for; SONDA_ACTION_ALERT in mode off. */
    uint32_t action;
    /** SONDA_OUTCOME_…: what came of it. */
    uint32_t outcome;
    /** SONDA_SWITCH_… that withheld it; 0: none did. */
    uint32_t switch_kind;
    /** Name of that switch; empty for none and for SONDA_SWITCH_ALL. */
    sonda_text switch_name;
} sonda_response_view;

#define SONDA_RESPONSE_VIEW_INIT                 \
    {                                            \
        sizeof(sonda_response_view), 0u, 0u, 0u, \
        {                                        \
            NULL, 0u                             \
        }                                        \
    }

SONDA_BEGIN_DECLS

/**
 * The rule that matched.
 *
 * @param finding  From on_finding.
 * @param rule     Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_rule(const sonda_finding *finding, sonda_rule_view *rule);

/**
 * One tag of the rule, such as "attack.t1059.001".
 *
 * @param finding  From on_finding.
 * @param tag      0 to the rule's tag_count - 1.
 * @param text     Output; borrowed until the callback returns.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such tag.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_tag(const sonda_finding *finding,
                                         uint32_t tag,
                                         sonda_text *text);

/**
 * The event it matched; the record's header is sonda_event_header() of it.
 *
 * @return  Borrowed until the callback returns; NULL for NULL.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API const sonda_event *sonda_finding_event(const sonda_finding *finding);

/**
 * Header of the record the finding is printed at.
 *
 * @return  Borrowed until the callback returns; NULL for NULL.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API const sonda_record_header *sonda_finding_record(const sonda_finding *finding);

/**
 * Number of pieces of evidence, at most SONDA_EVIDENCE_MAX. It is 0 for a rule
 * that matched by absence alone.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_finding_evidence_count(const sonda_finding *finding);

/**
 * One piece of evidence, in the order of the rule's selections.
 *
 * @param finding   From on_finding.
 * @param index     0 to count - 1.
 * @param evidence  Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_evidence(const sonda_finding *finding,
                                              size_t index,
                                              sonda_evidence_view *evidence);

/**
 * Number of processes in the chain, at most SONDA_PROCESS_CHAIN_MAX. It is 0
 * when the tracker knows nothing of the event's process.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_finding_process_count(const sonda_finding *finding);

/**
 * One process of the chain: 0 is the acting process, 1 its parent, and so on.
 *
 * @param finding  From on_finding.
 * @param index    0 to count - 1.
 * @param process  Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_process(const sonda_finding *finding,
                                             size_t index,
                                             sonda_process_view *process);

/**
 * Number of events that a correlation's finding names, at most
 * SONDA_MEMBERS_MAX: those of its window, the event it is printed at among
 * them. It is 0 for a rule that looks at one event.
 *
 * @param finding  From on_finding.
 * @param total    Output, may be NULL: events in the window, named or not.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_finding_member_count(const sonda_finding *finding, uint64_t *total);

/**
 * One of the events that made a correlation, in the order of event time.
 *
 * @param finding  From on_finding.
 * @param index    0 to count - 1.
 * @param member   Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_member(const sonda_finding *finding,
                                            size_t index,
                                            sonda_member_view *member);

/**
 * What the response policy asks for and what came of it.
 *
 * @param finding   From on_finding or on_verdict.
 * @param response  Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_response(const sonda_finding *finding,
                                              sonda_response_view *response);

/**
 * One feature of the policy's entries that decided the action.
 *
 * @param finding  From on_finding or on_verdict.
 * @param index    From 0 on.
 * @param feature  Output; borrowed until the callback returns.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such feature.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_feature(const sonda_finding *finding,
                                             uint32_t index,
                                             sonda_text *feature);

/**
 * Write the finding as one OCSF 1.8 Detection Finding (class 2004), without a
 * newline. The event is inside, under evidences.
 *
 * @param finding   From on_finding.
 * @param buffer    Where to write; may be NULL when `capacity` is 0.
 * @param capacity  Bytes there.
 * @param length    Output: bytes the object needs, also when it does not fit.
 *
 * @retval SONDA_OK                    Written.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_FULL              `capacity` is too small; the buffer's
 *                                     contents are undefined, `length` is set.
 *
 * @threads   The one on_finding runs on.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_finding_to_ocsf(const sonda_finding *finding,
                                             char *buffer,
                                             size_t capacity,
                                             size_t *length);

SONDA_END_DECLS

#endif
