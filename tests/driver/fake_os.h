/* SPDX-License-Identifier: Apache-2.0 */

/* What the fake filter manager needs of the system below: one lock, one
 * condition for all, threads, and the process a thread plays. */

#ifndef SONDA_TESTS_DRIVER_FAKE_OS_H
#define SONDA_TESTS_DRIVER_FAKE_OS_H

#include <ntifs.h>

void fake_os_lock(void);
void fake_os_unlock(void);
/* With the lock held: gives it up until something changed. */
void fake_os_wait(void);
void fake_os_changed(void);

typedef struct fake_os_thread fake_os_thread;
fake_os_thread *fake_os_start(void (*run)(void *user), void *user);
void fake_os_join(fake_os_thread *thread);

void fake_os_set_pid(UINT32 pid);
UINT32 fake_os_pid(void);

void *fake_os_allocate(SIZE_T size);
void fake_os_release(void *at);

#endif
