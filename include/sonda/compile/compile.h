/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The compiler: Sigma rules in YAML to one content pack.
 *
 * It runs where rules are written or released, or in a tool that compiles an
 * operator's own rules on the spot; an endpoint that loads packs does not need
 * it. It opens no files: the caller hands over bytes and the path to name in
 * messages. Every document that went in comes out in the report, with what
 * became of it and why; none disappears.
 *
 * The same documents under the same paths give the same pack, byte for byte,
 * in whatever order they are added.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_COMPILE_COMPILE_H
#define SONDA_COMPILE_COMPILE_H

#include "sonda/allocator.h"
#include "sonda/content.h"
#include "sonda/status.h"

/** What became of a document: it is in the pack. */
#define SONDA_COMPILE_COMPILED 1u
/** Understood, but of a kind that is not compiled yet, such as a correlation. */
#define SONDA_COMPILE_SKIPPED 2u
/** Sound, but no source of Sonda delivers the events it is about. */
#define SONDA_COMPILE_UNMAPPED 3u
/** Not sound, or not supported: the reason says what to change. */
#define SONDA_COMPILE_REJECTED 4u

/**
 * What a compiled rule costs: nothing of its own (a filter, a correlation, a
 * document that was not compiled).
 */
#define SONDA_COMPILE_COST_NONE 0u
/** It waits for texts that fewer than one event of a hundred is expected to have. */
#define SONDA_COMPILE_COST_RARE 1u
/** It waits for texts, but for common ones. */
#define SONDA_COMPILE_COST_COMMON 2u
/** No text has to be there: its conditions are looked at for every event. */
#define SONDA_COMPILE_COST_ALWAYS 3u
/** Likewise, and at worst they take 256 steps or more for each byte. */
#define SONDA_COMPILE_COST_HEAVY 4u

/** A document's kind: not told, since it could not be read that far. */
#define SONDA_COMPILE_KIND_UNKNOWN 0u
#define SONDA_COMPILE_KIND_RULE 1u
#define SONDA_COMPILE_KIND_FILTER 2u
#define SONDA_COMPILE_KIND_CORRELATION 3u

/** A compilation: rules gathered, then a pack and a report. */
typedef struct sonda_compile sonda_compile;

/** How to compile. Nothing to choose so far. */
typedef struct sonda_compile_options {
    /** sizeof(sonda_compile_options), set by SONDA_COMPILE_OPTIONS_INIT. */
    uint32_t struct_size;
    /** Zero. */
    uint32_t reserved;
} sonda_compile_options;

#define SONDA_COMPILE_OPTIONS_INIT        \
    {                                     \
        sizeof(sonda_compile_options), 0u \
    }

/** One document of the report; texts are borrowed until sonda_compile_close(). */
typedef struct sonda_compile_entry {
    /** sizeof(sonda_compile_entry), set by SONDA_COMPILE_ENTRY_INIT. */
    uint32_t struct_size;
    /** SONDA_COMPILE_COMPILED to SONDA_COMPILE_REJECTED. */
    uint32_t outcome;
    /** SONDA_COMPILE_KIND_…. */
    uint32_t kind;
    /** SONDA_LEVEL_…; medium where a rule does not say. */
    uint32_t level;
    /** Line of the reason, or where the document begins; from 1. */
    uint32_t line;
    /** Zero. */
    uint32_t reserved;
    /** As given to sonda_compile_add_yaml(). */
    sonda_text path;
    /**
     * The rule's id in lower case. A rule without one gets an id made from its
     * title, which stays the same as long as the title does.
     */
    sonda_text id;
    sonda_text title;
    /** What is wrong and what to do about it; empty for most compiled ones. */
    sonda_text reason;
    /** SONDA_COMPILE_COST_…; known once sonda_compile_finish() has succeeded. */
    uint32_t cost;
    /** Different texts of which one must be in an event, or the rule is not
     * looked at. */
    uint32_t literal_count;
    /** Events of a million of its log sources for which its conditions are
     * expected to be looked at: an estimate from the texts alone. */
    uint32_t per_million;
    /** Zero. */
    uint32_t reserved_cost;
    /** Steps that its conditions take at worst, for an event and for each byte
     * of it, as the verifier proves them. */
    uint64_t steps_per_event;
    uint64_t steps_per_byte;
    /** The rarest and the commonest of those texts, case folded. */
    sonda_text rarest;
    sonda_text commonest;
} sonda_compile_entry;

#define SONDA_COMPILE_ENTRY_INIT                                                             \
    {                                                                                        \
        sizeof(sonda_compile_entry), 0u, 0u, 0u, 0u, 0u, {NULL, 0u}, {NULL, 0u}, {NULL, 0u}, \
            {NULL, 0u}, 0u, 0u, 0u, 0u, 0u, 0u, {NULL, 0u},                                  \
        {                                                                                    \
            NULL, 0u                                                                         \
        }                                                                                    \
    }

/** Something to look at in a rule that compiles all the same. */
typedef struct sonda_compile_warning {
    /** sizeof(sonda_compile_warning), set by SONDA_COMPILE_WARNING_INIT. */
    uint32_t struct_size;
    /** Line it is about, from 1. */
    uint32_t line;
    /** One line; borrowed until sonda_compile_close(). */
    sonda_text text;
} sonda_compile_warning;

#define SONDA_COMPILE_WARNING_INIT         \
    {                                      \
        sizeof(sonda_compile_warning), 0u, \
        {                                  \
            NULL, 0u                       \
        }                                  \
    }

SONDA_BEGIN_DECLS

/**
 * Open a compilation.
 *
 * @param compile    Output handle.
 * @param options    NULL for the defaults.
 * @param allocator  NULL for malloc and free; copied.
 *
 * @retval SONDA_OK                    Opened; close with sonda_compile_close().
 * @retval SONDA_ERR_INVALID_ARGUMENT  `compile` is NULL.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was opened.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 *
 * @threads   Any; one caller at a time per compilation.
 * @allocates The handle.
 */
SONDA_API sonda_status sonda_compile_open(sonda_compile **compile,
                                          const sonda_compile_options *options,
                                          const sonda_allocator *allocator);

/**
 * Close a compilation, its pack and its report. NULL does nothing.
 *
 * @threads   The last user.
 * @allocates Nothing; gives back.
 */
SONDA_API void sonda_compile_close(sonda_compile *compile);

/**
 * Say what placeholders stand for in values with the modifier `expand`. Without
 * it such rules are rejected; so is one with a placeholder that has no values
 * here.
 *
 * The table is a YAML mapping of names to a value or a list of values:
 * `admins: [alice, 'svc_*']`. A rule's value `%admins%` becomes as many values,
 * each put in as if the rule had been written with it, wildcards included. A
 * name has letters, digits, '_', '-' and '.'.
 *
 * @param compile  From sonda_compile_open(); nothing added yet.
 * @param bytes    The table, UTF-8; read during the call.
 * @param len      Bytes of it.
 * @param error    What is wrong and on which line; may be NULL.
 *
 * @retval SONDA_OK                    Set.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_BAD_STATE         Set before, or rules were added already.
 * @retval SONDA_ERR_MALFORMED         Not YAML, or no such table; nothing is
 *                                     set.
 * @retval SONDA_ERR_LIMIT             Beyond what one YAML document may hold.
 * @retval SONDA_ERR_NO_MEMORY         Nothing is set.
 *
 * @threads   One caller at a time per compilation.
 * @allocates The table; libyaml's own scratch memory by malloc, given back
 *            before the call returns.
 */
SONDA_API sonda_status sonda_compile_set_placeholders(sonda_compile *compile,
                                                      const void *bytes,
                                                      size_t len,
                                                      sonda_error *error);

/**
 * Set the response policy that goes into the pack beside the rules: a YAML
 * list of what findings shall lead to, by rule, tag or level. docs/policy.md
 * has its form.
 *
 * Where rules are added, those that the policy names must be among them, which
 * is checked at the end. A policy without rules makes a pack that is laid over
 * others.
 *
 * @param compile  From sonda_compile_open(), not finished.
 * @param bytes    The policy, UTF-8; read during the call.
 * @param len      Bytes of it.
 * @param error    What is wrong and on which line; may be NULL.
 *
 * @retval SONDA_OK                    Set.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_BAD_STATE         Set before, or the pack is written.
 * @retval SONDA_ERR_MALFORMED         Not YAML, or no such policy; nothing is
 *                                     set.
 * @retval SONDA_ERR_LIMIT             Beyond what one YAML document may hold.
 * @retval SONDA_ERR_NO_MEMORY         Nothing is set.
 *
 * @threads   One caller at a time per compilation.
 * @allocates The policy; libyaml's own scratch memory by malloc, given back
 *            before the call returns.
 */
SONDA_API sonda_status sonda_compile_set_policy(sonda_compile *compile,
                                                const void *bytes,
                                                size_t len,
                                                sonda_error *error);

/**
 * Read a file's documents: rules, filters, correlations, any number of each.
 *
 * A document that is refused gets its entry in the report and does not keep
 * the others from being read; broken YAML ends the file there. A file without
 * any document gets an entry that says so.
 *
 * @param compile  From sonda_compile_open().
 * @param path     Zero-terminated name for messages and for the pack; copied.
 * @param bytes    The file's contents, UTF-8; read during the call.
 * @param len      Bytes of it; NULL is allowed for `bytes` when 0.
 *
 * @retval SONDA_OK                    Read; the report says what came of it.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_BAD_STATE         The compilation is finished, or failed.
 * @retval SONDA_ERR_NO_MEMORY         Some of the file's documents are missing;
 *                                     the compilation can only be closed.
 *
 * @threads   One caller at a time per compilation.
 * @allocates The rules, through the handle's allocator; libyaml's own scratch
 *            memory by malloc, given back before the call returns.
 */
SONDA_API sonda_status sonda_compile_add_yaml(sonda_compile *compile,
                                              const char *path,
                                              const void *bytes,
                                              size_t len);

/**
 * Read the rules of a tar archive: every regular file in it whose name ends in
 * .yml or .yaml, as sonda_compile_add_yaml() would, in the order of the
 * archive. Its path is that of the archive, a slash, and its name there.
 *
 * POSIX (ustar, pax) and GNU archives are read, not compressed ones. Nothing is
 * unpacked.
 *
 * @param compile  From sonda_compile_open().
 * @param path     Zero-terminated name of the archive.
 * @param bytes    The archive; read during the call.
 * @param len      Bytes of it.
 * @param files    Output: how many files were read, also on failure.
 * @param error    What is wrong, and the offset; may be NULL.
 *
 * @retval SONDA_OK                    Read; the report says what came of each.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_UNSUPPORTED       Not a tar archive; nothing was added.
 * @retval SONDA_ERR_MALFORMED, SONDA_ERR_TRUNCATED
 *                                     Damaged; the files before the damage were
 *                                     read.
 * @retval SONDA_ERR_BAD_STATE         The compilation is finished, or failed.
 * @retval SONDA_ERR_NO_MEMORY         Some documents are missing; the
 *                                     compilation can only be closed.
 *
 * @threads   One caller at a time per compilation.
 * @allocates As sonda_compile_add_yaml().
 */
SONDA_API sonda_status sonda_compile_add_tar(sonda_compile *compile,
                                             const char *path,
                                             const void *bytes,
                                             size_t len,
                                             size_t *files,
                                             sonda_error *error);

/**
 * Write the pack, unsigned, of everything usable that was added.
 *
 * Rules are taken in the order of their ids. Of several with one id the one
 * whose path and line come first stays and the others are rejected. Filters
 * name rules by id or by `name`; names are looked up among the rules added.
 *
 * @param compile   From sonda_compile_open(); afterwards only to be asked and
 *                  closed.
 * @param pack      Output: the pack, borrowed until sonda_compile_close().
 * @param pack_len  Output: bytes of it.
 * @param error     Filled on failure; may be NULL.
 *
 * @retval SONDA_OK                    The pack is complete.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_EMPTY             No rule and no filter is usable; the
 *                                     report is complete.
 * @retval SONDA_ERR_NOT_FOUND         The policy names a rule that is not in
 *                                     the pack; `error` has the policy's line.
 * @retval SONDA_ERR_BAD_STATE         Called before, or adding failed.
 * @retval SONDA_ERR_LIMIT             The pack would be beyond its format.
 * @retval SONDA_ERR_NO_MEMORY         No pack.
 *
 * @threads   One caller at a time per compilation.
 * @allocates The pack and what writing it needs.
 */
SONDA_API sonda_status sonda_compile_finish(sonda_compile *compile,
                                            const void **pack,
                                            size_t *pack_len,
                                            sonda_error *error);

/**
 * Number of documents with an outcome. Outcomes are final once
 * sonda_compile_finish() was called: until then a rule may still turn out to
 * be a duplicate or to hold a value that cannot be compiled.
 *
 * @param compile  From sonda_compile_open().
 * @param outcome  SONDA_COMPILE_COMPILED to SONDA_COMPILE_REJECTED; 0 for all.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   One caller at a time per compilation.
 * @allocates Nothing.
 */
SONDA_API size_t sonda_compile_count(const sonda_compile *compile, uint32_t outcome);

/**
 * One document of the report, in the order they were added.
 *
 * @param compile  From sonda_compile_open().
 * @param index    0 to sonda_compile_count(compile, 0) - 1.
 * @param entry    Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The entry's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such index.
 *
 * @threads   One caller at a time per compilation.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_compile_entry_get(const sonda_compile *compile,
                                               size_t index,
                                               sonda_compile_entry *entry);

/**
 * One warning about a document: of a field that no record of its log source
 * has, with the nearest name that one has (docs/rules.md tells for which
 * sources this is known); of a rule that must always run, once
 * sonda_compile_finish() has succeeded.
 *
 * @param compile  From sonda_compile_open().
 * @param index    The document, as for sonda_compile_entry_get().
 * @param which    0 to the first that is not found.
 * @param warning  Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The struct's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such document, or no further warning.
 *
 * @threads   One caller at a time per compilation.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_compile_warning_get(const sonda_compile *compile,
                                                 size_t index,
                                                 size_t which,
                                                 sonda_compile_warning *warning);

/**
 * Name of a cost, such as "rare", for reports.
 *
 * @return  Static string; "none" for a value that is none.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_compile_cost_name(uint32_t cost);

/**
 * Name of an outcome, such as "compiled", for reports.
 *
 * @return  Static string; "unknown" for a value that is none.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API const char *sonda_compile_outcome_name(uint32_t outcome);

SONDA_END_DECLS

#endif
