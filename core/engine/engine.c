/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The engine: publishing content and policy to workers.
 *
 * A reader that loads a pointer and then counts a reference races with the
 * publisher that drops the last one in between. A spin lock around these two
 * steps settles it: it is held for two instructions, taken by a worker only when
 * the serial says that something changed, and needs no OS.
 *
 * Layer 5 (engine).
 */

#include "sonda/abi.h"
#include "core/base/allocate.h"
#include "core/base/error.h"
#include "core/base/span.h"
#include "core/detect/correlate.h"
#include "core/engine/publication.h"
#include "core/engine/switches.h"
#include "core/rules/content_policy.h"
#include "core/rules/content_state.h"

#include <assert.h>

/* Lines about programs that were switched off: a few say what a thousand would. */
#define LOGGED_OFF_MAX 8u
/* Ids of a policy that no rule has: so many are worth a line each. */
#define ASTRAY_TOLD 8u

/* A rule id that is or was disabled. Slots are never reused: workers count in them. */
typedef struct disabled_slot {
    char *id;
    size_t id_len;
    uint32_t active;
    uint32_t known;
    atomic_uint_fast64_t matches;
} disabled_slot;

struct sonda_engine {
    sonda_allocator allocator;
    void (*on_log)(uint32_t severity, const char *message, size_t message_len, void *user);
    void *log_user;
    atomic_flag lock;
    atomic_uint_fast64_t serial;
    sonda__publication *current;
    sonda__publication *retired;
    disabled_slot *slots;
    uint32_t slot_count;
    uint32_t min_level;
    uint64_t throttle_ns;
    uint64_t max_cost_per_event;
    uint64_t max_cost_per_byte;
    uint32_t response_mode;
    uint32_t reserved;
    char *tenant;
    size_t tenant_len;
    sonda__switches switches;
};

/* Reports two texts as one line; long ones are cut. */
static void
report(const sonda_engine *engine, uint32_t severity, const char *text, sonda__span detail)
{
    char line[320];
    sonda__span head = sonda__span_text(text);
    size_t room = sizeof line - head.len;

    assert(head.len < sizeof line);
    if (engine->on_log == NULL) {
        return;
    }
    memcpy(line, head.data, head.len);
    detail.len = detail.len < room ? detail.len : room;
    if (detail.len > 0) {
        memcpy(line + head.len, detail.data, detail.len);
    }
    engine->on_log(severity, line, head.len + detail.len, engine->log_user);
}

/* Publications. */

static void free_publication(const sonda_engine *engine, sonda__publication *publication)
{
    sonda__programs_release(publication->programs);
    sonda_content_release(publication->content);
    sonda__release(&engine->allocator, publication->policy);
    sonda__release(&engine->allocator, publication->levels);
    sonda__release(&engine->allocator, publication);
}

/* With the programs given, or all on where they are NULL. */
static sonda__publication *
new_publication(const sonda_engine *engine, sonda_content *content, sonda__programs *programs)
{
    sonda__publication *made =
        sonda__allocate_zeroed(&engine->allocator, 1, sizeof(sonda__publication));
    uint32_t count = sonda_content_rule_count(content);

    if (made == NULL) {
        return NULL;
    }
    atomic_init(&made->references, 0);
    made->rule_count = count;
    made->policy =
        sonda__allocate_zeroed(&engine->allocator, (size_t)count + 1, sizeof *made->policy);
    made->levels =
        sonda__allocate_zeroed(&engine->allocator, (size_t)count + 1, sizeof *made->levels);
    made->programs = sonda__programs_acquire(programs);
    if (made->policy == NULL || made->levels == NULL ||
        (programs == NULL &&
         sonda__programs_open(&made->programs, content, &engine->allocator) != SONDA_OK)) {
        free_publication(engine, made);
        return NULL;
    }
    made->throttle_ns = engine->throttle_ns;
    made->response_mode = engine->response_mode;
    made->content = sonda_content_acquire(content);
    made->names = content != NULL ? sonda__content_names(content) : sonda__names_of_table();
    return made;
}

static uint16_t policy_of(sonda_engine *engine, const sonda_rule_view *rule)
{
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        disabled_slot *slot = &engine->slots[i];

        if (slot->active != 0 && slot->id_len == rule->id.len &&
            memcmp(slot->id, rule->id.data, slot->id_len) == 0) {
            slot->known = 1;
            return (uint16_t)(SONDA__POLICY_DISABLED + i);
        }
    }
    return rule->level < engine->min_level ? SONDA__POLICY_BELOW_LEVEL : SONDA__POLICY_SPEAK;
}

static uint16_t role_bits(uint8_t role)
{
    return (uint16_t)(((role & SONDA__RULE_WAITED_FOR) != 0 ? SONDA__POLICY_WAITED_FOR : 0) |
                      ((role & SONDA__RULE_SPOKEN_FOR) != 0 ? SONDA__POLICY_SPOKEN_FOR : 0));
}

static void apply_policy(sonda_engine *engine, sonda__publication *made)
{
    if (made->content != NULL) {
        /* Here for a moment only: the levels replace them one by one. */
        memset(made->levels, 0, made->rule_count);
        sonda__correlation_roles(made->content, made->levels);
    }
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        engine->slots[i].known = 0;
    }
    for (uint32_t i = 0; i < made->rule_count; i++) {
        sonda_rule_view rule = SONDA_RULE_VIEW_INIT;

        (void)sonda_content_rule(made->content, i, &rule);
        made->policy[i] = (uint16_t)(policy_of(engine, &rule) | role_bits(made->levels[i]));
        made->levels[i] = (uint8_t)rule.level;
    }
    for (uint32_t i = 0; made->content != NULL && i < engine->slot_count; i++) {
        if (engine->slots[i].active != 0 && engine->slots[i].known == 0) {
            report(engine, SONDA_LOG_WARNING, "disabled, but no rule has this id: ",
                   sonda__span_of(engine->slots[i].id, engine->slots[i].id_len));
        }
    }
}

/* A response that somebody counts on and that no rule will ever ask for. */
static void tell_astray(const sonda_engine *engine, const sonda_content *content)
{
    uint32_t index = 0;
    sonda__span id;

    if (engine->response_mode == SONDA_RESPONSE_OFF) {
        return;
    }
    for (uint32_t told = 0; sonda__content_policy_astray(content, &index, &id); told++) {
        if (told == ASTRAY_TOLD) {
            report(engine, SONDA_LOG_WARNING, "in the policy, further ids that no rule has",
                   sonda__span_of("", 0));
            return;
        }
        report(engine, SONDA_LOG_WARNING, "in the policy, but no rule has this id: ", id);
    }
}

static void take_lock(sonda_engine *engine)
{
    while (atomic_flag_test_and_set_explicit(&engine->lock, memory_order_acquire)) {
    }
}

static void drop_lock(sonda_engine *engine)
{
    atomic_flag_clear_explicit(&engine->lock, memory_order_release);
}

/* Workers only count what they switch off: the log hears of it when it is over. */
static void report_switched_off(const sonda_engine *engine, const sonda__publication *former)
{
    size_t count = sonda__programs_off(former->programs);

    for (size_t i = 0; i < count && i < LOGGED_OFF_MAX; i++) {
        sonda_text id = sonda__program_owner(former->content,
                                             sonda__programs_find_off(former->programs, i));

        report(engine, SONDA_LOG_WARNING,
               "conditions were switched off while in force, of rule ",
               sonda__span_of(id.data, id.len));
    }
}

/* Puts a publication in force and retires the former one. */
static void install(sonda_engine *engine, sonda__publication *made)
{
    sonda__publication *former = engine->current;

    if (former != NULL && former->programs != made->programs) {
        report_switched_off(engine, former);
    }
    made->serial = former != NULL ? former->serial + 1 : 1;
    take_lock(engine);
    engine->current = made;
    drop_lock(engine);
    atomic_store_explicit(&engine->serial, made->serial, memory_order_release);
    if (former != NULL) {
        former->next = engine->retired;
        engine->retired = former;
    }
    (void)sonda_engine_collect(engine);
}

/* Refuses, and says so, content whose worst case is above the engine's ceilings. */
static sonda_status check_cost(const sonda_engine *engine, const sonda_content *content)
{
    uint64_t event = 0;
    uint64_t byte = 0;
    sonda_error error = SONDA_ERROR_INIT;

    for (; content != NULL; content = content->base) {
        event = sonda__cost_add(event, content->cost_event);
        byte = sonda__cost_add(byte, content->cost_byte);
    }
    if (event <= engine->max_cost_per_event && byte <= engine->max_cost_per_byte) {
        return SONDA_OK;
    }
    (void)sonda__error_set(&error, SONDA_ERR_LIMIT, 0,
                           "%u steps an event and %u a byte at worst, of %u and %u allowed: "
                           "leave out the dearest rules of 'sonda compile --report', or raise "
                           "max_cost_per_event or max_cost_per_byte",
                           event, byte, engine->max_cost_per_event, engine->max_cost_per_byte);
    report(engine, SONDA_LOG_ERROR, "content refused: ", sonda__span_text(error.message));
    return SONDA_ERR_LIMIT;
}

static sonda_status publish(sonda_engine *engine, sonda_content *content)
{
    sonda__publication *made = NULL;
    sonda_status status = check_cost(engine, content);

    if (status != SONDA_OK) {
        return status;
    }
    made = new_publication(engine, content, NULL);
    if (made == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    apply_policy(engine, made);
    tell_astray(engine, content);
    install(engine, made);
    return SONDA_OK;
}

size_t sonda_engine_collect(sonda_engine *engine)
{
    sonda__publication **at = engine != NULL ? &engine->retired : NULL;
    size_t held = 0;

    while (at != NULL && *at != NULL) {
        sonda__publication *publication = *at;

        if (atomic_load_explicit(&publication->references, memory_order_acquire) == 0) {
            *at = publication->next;
            free_publication(engine, publication);
        } else {
            at = &publication->next;
            held++;
        }
    }
    return held;
}

sonda__publication *sonda__publication_enter(sonda_engine *engine)
{
    sonda__publication *current;

    take_lock(engine);
    current = engine->current;
    atomic_fetch_add_explicit(&current->references, 1, memory_order_relaxed);
    drop_lock(engine);
    return current;
}

void sonda__publication_leave(sonda__publication *publication)
{
    if (publication != NULL) {
        atomic_fetch_sub_explicit(&publication->references, 1, memory_order_release);
    }
}

uint64_t sonda__publication_serial(const sonda_engine *engine)
{
    return atomic_load_explicit(&engine->serial, memory_order_acquire);
}

/* Policy. */

static disabled_slot *find_slot(const sonda_engine *engine, sonda__span id)
{
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        disabled_slot *slot = &engine->slots[i];

        if (sonda__span_equal(sonda__span_of(slot->id, slot->id_len), id)) {
            return slot;
        }
    }
    return NULL;
}

static sonda_status add_slot(sonda_engine *engine, sonda__span id)
{
    disabled_slot *slot = &engine->slots[engine->slot_count];

    if (engine->slot_count == SONDA_DISABLED_MAX) {
        return SONDA_ERR_LIMIT;
    }
    slot->id = sonda__allocate(&engine->allocator, id.len, 1);
    if (slot->id == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    memcpy(slot->id, id.data, id.len);
    slot->id_len = id.len;
    slot->active = 0;
    slot->known = 0;
    atomic_init(&slot->matches, 0);
    engine->slot_count++;
    return SONDA_OK;
}

/* A slot for each id; on failure the new ones stay, not active, and harmless. */
static sonda_status prepare_slots(sonda_engine *engine, const sonda_rule_id *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sonda__span id = sonda__span_of(ids[i].id, ids[i].id_len);
        sonda_status status;

        if (id.data == NULL || id.len == 0) {
            return SONDA_ERR_INVALID_ARGUMENT;
        }
        status = find_slot(engine, id) != NULL ? SONDA_OK : add_slot(engine, id);
        if (status != SONDA_OK) {
            return status;
        }
    }
    return SONDA_OK;
}

static void activate(sonda_engine *engine, const sonda_rule_id *ids, size_t count)
{
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        engine->slots[i].active = 0;
    }
    for (size_t i = 0; i < count; i++) {
        find_slot(engine, sonda__span_of(ids[i].id, ids[i].id_len))->active = 1;
    }
}

static bool policy_is_sound(uint32_t min_level, const sonda_rule_id *ids, size_t count)
{
    return min_level <= SONDA_LEVEL_CRITICAL && (ids != NULL || count == 0);
}

sonda_status sonda_engine_set_policy(sonda_engine *engine,
                                     uint32_t min_level,
                                     const sonda_rule_id *disabled,
                                     size_t disabled_count)
{
    sonda__publication *made;
    sonda_status status;

    if (engine == NULL || !policy_is_sound(min_level, disabled, disabled_count)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = prepare_slots(engine, disabled, disabled_count);
    if (status != SONDA_OK) {
        return status;
    }
    made = new_publication(engine, engine->current->content, engine->current->programs);
    if (made == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    engine->min_level = min_level;
    activate(engine, disabled, disabled_count);
    apply_policy(engine, made);
    install(engine, made);
    return SONDA_OK;
}

void sonda__engine_count_disabled(sonda_engine *engine, uint32_t slot)
{
    atomic_fetch_add_explicit(&engine->slots[slot].matches, 1, memory_order_relaxed);
}

sonda_status
sonda_engine_disabled(const sonda_engine *engine, size_t index, sonda_disabled_view *view)
{
    sonda_disabled_view filled = SONDA_DISABLED_VIEW_INIT;

    if (engine == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        disabled_slot *slot = &engine->slots[i];

        if (slot->active != 0 && index-- == 0) {
            filled.known = slot->known;
            filled.id = slot->id;
            filled.id_len = slot->id_len;
            filled.matches = atomic_load_explicit(&slot->matches, memory_order_relaxed);
            return sonda_abi_write(&filled, sizeof filled, view);
        }
    }
    return SONDA_ERR_NOT_FOUND;
}

/* Switches. */

sonda__span sonda__engine_tenant(const sonda_engine *engine)
{
    return sonda__span_of(engine->tenant_len == 0 ? "" : engine->tenant, engine->tenant_len);
}

const sonda__switches *sonda__engine_switches(const sonda_engine *engine)
{
    return &engine->switches;
}

sonda_status sonda_engine_switch(
    sonda_engine *engine, uint32_t kind, const char *name, size_t name_len, uint32_t on)
{
    if (engine == NULL || kind < SONDA_SWITCH_ALL || kind > SONDA_SWITCH_TENANT || on > 1 ||
        (kind == SONDA_SWITCH_ALL) != (name_len == 0) || (name == NULL && name_len != 0) ||
        name_len > SONDA_SWITCH_NAME_MAX) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return sonda__switches_set(&engine->switches, kind,
                               sonda__span_of(name_len == 0 ? "" : name, name_len), on != 0,
                               &engine->allocator);
}

sonda_status
sonda_engine_switch_get(const sonda_engine *engine, size_t index, sonda_switch_view *view)
{
    return engine == NULL || view == NULL ? SONDA_ERR_INVALID_ARGUMENT
                                          : sonda__switches_get(&engine->switches, index, view);
}

/* The handle. */

static sonda_status set_up_responses(sonda_engine *engine, const sonda_engine_options *options)
{
    if (options->response_mode > SONDA_RESPONSE_ENFORCE || options->reserved != 0 ||
        (options->tenant == NULL && options->tenant_len != 0) ||
        options->tenant_len > SONDA_SWITCH_NAME_MAX) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    engine->response_mode = options->response_mode;
    if (options->tenant_len != 0) {
        engine->tenant = sonda__allocate(&engine->allocator, options->tenant_len, 1);
        if (engine->tenant == NULL) {
            return SONDA_ERR_NO_MEMORY;
        }
        memcpy(engine->tenant, options->tenant, options->tenant_len);
        engine->tenant_len = options->tenant_len;
    }
    return sonda__switches_open(&engine->switches, &engine->allocator);
}

static sonda_status set_up(sonda_engine *engine, const sonda_engine_options *options)
{
    sonda_status status;

    atomic_flag_clear(&engine->lock);
    atomic_init(&engine->serial, 0);
    engine->on_log = options->on_log;
    engine->log_user = options->user;
    engine->throttle_ns = options->throttle_ns;
    engine->max_cost_per_event = options->max_cost_per_event != 0
                                     ? options->max_cost_per_event
                                     : SONDA_COST_PER_EVENT_DEFAULT;
    engine->max_cost_per_byte = options->max_cost_per_byte != 0 ? options->max_cost_per_byte
                                                                : SONDA_COST_PER_BYTE_DEFAULT;
    engine->slots =
        sonda__allocate(&engine->allocator, SONDA_DISABLED_MAX, sizeof *engine->slots);
    if (engine->slots == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    status = set_up_responses(engine, options);
    if (status == SONDA_OK) {
        status = publish(engine, NULL);
    }
    if (status != SONDA_OK) {
        return status;
    }
    return sonda_engine_set_policy(engine, options->min_level, options->disabled,
                                   options->disabled_count);
}

sonda_status sonda_engine_open(sonda_engine **engine,
                               const sonda_engine_options *options,
                               const sonda_allocator *allocator)
{
    sonda_engine_options chosen = SONDA_ENGINE_OPTIONS_INIT;
    sonda_allocator ours;
    sonda_engine *opened;
    sonda_status status;

    if (engine == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_allocator_read(allocator, &ours);
    if (status == SONDA_OK && options != NULL) {
        status = sonda_abi_read(options, &chosen, sizeof chosen);
    }
    if (status != SONDA_OK) {
        return status;
    }
    opened = sonda__allocate_zeroed(&ours, 1, sizeof *opened);
    if (opened == NULL) {
        return SONDA_ERR_NO_MEMORY;
    }
    opened->allocator = ours;
    status = set_up(opened, &chosen);
    if (status != SONDA_OK) {
        sonda_engine_close(opened);
        return status;
    }
    *engine = opened;
    return SONDA_OK;
}

void sonda_engine_close(sonda_engine *engine)
{
    sonda_allocator allocator;

    if (engine == NULL) {
        return;
    }
    allocator = engine->allocator;
    if (sonda_engine_collect(engine) == 0 && engine->current != NULL) {
        free_publication(engine, engine->current);
    }
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        sonda__release(&allocator, engine->slots[i].id);
    }
    sonda__release(&allocator, engine->slots);
    sonda__release(&allocator, engine->tenant);
    sonda__switches_close(&engine->switches, &allocator);
    sonda__release(&allocator, engine);
}

sonda_status sonda_engine_publish(sonda_engine *engine, sonda_content *content)
{
    sonda_status status;

    if (engine == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = publish(engine, content);
    if (status == SONDA_OK) {
        report(engine, SONDA_LOG_INFO,
               content != NULL ? "content published" : "content withdrawn",
               sonda__span_of("", 0));
    }
    return status;
}

sonda_status
sonda_engine_switched_off(sonda_engine *engine, size_t index, sonda_switched_off_view *view)
{
    sonda_switched_off_view filled = SONDA_SWITCHED_OFF_VIEW_INIT;
    sonda__publication *publication;
    uint32_t program;

    if (engine == NULL || view == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    publication = engine->current;
    program = sonda__programs_off(publication->programs) == 0
                  ? UINT32_MAX
                  : sonda__programs_find_off(publication->programs, index);
    if (program == UINT32_MAX) {
        return SONDA_ERR_NOT_FOUND;
    }
    filled.reason =
        (sonda__programs_reason(publication->programs, program) & SONDA__TRAP_BOUNDS) != 0
            ? SONDA_TRAP_BOUNDS
            : SONDA_TRAP_STEPS;
    filled.rule_id = sonda__program_owner(publication->content, program);
    return sonda_abi_write(&filled, sizeof filled, view);
}

sonda_status sonda_engine_acquire_content(sonda_engine *engine, sonda_content **content)
{
    sonda__publication *publication;
    sonda_status status = SONDA_ERR_EMPTY;

    if (engine == NULL || content == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    publication = sonda__publication_enter(engine);
    if (publication->content != NULL) {
        *content = sonda_content_acquire(publication->content);
        status = SONDA_OK;
    }
    sonda__publication_leave(publication);
    return status;
}
