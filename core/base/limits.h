/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Every limit on what comes from outside, with the reason for its number.
 *
 * Layer 0 (base).
 */

#ifndef SONDA_CORE_BASE_LIMITS_H
#define SONDA_CORE_BASE_LIMITS_H

#include "sonda/record.h"

/*
 * Nesting of JSON and XML. Real telemetry stays below 12; 64 leaves room and
 * keeps the parsers' stacks in a few cache lines.
 */
#define SONDA__DEPTH_MAX 64u

/*
 * Fields of one event. The widest real record seen has 112; 4,096 elements let
 * a list of paths or arguments through and bound the field array at 192 KiB.
 */
#define SONDA__EVENT_FIELDS_MAX 4096u

/*
 * Keys of one JSON record, at every depth: a field each, and as many again that
 * hold objects or nothing. Keys are remembered so that duplicates are found.
 */
#define SONDA__EVENT_KEYS_MAX 8192u

/*
 * Room that decoding, enrichment and rendered numbers need beside the record
 * itself: the field array, and at most 64 bytes of rendering for each field.
 */
#define SONDA__EVENT_EXTRA_BYTES 1048576u

/* A field's name. Longer keys are cut off from rules by no known source. */
#define SONDA__FIELD_NAME_MAX 255u

/*
 * Texts kept of one process. Paths: PATH_MAX of Linux. Command lines: 99.9 % of
 * those of a build machine are shorter than 8 KiB. Longer ones are cut and
 * flagged, so that one process cannot fill the table.
 */
#define SONDA__PROCESS_PATH_MAX 4096u
#define SONDA__PROCESS_COMMAND_LINE_MAX 8192u
#define SONDA__PROCESS_USER_MAX 256u

/*
 * Of an ancestor's command line in an event's chain: enough to recognise it,
 * and eight of them still fit beside the largest record.
 */
#define SONDA__CHAIN_COMMAND_LINE_MAX 1024u

/*
 * One YAML document with every alias written out, in bytes of text plus a
 * charge per node. SigmaHQ's largest rule is 0.2 MB; an alias bomb passes any
 * limit, so this one only has to be far from both.
 */
#define SONDA__YAML_EXPANDED_MAX ((size_t)8 * 1024 * 1024)

/*
 * Keys of one YAML mapping: a rule's widest has some fifty. Duplicates are
 * found by comparing all pairs, which this bounds.
 */
#define SONDA__YAML_KEYS_MAX 1024u

/* Anchors of one YAML document, searched one by one for each alias. */
#define SONDA__YAML_ANCHORS_MAX 256u

/*
 * Nodes of one rule's condition with `1 of` and `all of` written out. The
 * largest known has 40; each is a step of a program that events run.
 */
#define SONDA__CONDITION_NODES_MAX 4096u

/*
 * Placeholders of one value, and what one item's values come to with all of
 * them written out: lists of a house's hosts or accounts fit, products of such
 * lists do not.
 */
#define SONDA__PLACEHOLDERS_MAX 8u
#define SONDA__EXPANDED_VALUES_MAX 65536u
#define SONDA__EXPANDED_BYTES_MAX ((size_t)8 * 1024 * 1024)

/*
 * Audit serials that wait for further lines. auditd writes a serial's lines
 * close together; interleaved are as many as there are processors at work. A
 * serial of half a megabyte holds the longest command line seen in the wild many
 * times over, and eight such leave nothing for others only on purpose.
 */
#define SONDA__AUDIT_PENDING_MAX 64u
#define SONDA__AUDIT_BLOCK_BYTES 4096u
#define SONDA__AUDIT_BLOCKS_MAX 1024u
#define SONDA__AUDIT_SERIAL_BLOCKS_MAX 128u

/*
 * Events that correlations remember: of one group, of one rule, and over all
 * rules unless the tracker's options say otherwise. One rule takes at most a
 * quarter, so that a flood of one kind leaves the others their state. A window
 * of one group is walked for each of its events, which bounds that walk.
 */
#define SONDA__WINDOW_GROUP_EVENTS_MAX 4096u
#define SONDA__WINDOW_RULE_SHARE 4u
#define SONDA__WINDOW_EVENTS_DEFAULT 65536u

/*
 * Rules of one event that correlations wait for: dozens of rules match one
 * event at worst, and few of them are waited for.
 */
#define SONDA__EVENT_WAITED_MAX 256u

/*
 * Names of files and registry keys that ETW events refer to by number, and the
 * text of them all. A busy machine has some thousand files and keys open; a name is
 * a hundred bytes, and at most what a UNICODE_STRING holds. Volumes: letters,
 * and as many mounted without one.
 */
#define SONDA__OBJECT_NAMES_MAX 8192u
#define SONDA__OBJECT_TEXT_BYTES ((uint64_t)2 * 1024 * 1024)
#define SONDA__OBJECT_NAME_MAX 32768u
#define SONDA__VOLUMES_MAX 64u
#define SONDA__VOLUME_NAME_MAX 96u

/*
 * Trace files. A session's buffers have at most 16 MiB; an event is shorter than
 * 64 KiB, its length having 16 bits. Items of extended data: Windows knows some
 * twenty kinds, each at most once.
 */
#define SONDA__ETL_BUFFER_MAX ((uint32_t)16 * 1024 * 1024)
#define SONDA__ETL_EVENT_MAX ((size_t)64 * 1024)
#define SONDA__ETL_ITEMS_MAX 64u

/*
 * Event log files. A chunk is 64 KiB, so that its templates and the texts they
 * name cannot be more without one being read over and over: what they come to
 * compiled is bounded by a multiple no real chunk is near (the richest one seen
 * has 14 KiB), and so are the templates' sources read for it and the payloads
 * made of it. One template has at most as many fields as an event would hold.
 */
#define SONDA__EVTX_SHAPE_OPS_MAX 2048u
#define SONDA__EVTX_SHAPE_TEXT_MAX 65535u
#define SONDA__EVTX_SHAPES_MAX 512u
#define SONDA__EVTX_SHAPE_BYTES_MAX ((size_t)512 * 1024)
#define SONDA__EVTX_SOURCE_BYTES_MAX ((size_t)512 * 1024)
#define SONDA__EVTX_CHUNK_PAYLOAD_MAX ((size_t)16 * 1024 * 1024)

/*
 * Payload of one event log record: its 64 KiB of values beside its shapes.
 * Fragments within values of fragments: real records have one within another.
 */
#define SONDA__EVTX_PAYLOAD_MAX ((size_t)512 * 1024)
#define SONDA__EVTX_NESTING_MAX 8u

/*
 * Text rendered from one payload, as a multiple of it and a base: binary doubles,
 * UTF-16 grows by half, a number of one byte by three digits. More is one value
 * named again and again.
 */
#define SONDA__EVTX_TEXT_FACTOR 8u
#define SONDA__EVTX_TEXT_BASE 65536u

#endif
