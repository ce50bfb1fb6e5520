/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Content: a pack of rules, checked and ready to be published to an engine.
 *
 * A pack is data and never trusted: loading proves that its digest, its
 * signature where one is required, and every offset, count and index in it
 * hold, or says where they do not. Loaded content never changes, is counted by
 * reference and may be read from any number of threads.
 *
 * Public. Compiles alone as C99 and C++11.
 */

#ifndef SONDA_CONTENT_H
#define SONDA_CONTENT_H

#include "sonda/allocator.h"
#include "sonda/response.h"
#include "sonda/status.h"

/** A rule's level, as in Sigma. Pinned values. */
#define SONDA_LEVEL_INFORMATIONAL 0u
#define SONDA_LEVEL_LOW 1u
#define SONDA_LEVEL_MEDIUM 2u
#define SONDA_LEVEL_HIGH 3u
#define SONDA_LEVEL_CRITICAL 4u

/** Signature algorithms of trusted keys. Pinned values. */
#define SONDA_KEY_ECDSA_P256 1u
#define SONDA_KEY_ED25519 2u

/** Content that was loaded. */
typedef struct sonda_content sonda_content;

/** A public key whose signature on a pack is accepted. */
typedef struct sonda_trusted_key {
    /** SONDA_KEY_…. */
    uint32_t algorithm;
    /** Zero. */
    uint32_t reserved;
    /**
     * SONDA_KEY_ECDSA_P256: the 65 bytes of an uncompressed point, 0x04 first.
     * SONDA_KEY_ED25519: the 32 bytes of the key.
     */
    const uint8_t *bytes;
    size_t len;
} sonda_trusted_key;

/** How to load a pack. */
typedef struct sonda_content_options {
    /** sizeof(sonda_content_options), set by SONDA_CONTENT_OPTIONS_INIT. */
    uint32_t struct_size;
    /** 1 (the default): refuse a pack without a signature by a trusted key. */
    uint32_t require_signature;
    /**
     * 1: keep pointing into the caller's bytes, which must then stay unchanged
     * until the content is gone. 0 (the default): copy them.
     */
    uint32_t borrow;
    /** Zero. */
    uint32_t reserved;
    /**
     * Highest worst-case cost of the whole pack for each byte of an event, in
     * steps; 0 takes the default. A dearer pack is refused.
     */
    uint64_t max_cost_per_byte;
    /**
     * NULL, or content this pack is laid over: its rules come first, the
     * pack's rules after them, and the pack's filters apply to both. The
     * result keeps a reference to the base.
     */
    sonda_content *base;
    /** Keys whose signatures count; read during the call. */
    const sonda_trusted_key *trusted_keys;
    size_t trusted_key_count;
} sonda_content_options;

#define SONDA_CONTENT_OPTIONS_INIT                                    \
    {                                                                 \
        sizeof(sonda_content_options), 1u, 0u, 0u, 0u, NULL, NULL, 0u \
    }

/** Text inside content: not zero-terminated, good as long as the content. */
typedef struct sonda_text {
    const char *data;
    size_t len;
} sonda_text;

/** What a rule says of itself, borrowed from its content. */
typedef struct sonda_rule_view {
    /** sizeof(sonda_rule_view), set by SONDA_RULE_VIEW_INIT. */
    uint32_t struct_size;
    /** SONDA_LEVEL_…. */
    uint32_t level;
    /** Line of the rule in the file it was compiled from. */
    uint32_t line;
    uint32_t tag_count;
    uint32_t falsepositive_count;
    uint32_t reserved;
    sonda_text id;
    sonda_text title;
    sonda_text description;
    sonda_text author;
    sonda_text status;
    /** The log source as the rule writes it. */
    sonda_text category;
    sonda_text product;
    sonda_text service;
    /** The file it was compiled from, as named to the compiler. */
    sonda_text path;
} sonda_rule_view;

#define SONDA_RULE_VIEW_INIT                                                             \
    {                                                                                    \
        sizeof(sonda_rule_view), 0u, 0u, 0u, 0u, 0u, {NULL, 0u}, {NULL, 0u}, {NULL, 0u}, \
            {NULL, 0u}, {NULL, 0u}, {NULL, 0u}, {NULL, 0u}, {NULL, 0u},                  \
        {                                                                                \
            NULL, 0u                                                                     \
        }                                                                                \
    }

/** What a pack says of itself. */
typedef struct sonda_content_info {
    /** sizeof(sonda_content_info), set by SONDA_CONTENT_INFO_INIT. */
    uint32_t struct_size;
    /** Version of the pack format. */
    uint32_t version;
    /** Rules and filters of this pack, without its base. */
    uint32_t rule_count;
    uint32_t filter_count;
    /** Log sources, field names beside the table's, regular expressions. */
    uint32_t source_count;
    uint32_t native_count;
    uint32_t regex_count;
    /** SONDA_KEY_… of the signature that was accepted; 0: none looked at. */
    uint32_t signature;
    /** Bytes of the pack. */
    uint64_t size_bytes;
    /** Worst case of one event: this many steps, and for each of its bytes. */
    uint64_t cost_per_event;
    uint64_t cost_per_byte;
    /** SHA-256 the pack carries over itself. */
    uint8_t digest[32];
    /** Entries of this pack's response policy. */
    uint32_t policy_count;
    /** Zero. */
    uint32_t reserved;
} sonda_content_info;

#define SONDA_CONTENT_INFO_INIT                                                          \
    {                                                                                    \
        sizeof(sonda_content_info), 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, {0u}, 0u, 0u \
    }

/** One entry of a pack's response policy, borrowed from its content. */
typedef struct sonda_policy_view {
    /** sizeof(sonda_policy_view), set by SONDA_POLICY_VIEW_INIT. */
    uint32_t struct_size;
    /** SONDA_POLICY_RULE, SONDA_POLICY_TAG or SONDA_POLICY_LEVEL. */
    uint32_t kind;
    /** SONDA_ACTION_…. */
    uint32_t action;
    /** SONDA_LEVEL_… of SONDA_POLICY_LEVEL. */
    uint32_t level;
    /** Line of the policy file it was compiled from. */
    uint32_t line;
    /** Zero. */
    uint32_t reserved;
    /** The rule's id, or the tag in lower case. */
    sonda_text name;
    /** What a switch may name; empty for none. */
    sonda_text feature;
} sonda_policy_view;

#define SONDA_POLICY_VIEW_INIT                                     \
    {                                                              \
        sizeof(sonda_policy_view), 0u, 0u, 0u, 0u, 0u, {NULL, 0u}, \
        {                                                          \
            NULL, 0u                                               \
        }                                                          \
    }

SONDA_BEGIN_DECLS

/**
 * Load a pack: check all of it, then make it ready for matching.
 *
 * The work is linear in the size of the pack but for filters, whose targets
 * are looked up. Nothing of a refused pack is kept.
 *
 * @param content    Output handle, holding one reference.
 * @param pack       The pack's bytes; any alignment, need not be trusted.
 * @param pack_len   How many.
 * @param options    NULL for the defaults.
 * @param allocator  NULL for malloc and free; copied.
 * @param error      NULL, or where the reason and the offset go.
 *
 * @retval SONDA_OK                    Loaded; give back with
 *                                     sonda_content_release().
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               A struct is not one we know.
 * @retval SONDA_ERR_NO_MEMORY         Nothing was loaded.
 * @retval SONDA_ERR_TRUNCATED         The pack is longer than `pack_len`.
 * @retval SONDA_ERR_VERSION           A format version this build does not
 *                                     read.
 * @retval SONDA_ERR_CHECKSUM          The bytes differ from their digest.
 * @retval SONDA_ERR_SIGNATURE         No signature by a trusted key.
 * @retval SONDA_ERR_UNSUPPORTED       Signed by an algorithm this build lacks.
 * @retval SONDA_ERR_SCHEMA            Compiled for another field table.
 * @retval SONDA_ERR_MALFORMED         Not a pack, or one that contradicts the
 *                                     format.
 * @retval SONDA_ERR_LIMIT             Costlier or larger than allowed.
 *
 * @threads   Any.
 * @allocates The content: the bytes when copied, and small tables.
 */
SONDA_API sonda_status sonda_content_load(sonda_content **content,
                                          const void *pack,
                                          size_t pack_len,
                                          const sonda_content_options *options,
                                          const sonda_allocator *allocator,
                                          sonda_error *error);

/**
 * Take one more reference.
 *
 * @return  `content`, for chaining; NULL for NULL.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_content *sonda_content_acquire(sonda_content *content);

/**
 * Give back one reference; the last one frees the content. NULL does nothing.
 *
 * @threads   Any.
 * @allocates Nothing; the last gives back.
 */
SONDA_API void sonda_content_release(sonda_content *content);

/**
 * Number of rules, those of the base included. Filters are not rules.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_content_rule_count(const sonda_content *content);

/**
 * Number of the rules that are correlations, those of the base included.
 *
 * @return  The count; 0 for NULL.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API uint32_t sonda_content_correlation_count(const sonda_content *content);

/**
 * What one rule says of itself.
 *
 * @param content  Loaded content.
 * @param index    0 to count - 1; the rules of the base come first.
 * @param view     Output, with struct_size set; borrowed from the content.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such rule.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_rule(const sonda_content *content,
                                          uint32_t index,
                                          sonda_rule_view *view);

/**
 * One tag of a rule, such as "attack.t1059.001".
 *
 * @param content  Loaded content.
 * @param index    The rule.
 * @param tag      0 to tag_count - 1.
 * @param text     Output; borrowed from the content.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such rule or tag.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_rule_tag(const sonda_content *content,
                                              uint32_t index,
                                              uint32_t tag,
                                              sonda_text *text);

/**
 * One known cause of false positives of a rule.
 *
 * @param content  Loaded content.
 * @param index    The rule.
 * @param number   0 to falsepositive_count - 1.
 * @param text     Output; borrowed from the content.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such rule or number.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_rule_falsepositive(const sonda_content *content,
                                                        uint32_t index,
                                                        uint32_t number,
                                                        sonda_text *text);

/**
 * Find a rule by its id, exactly as spelled. Of several, the first.
 *
 * @param content  Loaded content.
 * @param id       The id; need not be zero-terminated.
 * @param id_len   Bytes of it.
 * @param index    Output; untouched on failure.
 *
 * @retval SONDA_OK                    Found.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No rule has this id.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_find_rule(const sonda_content *content,
                                               const char *id,
                                               size_t id_len,
                                               uint32_t *index);

/**
 * What the pack says of itself, without its base.
 *
 * @param content  Loaded content.
 * @param info     Output, with struct_size set.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The struct's size is not one we know.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_info_get(const sonda_content *content,
                                              sonda_content_info *info);

/**
 * What the findings of a rule shall lead to by the policies of this pack and
 * those below it. Whether it is done is the engine's to say.
 *
 * @param content  Loaded content.
 * @param index    The rule.
 * @param action   Output: SONDA_ACTION_…; alert where no policy speaks.
 *
 * @retval SONDA_OK                    Told.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_NOT_FOUND         No such rule.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_rule_action(const sonda_content *content,
                                                 uint32_t index,
                                                 uint32_t *action);

/**
 * One entry of this pack's response policy, without its base: rules, then tags
 * in the order of their names, then levels.
 *
 * @param content  Loaded content.
 * @param index    0 to policy_count of sonda_content_info_get() - 1.
 * @param view     Output, with struct_size set; borrowed from the content.
 *
 * @retval SONDA_OK                    Filled.
 * @retval SONDA_ERR_INVALID_ARGUMENT  NULL pointer.
 * @retval SONDA_ERR_ABI               The view's size is not one we know.
 * @retval SONDA_ERR_NOT_FOUND         No such entry.
 *
 * @threads   Any.
 * @allocates Nothing.
 */
SONDA_API sonda_status sonda_content_policy(const sonda_content *content,
                                            uint32_t index,
                                            sonda_policy_view *view);

SONDA_END_DECLS

#endif
