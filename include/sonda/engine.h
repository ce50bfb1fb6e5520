/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The engine: the content in force, and what of it may speak.
 *
 * One engine serves any number of workers. Publishing new content swaps one
 * counted reference; each worker notices between two events and goes on with
 * the new content, so nobody waits and no event sees half of a change.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_ENGINE_H
#define SONDA_ENGINE_H

#include "sonda/allocator.h"
#include "sonda/content.h"
#include "sonda/response.h"
#include "sonda/status.h"

/** Most rule ids that can be disabled at once, over the life of an engine. */
#define SONDA_DISABLED_MAX 1024u

/** Most switches by name that can be set, over the life of an engine. */
#define SONDA_SWITCH_MAX 1024u

/** Most bytes of a switch's name, and of a tenant's. */
#define SONDA_SWITCH_NAME_MAX 255u

/** Severity of a log line. Pinned values. */
#define SONDA_LOG_ERROR 1u
#define SONDA_LOG_WARNING 2u
#define SONDA_LOG_INFO 3u
#define SONDA_LOG_DEBUG 4u

/**
 * Default ceilings of the worst case of content, all packs together, in steps:
 * for an event whatever its size, and for each byte of it. All rules of SigmaHQ
 * come to 134,000 and 2.6 million; there is room for twenty times as many, and
 * none for content that would keep a worker for minutes with one event.
 */
#define SONDA_COST_PER_EVENT_DEFAULT 4000000u
#define SONDA_COST_PER_BYTE_DEFAULT 64000000u

/** Why conditions were switched off. Pinned values. */
/** A reference in them led out of the pack. */
#define SONDA_TRAP_BOUNDS 1u
/** They took more steps than they were proven to take. */
#define SONDA_TRAP_STEPS 2u

/** What content is published to and workers read from. */
typedef struct sonda_engine sonda_engine;

/** A rule id; not zero-terminated. */
typedef struct sonda_rule_id {
    const char *id;
    size_t id_len;
} sonda_rule_id;

/** Options of sonda_engine_open(). */
typedef struct sonda_engine_options {
    /** sizeof(sonda_engine_options), set by SONDA_ENGINE_OPTIONS_INIT. */
    uint32_t struct_size;
    /** Least SONDA_LEVEL_… that makes a finding; what is below is counted. */
    uint32_t min_level;
    /** Rules that make no finding; their matches are counted. Copied. */
    const sonda_rule_id *disabled;
    size_t disabled_count;
    /**
     * Receives one line about the engine's own doings: content published, a
     * disabled id that no rule has. NULL: silence. Never called from the event
     * path, and never with contents of events.
     *
     * Called on the thread that opens or publishes; may not call the engine.
     * `message` lives during the call and is not zero-terminated.
     */
    void (*on_log)(uint32_t severity, const char *message, size_t message_len, void *user);
    /** Passed to on_log. */
    void *user;
    /**
     * Event time for which a correlation that has spoken for a group stays
     * silent for it; what it keeps to itself is counted. 0: it speaks at every
     * event at which its condition holds.
     */
    uint64_t throttle_ns;
    /**
     * Ceilings of the worst case of content, proven when it was loaded; dearer
     * content is refused by sonda_engine_publish(), and on_log says by how much.
     * 0: SONDA_COST_PER_EVENT_DEFAULT, SONDA_COST_PER_BYTE_DEFAULT.
     */
    uint64_t max_cost_per_event;
    uint64_t max_cost_per_byte;
    /**
     * SONDA_RESPONSE_…: whether the content's response policies say anything,
     * and whether what they say is done. Off unless set.
     */
    uint32_t response_mode;
    /** Zero. */
    uint32_t reserved;
    /**
     * For whom this engine works: what a switch of kind SONDA_SWITCH_TENANT
     * names. Copied; not zero-terminated. NULL: for nobody in particular.
     */
    const char *tenant;
    size_t tenant_len;
} sonda_engine_options;

#define SONDA_ENGINE_OPTIONS_INIT                                                            \
    {                                                                                        \
        sizeof(sonda_engine_options), 0u, NULL, 0u, NULL, NULL, 0u, 0u, 0u, 0u, 0u, NULL, 0u \
    }

/** The conditions of a rule or filter that trapped, for one log source. */
typedef struct sonda_switched_off_view {
    /** sizeof(sonda_switched_off_view), set by SONDA_SWITCHED_OFF_VIEW_INIT. */
    uint32_t struct_size;
    /** SONDA_TRAP_…. */
    uint32_t reason;
    /** Of the rule or filter; borrowed until something else is published. */
    sonda_text rule_id;
} sonda_switched_off_view;

#define SONDA_SWITCHED_OFF_VIEW_INIT         \
    {                                        \
        sizeof(sonda_switched_off_view), 0u, \
        {                                    \
            NULL, 0u                         \
        }                                    \
    }

/** A switch that takes responses back. */
typedef struct sonda_switch_view {
    /** sizeof(sonda_switch_view), set by SONDA_SWITCH_VIEW_INIT. */
    uint32_t struct_size;
    /** SONDA_SWITCH_…. */
    uint32_t kind;
    /** 1: responses are withheld. */
    uint32_t is_on;
    /** Zero. */
    uint32_t reserved;
    /** Borrowed until the engine is closed, not zero-terminated; NULL for all. */
    const char *name;
    size_t name_len;
    /** Responses it withheld since the engine was opened, over all workers. */
    uint64_t withheld;
} sonda_switch_view;

#define SONDA_SWITCH_VIEW_INIT                              \
    {                                                       \
        sizeof(sonda_switch_view), 0u, 0u, 0u, NULL, 0u, 0u \
    }

/** How often a disabled rule would have spoken. */
typedef struct sonda_disabled_view {
    /** sizeof(sonda_disabled_view), set by SONDA_DISABLED_VIEW_INIT. */
    uint32_t struct_size;
    /** 1: the content in force has a rule with this id. */
    uint32_t known;
    /** The id; borrowed until the engine is closed, not zero-terminated. */
    const char *id;
    size_t id_len;
    /** Matches kept silent since the engine was opened, over all workers. */
    uint64_t matches;
} sonda_disabled_view;

#define SONDA_DISABLED_VIEW_INIT                      \
    {                                                 \
        sizeof(sonda_disabled_view), 0u, NULL, 0u, 0u \
    }

SONDA_BEGIN_DECLS

/**
 * Open an engine without content; its workers decode and track, and match
 * nothing until sonda_engine_publish().
 *
 * @param engine     Output handle.
 * @param options    NULL for the defaults: every level, nothing disabled.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_engine_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `engine` is NULL, an unknown level or
 *                                     mode, an empty id, a tenant's name of
 *                                     more than SONDA_SWITCH_NAME_MAX bytes.
 * @retval SONDA_ERR_LIMIT             More than SONDA_DISABLED_MAX ids.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 *
 * @threads   Any.
 * @allocates The engine and copies of the ids.
 */
SONDA_API sonda_status sonda_engine_open(sonda_engine **engine,
                                         const sonda_engine_options *options,
                                         const sonda_allocator *allocator);

/**
 * Close an engine. NULL does nothing. Its workers must be closed before.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back, the content in force included when nobody
 *            else holds it.
 */
SONDA_API void sonda_engine_close(sonda_engine *engine);

/**
 * Put content in force. Workers switch before their next event, and hold the
 * former content until then; sonda_engine_collect() gives it back.
 *
 * @param engine   From sonda_engine_open().
 * @param content  From sonda_content_load(). The engine acquires its own
 *                 reference: the caller may release its at once. NULL takes the
 *                 content out of force.
 *
 * @retval SONDA_OK                    In force.
 * @retval SONDA_ERR_INVALID_ARGUMENT  `engine` is NULL.
 * @retval SONDA_ERR_LIMIT             Its worst case is above the engine's
 *                                     ceilings: on_log had the figures. The
 *                                     former content stays in force.
 * @retval SONDA_ERR_NO_MEMORY         The former content stays in force.
 *
 * @threads   One caller at a time per engine; workers run meanwhile.
 * @allocates Three bytes for each rule and a few more; gives back as
 *            sonda_engine_collect().
 */
SONDA_API sonda_status sonda_engine_publish(sonda_engine *engine, sonda_content *content);

/**
 * Replace the least level and the disabled ids; workers follow before their
 * next event. Counts of ids that stay disabled go on.
 *
 * @param engine          From sonda_engine_open().
 * @param min_level       Least SONDA_LEVEL_… that makes a finding.
 * @param disabled        Ids, copied; NULL when `disabled_count` is 0.
 * @param disabled_count  Number of ids.
 *
 * @retval SONDA_OK                    In force.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, an unknown level, an empty id.
 * @retval SONDA_ERR_LIMIT             More than SONDA_DISABLED_MAX ids over the
 *                                     life of the engine.
 * @retval SONDA_ERR_NO_MEMORY         The former policy stays in force.
 *
 * @threads   One caller at a time per engine; workers run meanwhile.
 * @allocates Copies of new ids, and three bytes for each rule; gives back as
 *            sonda_engine_collect().
 */
SONDA_API sonda_status sonda_engine_set_policy(sonda_engine *engine,
                                               uint32_t min_level,
                                               const sonda_rule_id *disabled,
                                               size_t disabled_count);

/**
 * Release former content that no worker holds any more. Workers never free, so
 * that the event path stays off the allocator; publishing, setting a policy and
 * closing collect by themselves.
 *
 * @param engine  From sonda_engine_open(); NULL does nothing.
 *
 * @return  Publications still held by workers that had no event since.
 *
 * @threads   The one that publishes; workers run meanwhile.
 * @allocates Nothing; gives back.
 */
SONDA_API size_t sonda_engine_collect(sonda_engine *engine);

/**
 * Acquire the content in force.
 *
 * @param engine   From sonda_engine_open().
 * @param content  Output; give it back with sonda_content_release().
 *
 * @retval SONDA_OK                    Acquired.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_EMPTY             Nothing was published.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_engine_acquire_content(sonda_engine *engine,
                                                    sonda_content **content);

/**
 * One rule id that is disabled now, by position, in the order they were first
 * disabled.
 *
 * @param engine  From sonda_engine_open().
 * @param index   From 0 on.
 * @param view    Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   The one that publishes; workers run meanwhile.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_engine_disabled(const sonda_engine *engine,
                                             size_t index,
                                             sonda_disabled_view *view);

/**
 * One program that is switched off now: the conditions of a rule or filter, for
 * one log source, that led out of their pack or took more steps than they were
 * proven to take. It gives no result; everything else goes on. Publishing, the
 * same content or other, switches all on again; setting a policy does not.
 *
 * This never happens unless memory is damaged or Sonda has a mistake: report
 * it. The worker that switched it off made a health event of it.
 *
 * @param engine  From sonda_engine_open().
 * @param index   From 0 on.
 * @param view    Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   The one that publishes; workers run meanwhile.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_engine_switched_off(sonda_engine *engine,
                                                 size_t index,
                                                 sonda_switched_off_view *view);

/**
 * Withhold responses, or stop withholding them, while workers run. Nothing is
 * loaded or published for it: a finding made after this call has returned goes
 * by it. It is told as an alert that says which switch took its response back.
 *
 * Switching on what is on, or off what was never on, changes nothing. To be
 * sure in every case, switch SONDA_SWITCH_ALL on: it needs no memory and no
 * room.
 *
 * @param engine    From sonda_engine_open().
 * @param kind      SONDA_SWITCH_….
 * @param name      A rule's id, a policy's feature or a tenant; case of ASCII
 *                  letters is ignored. NULL for SONDA_SWITCH_ALL.
 * @param name_len  Bytes of it, at most SONDA_SWITCH_NAME_MAX.
 * @param on        1: withhold; 0: let them be.
 *
 * @retval SONDA_OK                    Set.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL, an unknown kind, a name that is
 *                                     missing, too long or too many, an `on`
 *                                     above 1.
 * @retval SONDA_ERR_LIMIT             More than SONDA_SWITCH_MAX names over the
 *                                     life of the engine.
 * @retval SONDA_ERR_NO_MEMORY         Not set.
 *
 * @threads   Any, several at once; workers run meanwhile.
 * @allocates A copy of a name that is new, with the engine's allocator, which
 *            must then bear calls from that thread.
 */
SONDA_API sonda_status sonda_engine_switch(
    sonda_engine *engine, uint32_t kind, const char *name, size_t name_len, uint32_t on);

/**
 * One switch, by position: SONDA_SWITCH_ALL first, then in the order in which
 * they were first switched on, whether they are now or not.
 *
 * @param engine  From sonda_engine_open().
 * @param index   From 0 on.
 * @param view    Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such position.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_engine_switch_get(const sonda_engine *engine,
                                               size_t index,
                                               sonda_switch_view *view);

SONDA_END_DECLS

#endif
