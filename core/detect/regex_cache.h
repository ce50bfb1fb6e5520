/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Memory of the deterministic automata that are built while values are read.
 *
 * A worker has one, claimed when it opens and of fixed size, for the regular
 * expressions of all its packs. What is in it stays from event to event. It is
 * emptied when it is full, but only after SONDA__REGEX_CACHE_REST bytes were
 * read since the last time: so building is paid for by reading, whatever the
 * expressions and values are. Until then what has no room is simulated.
 *
 * An expression is known by its pack's digest and its number there: content of
 * another digest never meets states of this one.
 *
 * Layer 4 (detect). Allocates at open only.
 */

#ifndef SONDA_CORE_DETECT_REGEX_CACHE_H
#define SONDA_CORE_DETECT_REGEX_CACHE_H

#include "core/detect/regex_code.h"
#include "sonda/allocator.h"

/* 1 MB of states. All of SigmaHQ over the recordings that bench_match reads takes 61 KB. */
#define SONDA__REGEX_CACHE_WORDS ((size_t)256 * 1024)
/* Bytes of values per emptying: at most 16 bytes of states are written for each. */
#define SONDA__REGEX_CACHE_REST ((uint64_t)64 * 1024)
/* Expressions at once, places to find them by (a power of two), packs they are from. */
#define SONDA__REGEX_MACHINES 768u
#define SONDA__REGEX_PLACES 1024u
#define SONDA__REGEX_PACKS 16u
/* Chains of states by hash, and transitions on code points past ASCII; powers of two. */
#define SONDA__REGEX_HEADS 4096u
#define SONDA__REGEX_WIDE 2048u
/* Bytes that are compared of a necessary text. */
#define SONDA__REGEX_NEED_MAX 16u

/* Where a transition leads, unless to a state: states have larger numbers. */
enum {
    SONDA__REGEX_UNBUILT = 0,
    SONDA__REGEX_DEAD = 1, /* no match will come */
    SONDA__REGEX_HIT = 2,  /* a match is there, whatever follows */
    SONDA__REGEX_LAST_SPECIAL = 2
};

/* What stands before a place, as far as the expression asks. */
typedef enum sonda__regex_before {
    SONDA__REGEX_AFTER_OTHER = 0,
    SONDA__REGEX_AFTER_START = 1,
    SONDA__REGEX_AFTER_NEWLINE = 2,
    SONDA__REGEX_AFTER_WORD = 3
} sonda__regex_before;

/*
 * One expression. ASCII falls into classes whose members no instruction tells
 * apart; two more symbols are the end of the text and a newline that ends it.
 */
typedef struct sonda__regex_machine {
    uint32_t start;   /* state, or special */
    uint32_t classes; /* 0: simulated always */
    uint32_t stride;  /* words of a state's transitions */
    uint32_t least;   /* code points of the shortest match */
    uint32_t tail;    /* first of `tail_len` like instructions that end in a match */
    uint32_t tail_len;
    bool anchored;
    bool asks_start;     /* whether it stands at the start of the text or a line */
    bool asks_line;      /* at the start of a line */
    bool asks_word;      /* before or behind a word */
    uint8_t need_len;    /* text of every match; 0: none known */
    uint8_t need_anchor; /* its rarest byte */
    uint8_t need[SONDA__REGEX_NEED_MAX];
    uint8_t need_other[SONDA__REGEX_NEED_MAX]; /* the same in the other case, or equal */
    uint8_t class_of[128];
    uint8_t example[128]; /* a member of each class */
} sonda__regex_machine;

/* An expression that is known; `pack` is 1 + the place of its digest, or 0: free. */
typedef struct sonda__regex_place {
    uint32_t pack;
    uint32_t regex;
    uint32_t machine;
} sonda__regex_place;

/* Transition of a state on a code point past ASCII; the newest wins a place. */
typedef struct sonda__regex_wide {
    uint32_t state;
    uint32_t code_point;
    uint32_t to;
} sonda__regex_wide;

typedef struct sonda__regex_cache {
    uint64_t read; /* bytes since it was emptied */
    uint64_t rest; /* SONDA__REGEX_CACHE_REST, but for tests */
    uint64_t emptied;
    size_t capacity; /* words */
    size_t used;
    uint32_t pack_count;
    uint32_t machine_count;
    uint8_t digests[SONDA__REGEX_PACKS][32];
    sonda__regex_place places[SONDA__REGEX_PLACES];
    sonda__regex_machine machines[SONDA__REGEX_MACHINES];
    uint32_t heads[SONDA__REGEX_HEADS];
    sonda__regex_wide wide[SONDA__REGEX_WIDE];
    /* Instructions on the way, as bits, and the set under construction. */
    uint64_t seen[SONDA__REGEX_CODE_MAX / 64];
    uint64_t now[SONDA__REGEX_CODE_MAX / 64];
    uint64_t then[SONDA__REGEX_CODE_MAX / 64];
    uint16_t stack[SONDA__REGEX_CODE_MAX];
    uint16_t list[SONDA__REGEX_CODE_MAX];
    uint32_t words[];
} sonda__regex_cache;

/* A cache of so many words of states; NULL: no memory. */
sonda__regex_cache *sonda__regex_cache_open(const sonda_allocator *allocator, size_t words);

/* Forgets all states, and with `machines` what is known of expressions, too. */
void sonda__regex_cache_empty(sonda__regex_cache *cache, bool machines);

/* Whether enough was read since the last time to empty it now. */
static inline bool sonda__regex_cache_may_empty(const sonda__regex_cache *cache)
{
    return cache->read >= cache->rest;
}

/*
 * The machine of an expression, which is prepared when it is new; NULL when
 * there is no room for it now.
 */
sonda__regex_machine *sonda__regex_cache_machine(sonda__regex_cache *cache,
                                                 const sonda__regex_code *code,
                                                 uint32_t regex);

/* Bits of a set of instructions. */
static inline void sonda__regex_set_bit(uint64_t *bits, uint32_t index)
{
    bits[index / 64] |= UINT64_C(1) << index % 64;
}

static inline bool sonda__regex_get_bit(const uint64_t *bits, uint32_t index)
{
    return (bits[index / 64] >> index % 64 & 1) != 0;
}

#endif
