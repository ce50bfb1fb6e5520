/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the Windows driver writes and what it is told, offset by offset.
 *
 * Three layouts: the payload of a SONDA_SOURCE_DRIVER record; the commands and
 * batches of the event port; the requests and replies of the decision port.
 *
 * A payload is a head of fixed size and then items, each a kind, flags, a
 * length and bytes. The driver writes it; the user part adds items (drive
 * letters, the user's name) and the 64-byte record header; the decoder in
 * core/normalise is the one reader. The driver copies and never interprets:
 * names are as the kernel has them (\Device\HarddiskVolume3\…, \REGISTRY\…), and
 * where a name cannot be asked for safely there is a number that an earlier
 * record gave a name to.
 *
 * All numbers are little-endian, all text is UTF-16. Nothing in a payload is
 * trusted by its reader, and nothing a client sends is trusted by the driver.
 * A reader skips items of a kind it does not know, so kinds may be added
 * without a new version.
 *
 * Public, for implementers; macros only, so that kernel code can include it.
 * Compiles alone as C99 and C++11.
 */

#ifndef SONDA_SPI_DRIVER_RECORD_H
#define SONDA_SPI_DRIVER_RECORD_H

/** Version of all three layouts: of payloads in the record header, of messages
 * in their first word. */
#define SONDA_DRIVER_VERSION 1u

/** Record types, in the record header and at offset 4 of the payload. Pinned. */
#define SONDA_DRIVER_PROCESS_START 1u
/** The last thread of a process ended. */
#define SONDA_DRIVER_PROCESS_STOP 2u
/** A thread that one process started in another; not the first of a process. */
#define SONDA_DRIVER_REMOTE_THREAD 3u
/** An image was mapped to run; a driver, when the process id is 0. */
#define SONDA_DRIVER_IMAGE_LOAD 4u
/** A file was created, overwritten or superseded. */
#define SONDA_DRIVER_FILE_CREATE 5u
/** A file was opened to be executed; only where decisions are asked for. */
#define SONDA_DRIVER_FILE_EXECUTE 6u
/** The first write since a file was opened or last closed. */
#define SONDA_DRIVER_FILE_WRITE 7u
/** A writable mapping of a file was made. */
#define SONDA_DRIVER_FILE_MAP_WRITE 8u
#define SONDA_DRIVER_FILE_RENAME 9u
/** A hard link was made; the second name is the new one. */
#define SONDA_DRIVER_FILE_LINK 10u
/** Marked to be deleted (or, argument 0, no longer). */
#define SONDA_DRIVER_FILE_DELETE 11u
/** End of file or allocation was set; the length is the new one. */
#define SONDA_DRIVER_FILE_SIZE 12u
/** A handle to a file that was written or mapped writable was closed. */
#define SONDA_DRIVER_FILE_CLEANUP 13u
#define SONDA_DRIVER_KEY_CREATE 14u
#define SONDA_DRIVER_KEY_DELETE 15u
/** The item TARGET_NAME is the new name of the key, without its path. */
#define SONDA_DRIVER_KEY_RENAME 16u
#define SONDA_DRIVER_VALUE_SET 17u
#define SONDA_DRIVER_VALUE_DELETE 18u
/** A handle to a watched process was made or duplicated. */
#define SONDA_DRIVER_PROCESS_HANDLE 19u
/** One above the largest type. */
#define SONDA_DRIVER_TYPE_COUNT 20u

/*
 * The head. Offsets from the start of the payload; the number in a name's
 * comment is the size in bytes. What a type does not use is zero. Times "of
 * the system" count 100 ns since 1601 UTC, times "of uptime" 100 ns since the
 * machine started, suspend included.
 */

/** 4: bytes of the payload as the driver wrote it. With items that the user
 * part appended it counts those too. */
#define SONDA_DRIVER_AT_SIZE 0
/** 2: SONDA_DRIVER_PROCESS_START and so on. */
#define SONDA_DRIVER_AT_TYPE 4
/** 2: SONDA_DRIVER_HEAD_… flags. */
#define SONDA_DRIVER_AT_FLAGS 6
/** 8: when, system time. */
#define SONDA_DRIVER_AT_TIME 8
/** 8: when, uptime. */
#define SONDA_DRIVER_AT_UPTIME 16
/** 8: number of the record since the driver was loaded, from 1. Records that
 * did not fit took a number too: a gap is a loss. 0 in requests. */
#define SONDA_DRIVER_AT_SEQUENCE 24
/** 4: the process that acts. START, STOP, IMAGE_LOAD: the process itself. */
#define SONDA_DRIVER_AT_PID 32
/** 4: the thread that acts. */
#define SONDA_DRIVER_AT_TID 36
/** 8: start of that process, system time: with the id, the key of a process. */
#define SONDA_DRIVER_AT_START 40
/** 4: the other process. START: the parent, which the creator may choose.
 * REMOTE_THREAD, PROCESS_HANDLE: the target. */
#define SONDA_DRIVER_AT_OTHER_PID 48
/** 4: START: the process that created it. REMOTE_THREAD: the new thread. */
#define SONDA_DRIVER_AT_OTHER_ID 52
/** 8: start of the other process, system time. */
#define SONDA_DRIVER_AT_OTHER_START 56
/** 8: the open file, as a number that lasts as long as the driver knows it;
 * 0: unknown. A record without a name means the last one this number had. */
#define SONDA_DRIVER_AT_STREAM 64
/** 8: IMAGE_LOAD: base address. REMOTE_THREAD: zero, asked for in user mode. */
#define SONDA_DRIVER_AT_ADDRESS 72
/** 8: IMAGE_LOAD: bytes of the image. FILE_SIZE: the new size. VALUE_SET:
 * bytes of the data, also when not copied. */
#define SONDA_DRIVER_AT_LENGTH 80
/** 4: FILE_CREATE, FILE_EXECUTE, PROCESS_HANDLE: access asked for.
 * FILE_MAP_WRITE: page protection. FILE_DELETE: flags of the disposition.
 * IMAGE_LOAD: properties as IMAGE_INFO has them. VALUE_SET: REG_… type.
 * KEY_CREATE: 1 created, 2 opened. PROCESS_STOP: exit status. */
#define SONDA_DRIVER_AT_ARGUMENT 88
/** 4: FILE_CREATE: 0 superseded, 2 created, 3 overwritten. FILE_SIZE,
 * FILE_RENAME, FILE_LINK, FILE_DELETE: the information class.
 * PROCESS_HANDLE: access that was granted after protection. */
#define SONDA_DRIVER_AT_ARGUMENT2 92
/** 8: id of the request that asked about this; 0: none. A client that answered
 * or saw that request has the event already. */
#define SONDA_DRIVER_AT_REQUEST 96
/** 4: START: session of the process. */
#define SONDA_DRIVER_AT_SESSION 104
/* Offsets 108 to 127: zero. */
/** Bytes of the head; the first item begins here. */
#define SONDA_DRIVER_HEAD_SIZE 128

/** Head flag: a request about it got no answer; the default was taken. */
#define SONDA_DRIVER_HEAD_DEFAULTED 0x0001u
/** Head flag: it was refused. */
#define SONDA_DRIVER_HEAD_DENIED 0x0002u
/** Head flag: PROCESS_HANDLE: duplicated, not opened. */
#define SONDA_DRIVER_HEAD_DUPLICATED 0x0004u
/** Head flag: KEY_…, VALUE_…: the name of the key could not be had. */
#define SONDA_DRIVER_HEAD_NAMELESS 0x0008u

/*
 * Items. Each: u16 kind, u16 flags, u32 length, that many bytes, and zero to
 * seven bytes of padding, so that each begins at a multiple of eight.
 */
#define SONDA_DRIVER_ITEM_HEAD_SIZE 8

/** What it happened to: file, image or key, as the kernel names it. */
#define SONDA_DRIVER_ITEM_NAME 1u
/** FILE_RENAME, FILE_LINK, KEY_RENAME: the new name. */
#define SONDA_DRIVER_ITEM_TARGET_NAME 2u
/** PROCESS_START. */
#define SONDA_DRIVER_ITEM_COMMAND_LINE 3u
/** VALUE_SET, VALUE_DELETE; empty: the default value. */
#define SONDA_DRIVER_ITEM_VALUE_NAME 4u
/** VALUE_SET: the data, cut at SONDA_DRIVER_VALUE_MAX. Bytes, not text. */
#define SONDA_DRIVER_ITEM_VALUE_DATA 5u
/** By the user part: "C:", a zero, "\Device\HarddiskVolume3". May repeat. */
#define SONDA_DRIVER_ITEM_DRIVE 6u
/** By the user part: "DOMAIN\user" of the process that acts. */
#define SONDA_DRIVER_ITEM_USER 7u
/** By the user part: image of the process that acts, where it is not NAME. */
#define SONDA_DRIVER_ITEM_IMAGE 8u
/** By the user part: image of the other process. */
#define SONDA_DRIVER_ITEM_OTHER_IMAGE 9u
/** By the user part: current directory of a process that started. */
#define SONDA_DRIVER_ITEM_DIRECTORY 10u

/** Item flag: cut at a limit. */
#define SONDA_DRIVER_ITEM_TRUNCATED 0x0001u

/** Bytes of registry data in a record: longer values are rarely read by rules. */
#define SONDA_DRIVER_VALUE_MAX 4096u
/** Largest payload the driver writes: a command line of 32,767 characters and an
 * image name of the same length, cut where both are that long. */
#define SONDA_DRIVER_RECORD_MAX 98304u

/*
 * The event port. The client pulls: it sends a command, the driver fills the
 * reply buffer. The driver therefore needs no thread of its own, and a client
 * that is slow or gone costs nothing but the queue. One client at a time.
 *
 * Every command is SONDA_DRIVER_COMMAND_SIZE bytes; a wrong version, size or
 * command is refused with STATUS_INVALID_PARAMETER and changes nothing.
 */
#define SONDA_DRIVER_EVENT_PORT "\\SondaEvents"
#define SONDA_DRIVER_DECISION_PORT "\\SondaDecisions"

/** 4: SONDA_DRIVER_VERSION. */
#define SONDA_DRIVER_COMMAND_AT_VERSION 0
/** 4: SONDA_DRIVER_COMMAND_READ and so on. */
#define SONDA_DRIVER_COMMAND_AT_KIND 4
/** 4: READ: wait so many milliseconds for a first record, at most
 * SONDA_DRIVER_WAIT_MAX_MS. OPTIONS: SONDA_DRIVER_OPTION_… flags. */
#define SONDA_DRIVER_COMMAND_AT_ARGUMENT 8
/** 4: OPTIONS: milliseconds until the default is taken, 1 to
 * SONDA_DRIVER_DEADLINE_MAX_MS. */
#define SONDA_DRIVER_COMMAND_AT_DEADLINE 12
/** 4 each: OPTIONS: processes whose handles are watched; the first is the
 * sensor, the second lsass; 0: none. */
#define SONDA_DRIVER_COMMAND_AT_WATCHED 16
#define SONDA_DRIVER_WATCHED_COUNT 4
#define SONDA_DRIVER_COMMAND_SIZE 32

/** Oldest records first, as many whole ones as fit. A second reader at the same
 * time gets STATUS_DEVICE_BUSY; no record within the time: zero bytes; a next
 * record larger than the buffer: STATUS_BUFFER_TOO_SMALL. Offer
 * SONDA_DRIVER_RECORD_MAX bytes or more. */
#define SONDA_DRIVER_COMMAND_READ 1u
/** The counters, SONDA_DRIVER_COUNTERS_SIZE bytes. */
#define SONDA_DRIVER_COMMAND_COUNTERS 2u
/** Forget every cached decision, because content or policy changed. */
#define SONDA_DRIVER_COMMAND_FORGET 3u
/** Replace the options. They fall back to zero when the client leaves. */
#define SONDA_DRIVER_COMMAND_OPTIONS 4u

#define SONDA_DRIVER_WAIT_MAX_MS 1000u
/** Longer would hold up a user's program, and other drivers with it. */
#define SONDA_DRIVER_DEADLINE_MAX_MS 5000u

/** Ask before a process starts. */
#define SONDA_DRIVER_OPTION_ASK_START 0x0001u
/** Ask when a file is opened to be executed. */
#define SONDA_DRIVER_OPTION_ASK_EXECUTE 0x0002u
/** Ask when a file was created or overwritten. */
#define SONDA_DRIVER_OPTION_ASK_CREATE 0x0004u
/** Without an answer: refuse. Without this flag: allow. */
#define SONDA_DRIVER_OPTION_DEFAULT_DENY 0x0008u
/** Take the rights to end, write or steer the sensor out of others' handles. */
#define SONDA_DRIVER_OPTION_PROTECT 0x0010u
#define SONDA_DRIVER_OPTION_ALL 0x001fu

/*
 * Counters, u64 each, since the driver was loaded.
 *
 * Produced = delivered + dropped + what is queued, for each type.
 */
#define SONDA_DRIVER_COUNTERS_AT_PRODUCED 0
/** By type: did not fit into the queue. */
#define SONDA_DRIVER_COUNTERS_AT_DROPPED 160
/** By outcome of a request: SONDA_DRIVER_ANSWERED and so on. */
#define SONDA_DRIVER_COUNTERS_AT_OUTCOME 320
/** Answered from the cache of a stream. */
#define SONDA_DRIVER_COUNTERS_AT_CACHED 384
/** Streams that could not be remembered, because as many are as may be. */
#define SONDA_DRIVER_COUNTERS_AT_FORGOTTEN 392
/** Names that could not be had. */
#define SONDA_DRIVER_COUNTERS_AT_NAMELESS 400
/** Bytes in the queue now, and the most there were. */
#define SONDA_DRIVER_COUNTERS_AT_QUEUED 408
#define SONDA_DRIVER_COUNTERS_AT_QUEUED_MOST 416
/** Non-paged bytes taken at load; never more. */
#define SONDA_DRIVER_COUNTERS_AT_MEMORY 424
#define SONDA_DRIVER_COUNTERS_SIZE 432

/** The client answered in time. */
#define SONDA_DRIVER_ANSWERED 0u
#define SONDA_DRIVER_NO_CLIENT 1u
#define SONDA_DRIVER_TIMED_OUT 2u
/** The client left, or the driver was unloaded, during the request. */
#define SONDA_DRIVER_DISCONNECTED 3u
/** As many requests as there may be were under way. */
#define SONDA_DRIVER_BUSY 4u
/** A reply of wrong version, size, id or verdict. */
#define SONDA_DRIVER_BAD_REPLY 5u
/** The filter manager could not send it. */
#define SONDA_DRIVER_NOT_SENT 6u
#define SONDA_DRIVER_OUTCOME_COUNT 8

/*
 * The decision port. The driver sends a request and waits until its deadline;
 * the client keeps several FilterGetMessage outstanding and answers each with
 * FilterReplyMessage. After the deadline the default is taken and counted, and
 * the reply is refused by the filter manager. The offsets are from behind
 * FILTER_MESSAGE_HEADER and FILTER_REPLY_HEADER.
 */

/** 4: SONDA_DRIVER_VERSION. */
#define SONDA_DRIVER_REQUEST_AT_VERSION 0
/** 4: bytes of the request, record included. */
#define SONDA_DRIVER_REQUEST_AT_SIZE 4
/** 8: id, never 0, never used twice; the ticket. */
#define SONDA_DRIVER_REQUEST_AT_ID 8
/** 8: uptime by which the answer must be there. */
#define SONDA_DRIVER_REQUEST_AT_DEADLINE 16
/** The record: a payload as above. */
#define SONDA_DRIVER_REQUEST_AT_RECORD 24
/** Largest request; texts are cut to fit and say so. */
#define SONDA_DRIVER_REQUEST_MAX 16384u
/** Requests that can be under way; the next takes the default. */
#define SONDA_DRIVER_REQUEST_COUNT 64

/** 4: SONDA_DRIVER_VERSION. */
#define SONDA_DRIVER_REPLY_AT_VERSION 0
/** 4: SONDA_DRIVER_ALLOW or SONDA_DRIVER_DENY. */
#define SONDA_DRIVER_REPLY_AT_VERDICT 4
/** 8: id of the request. */
#define SONDA_DRIVER_REPLY_AT_ID 8
/** 4: milliseconds to keep the verdict for this file as it is now; 0: do not. */
#define SONDA_DRIVER_REPLY_AT_CACHE 16
/* Offset 20: zero. */
#define SONDA_DRIVER_REPLY_SIZE 24

/** Verdicts. Zero is neither, so that an empty reply decides nothing. */
#define SONDA_DRIVER_ALLOW 1u
#define SONDA_DRIVER_DENY 2u

#endif
