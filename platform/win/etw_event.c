/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From an event of ETW to a record of the seam: copied, not interpreted.
 *
 * Platform (win).
 */

#include <string.h>

#include "platform/win/etw_source.h"

/* Between 1601 and 1970, in units of 100 ns. */
#define EPOCH_1601 116444736000000000ull

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

void etw_hand_over(struct sonda_source *source,
                   const uint8_t *record,
                   size_t record_len,
                   uint32_t class_index)
{
    sonda_status status = source->sink.deliver(source->sink.user, record, record_len);

    if (status == SONDA_OK) {
        atomic_fetch_add(&source->delivered[class_index], 1);
        return;
    }
    atomic_fetch_add(&source->lost[class_index], 1);
    if (status != SONDA_ERR_FULL) {
        atomic_store(&source->stopping, true);
    }
}

static uint64_t wall_ns(uint64_t time)
{
    return time > EPOCH_1601 ? (time - EPOCH_1601) * 100u : 0;
}

static void deliver(struct etw_session *session,
                    const struct etw_event *event,
                    uint32_t class_index,
                    uint16_t flags)
{
    uint8_t *payload = session->record + SONDA_RECORD_HEADER_SIZE;
    size_t room = ETW_RECORD_ROOM - SONDA_RECORD_HEADER_SIZE - SONDA_ETW_HEAD_SIZE;
    size_t data_len = event->data_len < room ? event->data_len : room;
    sonda_record_header header = {
        .size = (uint32_t)(SONDA_RECORD_HEADER_SIZE + SONDA_ETW_HEAD_SIZE + data_len),
        .source = SONDA_SOURCE_ETW,
        .type = SONDA_ETW_EVENT,
        .version = SONDA_ETW_VERSION,
        .flags = flags,
        .stream = session->stream,
        .wall_ns = wall_ns(event->time),
        .seq = ++session->seq,
    };

    if (data_len < event->data_len) {
        header.flags |= SONDA_RECORD_TRUNCATED;
    }
    memset(payload, 0, SONDA_ETW_HEAD_SIZE);
    put(payload + SONDA_ETW_AT_SIZE, SONDA_ETW_HEAD_SIZE + data_len, 4);
    put(payload + SONDA_ETW_AT_FLAGS, event->flags, 2);
    put(payload + SONDA_ETW_AT_ID, event->id, 2);
    put(payload + SONDA_ETW_AT_VERSION, event->version, 1);
    put(payload + SONDA_ETW_AT_OPCODE, event->opcode, 1);
    put(payload + SONDA_ETW_AT_LEVEL, event->level, 1);
    put(payload + SONDA_ETW_AT_CHANNEL, event->channel, 1);
    put(payload + SONDA_ETW_AT_TASK, event->task, 2);
    put(payload + SONDA_ETW_AT_KEYWORD, event->keyword, 8);
    put(payload + SONDA_ETW_AT_TIME, event->time, 8);
    put(payload + SONDA_ETW_AT_PID, event->pid, 4);
    put(payload + SONDA_ETW_AT_TID, event->tid, 4);
    memcpy(payload + SONDA_ETW_AT_PROVIDER, event->provider, 16);
    memcpy(payload + SONDA_ETW_AT_ACTIVITY, event->activity, 16);
    if (data_len != 0) {
        memcpy(payload + SONDA_ETW_HEAD_SIZE, event->data, data_len);
    }
    (void)sonda_record_header_write(&header, session->record);
    etw_hand_over(session->source, session->record, header.size, class_index);
}

/* What was asked for, or NULL: providers also write what no filter holds back. */
static const struct etw_wanted *find_wanted(const struct etw_event *event)
{
    for (size_t i = 0; i < etw_provider_count; i++) {
        const struct etw_provider *provider = &etw_providers[i];
        uint16_t id = provider->classic ? event->opcode : event->id;

        if (memcmp(provider->guid, event->provider, sizeof provider->guid) != 0) {
            continue;
        }
        for (size_t k = 0; k < ETW_WANTED_MAX && provider->wanted[k].id != 0; k++) {
            if (provider->wanted[k].id == id) {
                return &provider->wanted[k];
            }
        }
    }
    return NULL;
}

static void note_proven(struct sonda_source *source, uint32_t class_index)
{
    if (!atomic_exchange(&source->proven[class_index], true) &&
        atomic_load(&source->mode) == ETW_MODE_PROVING) {
        pthread_mutex_lock(&source->lock);
        pthread_cond_signal(&source->changed);
        pthread_mutex_unlock(&source->lock);
    }
}

/* What the host asked for. The kernel gives names along with the rest: always. */
static bool is_asked_for(const struct sonda_source *source, const struct etw_wanted *wanted)
{
    return source->classes == 0 || wanted->class_index == SONDA_SOURCE_CLASS_OTHER ||
           (source->classes >> wanted->class_index & 1u) != 0;
}

void etw_take(void *context, const struct etw_event *event)
{
    struct etw_session *session = context;
    struct sonda_source *source = session->source;
    const struct etw_wanted *wanted = find_wanted(event);

    atomic_fetch_add(&session->events, 1);
    if (wanted != NULL) {
        note_proven(source, wanted->class_index);
    }
    if (atomic_load(&source->mode) != ETW_MODE_LIVE) {
        return;
    }
    if (wanted == NULL || !is_asked_for(source, wanted) ||
        (wanted->rundown && !source->snapshot)) {
        uint32_t index = wanted != NULL ? wanted->class_index : SONDA_SOURCE_CLASS_OTHER;

        atomic_fetch_add(&source->filtered[index], 1);
        return;
    }
    deliver(session, event, wanted->class_index, wanted->rundown ? SONDA_RECORD_SNAPSHOT : 0);
}

static void on_volume(void *context,
                      const uint16_t *device,
                      size_t device_len,
                      const uint16_t *letter,
                      size_t letter_len)
{
    static const uint8_t sys_config_ex[16] = {0x91, 0xee, 0x79, 0x9b, 0xfd, 0xb5, 0xc0, 0x41,
                                              0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0};
    static const uint8_t none[16] = {0};
    struct etw_session *session = context;
    const struct etw_api *api = session->source->api;
    uint8_t data[1024];
    size_t len = 2 * (device_len + letter_len + 2);
    struct etw_event event = {
        .provider = sys_config_ex,
        .activity = none,
        .data = data,
        .data_len = len,
        .time = api->now(api->user),
        .pid = UINT32_MAX,
        .tid = UINT32_MAX,
        .flags = SONDA_ETW_FLAG_CLASSIC,
        .version = 2,
        .opcode = 35,
    };

    if (len > sizeof data) {
        return;
    }
    memset(data, 0, sizeof data);
    for (size_t i = 0; i < device_len; i++) {
        put(data + 2 * i, device[i], 2);
    }
    for (size_t i = 0; i < letter_len; i++) {
        put(data + 2 * (device_len + 1 + i), letter[i], 2);
    }
    deliver(session, &event, SONDA_SOURCE_CLASS_OTHER, SONDA_RECORD_SNAPSHOT);
}

void etw_tell_volumes(struct etw_session *session)
{
    const struct etw_api *api = session->source->api;

    if (atomic_load(&session->source->mode) == ETW_MODE_LIVE) {
        api->volumes(api->user, on_volume, session);
    }
}

void etw_tell_health(struct sonda_source *source,
                     const char *state,
                     const char *session,
                     uint64_t count,
                     const char *reason)
{
    sonda_record_builder builder;
    sonda_record_header header = {
        .stream = ETW_STREAM_HEALTH,
        .wall_ns = wall_ns(source->api->now(source->api->user)),
        .seq = ++source->health_seq,
    };
    size_t len = 0;

    if (sonda_record_begin(&builder, source->health_record, sizeof source->health_record,
                           &header, 0, 99, 1) != SONDA_OK) {
        return;
    }
    (void)sonda_record_add(&builder, SONDA_FIELD_HEALTH_STATE, state, strlen(state));
    (void)sonda_record_add(&builder, SONDA_FIELD_LOSS_CLASS, session, strlen(session));
    (void)sonda_record_add_number(&builder, SONDA_FIELD_LOST_COUNT, count);
    (void)sonda_record_add(&builder, SONDA_FIELD_LOSS_REASON, reason, strlen(reason));
    if (sonda_record_finish(&builder, SONDA_SOURCE_HEALTH, 1, &len) == SONDA_OK) {
        etw_hand_over(source, source->health_record, len, SONDA_SOURCE_CLASS_OTHER);
    }
}
