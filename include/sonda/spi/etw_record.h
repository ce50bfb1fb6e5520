/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Payload of a SONDA_SOURCE_ETW record, offset by offset.
 *
 * After the 64-byte record header comes a head of fixed size and then the
 * event's user data as its provider wrote it. An adapter copies EVENT_RECORD
 * into this, field by field; a trace file gives the same. What the bytes mean
 * is told by the provider, the id and the version, which the decoder in
 * core/normalise has layouts for. All numbers are little-endian.
 *
 * Classic events (EVENT_HEADER_FLAG_CLASSIC_HEADER in the flags) have id 0 and
 * are told apart by their opcode.
 *
 * Names of volumes: core knows no drive letters. Whoever does hands in the
 * event that trace files have for it: provider SysConfigEx
 * {9b79ee91-b5fd-41c0-a243-4248e266e9d0}, classic, opcode 35, version 2, and
 * as user data two zero-terminated UTF-16 texts: the volume's device
 * (\Device\HarddiskVolume3) and what stands for it (C:). From then on paths
 * that begin with the device begin with the letter.
 *
 * The header's wall_ns is the time stamp in nanoseconds since 1970; `stream`
 * is the session's or the file's: names of objects (files by FileObject,
 * registry keys by KeyObject) are resolved within one stream.
 *
 * Nothing in a payload is trusted by its reader.
 *
 * Public, for implementers; macros only. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_SPI_ETW_RECORD_H
#define SONDA_SPI_ETW_RECORD_H

/** Version of this layout, in the record header. */
#define SONDA_ETW_VERSION 1u

/** Record type, in the record header. Pinned. */
#define SONDA_ETW_EVENT 1u

/*
 * The head. Offsets from the start of the payload; the number in a comment is
 * the size in bytes.
 */

/** 4: bytes of the payload, this number included. */
#define SONDA_ETW_AT_SIZE 0
/** 2: EVENT_HEADER.Flags; SONDA_ETW_FLAG_… are those that are read. */
#define SONDA_ETW_AT_FLAGS 4
/** 2: EVENT_DESCRIPTOR.Id; 0 of a classic event. */
#define SONDA_ETW_AT_ID 6
/** 1: EVENT_DESCRIPTOR.Version. */
#define SONDA_ETW_AT_VERSION 8
/** 1: EVENT_DESCRIPTOR.Opcode; of a classic event its type. */
#define SONDA_ETW_AT_OPCODE 9
/** 1: EVENT_DESCRIPTOR.Level. */
#define SONDA_ETW_AT_LEVEL 10
/** 1: EVENT_DESCRIPTOR.Channel. */
#define SONDA_ETW_AT_CHANNEL 11
/** 2: EVENT_DESCRIPTOR.Task. */
#define SONDA_ETW_AT_TASK 12
/* Offset 14: two bytes, zero. */
/** 8: EVENT_DESCRIPTOR.Keyword. */
#define SONDA_ETW_AT_KEYWORD 16
/** 8: when, 100 ns since 1601 UTC; 0 where it is not known. */
#define SONDA_ETW_AT_TIME 24
/** 4: process that wrote the event; all ones: not known. */
#define SONDA_ETW_AT_PID 32
/** 4: thread that did; all ones: not known. */
#define SONDA_ETW_AT_TID 36
/** 16: EVENT_HEADER.ProviderId, a GUID as it stands in memory. */
#define SONDA_ETW_AT_PROVIDER 40
/** 16: EVENT_HEADER.ActivityId, likewise. */
#define SONDA_ETW_AT_ACTIVITY 56
/** Bytes of the head; the user data begins here. */
#define SONDA_ETW_HEAD_SIZE 72

/** EVENT_HEADER_FLAG_32_BIT_HEADER: pointers take 4 bytes, not 8. */
#define SONDA_ETW_FLAG_32_BIT 0x0020u
/** EVENT_HEADER_FLAG_CLASSIC_HEADER. */
#define SONDA_ETW_FLAG_CLASSIC 0x0100u

#endif
