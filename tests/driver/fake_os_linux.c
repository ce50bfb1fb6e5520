/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Threads, and the plain functions of the kernel, on Linux.
 */

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "fake_state.h"

DRIVER_INITIALIZE DriverEntry;
BOOLEAN user_copy(void *to, const void *from, SIZE_T len);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static __thread UINT32 thread_pid;
static __thread int locks_held;
static LONG64 pool_held;

struct fake_os_thread {
    pthread_t thread;
    void (*run)(void *user);
    void *user;
};

void fake_os_lock(void)
{
    pthread_mutex_lock(&lock);
}

void fake_os_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void fake_os_wait(void)
{
    if (locks_held != 0) {
        abort(); /* a spin lock held across a wait */
    }
    pthread_cond_wait(&changed, &lock);
}

void fake_os_changed(void)
{
    pthread_cond_broadcast(&changed);
}

static void *begin_thread(void *user)
{
    fake_os_thread *thread = user;

    thread->run(thread->user);
    return NULL;
}

fake_os_thread *fake_os_start(void (*run)(void *user), void *user)
{
    fake_os_thread *thread = malloc(sizeof *thread);

    if (thread == NULL) {
        abort();
    }
    thread->run = run;
    thread->user = user;
    if (pthread_create(&thread->thread, NULL, begin_thread, thread) != 0) {
        abort();
    }
    return thread;
}

void fake_os_join(fake_os_thread *thread)
{
    pthread_join(thread->thread, NULL);
    free(thread);
}

void fake_os_set_pid(UINT32 pid)
{
    thread_pid = pid;
}

UINT32 fake_os_pid(void)
{
    return thread_pid;
}

void *fake_os_allocate(SIZE_T size)
{
    void *made = malloc(size);

    if (made == NULL) {
        abort();
    }
    return made;
}

void fake_os_release(void *at)
{
    free(at);
}

/* ---- loading ---- */

NTSTATUS fake_load(void)
{
    ULONG64 now_ms = fake.now_ms;

    memset(&fake, 0, sizeof fake);
    fake.now_ms = now_ms;
    return DriverEntry(NULL, NULL);
}

void fake_unload(void)
{
    (void)fake.registration->FilterUnloadCallback(0);
}

SIZE_T fake_pool_held(void)
{
    return (SIZE_T)InterlockedCompareExchange64(&pool_held, 0, 0);
}

LONG fake_references(void)
{
    return InterlockedCompareExchange(&fake.references, 0, 0);
}

/* ---- the kernel ---- */

static POBJECT_TYPE process_type;
POBJECT_TYPE *PsProcessType = &process_type;

BOOLEAN user_copy(void *to, const void *from, SIZE_T len)
{
    if (to == NULL || from == NULL) {
        return FALSE;
    }
    memcpy(to, from, len);
    return TRUE;
}

void KeInitializeSpinLock(KSPIN_LOCK *spin)
{
    *spin = 0;
}

void KeAcquireSpinLock(KSPIN_LOCK *spin, KIRQL *irql)
{
    while (__atomic_exchange_n(spin, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
    locks_held++;
    *irql = 0;
}

void KeReleaseSpinLock(KSPIN_LOCK *spin, KIRQL irql)
{
    (void)irql;
    locks_held--;
    __atomic_store_n(spin, 0, __ATOMIC_RELEASE);
}

void KeInitializeEvent(KEVENT *event, EVENT_TYPE type, BOOLEAN state)
{
    (void)type;
    event->signalled = state;
}

LONG KeSetEvent(KEVENT *event, LONG increment, BOOLEAN wait)
{
    (void)increment;
    (void)wait;
    fake_os_lock();
    event->signalled = 1;
    fake_os_changed();
    fake_os_unlock();
    return 0;
}

NTSTATUS KeWaitForSingleObject(PVOID object,
                               KWAIT_REASON reason,
                               KPROCESSOR_MODE mode,
                               BOOLEAN alertable,
                               PLARGE_INTEGER timeout)
{
    KEVENT *event = object;
    ULONG64 until;
    LONG signalled;

    (void)reason;
    (void)mode;
    (void)alertable;
    fake_os_lock();
    until = fake.now_ms + (ULONG64)(-timeout->QuadPart) / 10000;
    fake.waiting++;
    fake_os_changed();
    while (event->signalled == 0 && fake.now_ms < until) {
        fake_os_wait();
    }
    fake.waiting--;
    signalled = event->signalled;
    event->signalled = 0;
    fake_os_unlock();
    return signalled != 0 ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

ULONG64 KeQueryInterruptTime(void)
{
    return __atomic_load_n(&fake.now_ms, __ATOMIC_RELAXED) * 10000u;
}

VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER now)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    now->QuadPart = (LONGLONG)time.tv_sec * 10000000 + time.tv_nsec / 100 + 116444736000000000;
}

KIRQL KeGetCurrentIrql(void)
{
    return PASSIVE_LEVEL;
}

PIRP IoGetTopLevelIrp(void)
{
    return NULL;
}

HANDLE PsGetCurrentThreadId(void)
{
    return (HANDLE)(ULONG_PTR)(fake_os_pid() + 4);
}

/* With the size in front. */
PVOID ExAllocatePoolWithTag(POOL_TYPE type, SIZE_T size, ULONG tag)
{
    SIZE_T *made = malloc(size + 64);

    (void)type;
    (void)tag;
    if (made == NULL) {
        return NULL;
    }
    made[0] = size;
    __atomic_add_fetch(&pool_held, (LONG64)size, __ATOMIC_SEQ_CST);
    return (UINT8 *)made + 64;
}

void ExFreePoolWithTag(PVOID at, ULONG tag)
{
    SIZE_T *made = (SIZE_T *)(void *)((UINT8 *)at - 64);

    (void)tag;
    __atomic_sub_fetch(&pool_held, (LONG64)made[0], __ATOMIC_SEQ_CST);
    free(made);
}
