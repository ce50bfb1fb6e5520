/* SPDX-License-Identifier: Apache-2.0 */

/* What the files of the fake know of each other. */

#ifndef SONDA_TESTS_MAC_FAKE_INSIDE_H
#define SONDA_TESTS_MAC_FAKE_INSIDE_H

#include "fake.h"

#include <stdatomic.h>

/* One message to one client, in one allocation. */
struct fake_message {
    es_message message; /* first: the adapter's pointer is ours */
    struct es_client *client;
    struct fake_message *next;
    atomic_uint references;
    atomic_uint answers;
    uint32_t arguments;
    size_t argument_len;
    char *argument;
    es_process processes[3];
    es_file files[4];
    es_thread thread;
    union {
        es_event_authentication authentication;
        es_event_btm btm;
        es_event_su su;
        es_event_sudo sudo;
        es_event_tcc_modify tcc;
        es_event_openssh_login ssh;
        es_event_session session;
        uint8_t bytes[512];
    } pointed;
    es_authentication_od od;
    es_btm_item item;
    es_statfs statfs;
    char path[1024];
};

void fake_system_reset(void);
uint64_t fake_ticks(uint64_t ns);
uint64_t fake_now_ticks(void);

/* Builds a message, but for its numbers. */
struct fake_message *fake_build(const struct fake_event *event);
bool fake_is_auth(uint32_t type);

#endif
