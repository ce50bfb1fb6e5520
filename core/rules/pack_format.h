/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The content pack, byte by byte: what compile/ writes and core/rules reads.
 *
 * A pack is a header, a section table and sections. Every integer is
 * little-endian; every reference is an offset or an index, never an address.
 * Sections stand in the order of their kinds, each present once, each starting
 * at the next multiple of 8 (padding is zero), so that every byte of the file
 * belongs to exactly one thing. A section is an array of entries of one size.
 *
 * The offsets of members inside an entry are the enumerators SONDA__AT_….
 *
 * The digest covers every byte but itself and the signature section; the
 * signature is over the header and the section table, which hold the digest.
 *
 * Layer 3 (rules), shared with compile. Needs nothing but the C library.
 */

#ifndef SONDA_CORE_RULES_PACK_FORMAT_H
#define SONDA_CORE_RULES_PACK_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define SONDA__PACK_MAGIC "SONDAPCK"
/*
 * 2: tables by which matching finds the rules that an event may concern.
 * 3: a response policy beside the rules; conditions as programs, cheap questions
 *    first; literals without the tables that lead to them.
 */
#define SONDA__PACK_VERSION 3u

/* A pack of all SigmaHQ has 4 MB; more than this is no rule set. */
#define SONDA__PACK_SIZE_MAX 0x10000000u
/* Rules of all packs over one another: matching keeps a bit for each. */
#define SONDA__RULES_MAX 1048576u
/* Bytes of a rule's id; ids are UUIDs, of 36. */
#define SONDA__RULE_ID_MAX 255u
/* Conditions of one log source; real ones have up to 3. */
#define SONDA__SOURCE_CONDITIONS_MAX 64u
/*
 * Elements of a list that `fieldref` compares with: the first ones. Comparing
 * all with all would cost the square of a list an attacker chooses.
 */
#define SONDA__FIELDREF_ELEMENTS_MAX 64u
/* Digits of a number to compare with. */
#define SONDA__NUMBER_TEXT_MAX 64u
/* Matching keeps bits for log sources, their alternatives and scans. */
#define SONDA__SOURCES_MAX 65536u
#define SONDA__ALTERNATIVES_MAX 4194304u
#define SONDA__SCANS_MAX 65536u
/* Filters of all packs over one another: matching keeps two bits for each. */
#define SONDA__FILTERS_MAX 65536u
/* Targets that all filters of a pack name together, each a rule at most. */
#define SONDA__FILTER_TARGETS_MAX 1000000u
/* Entries of a policy; one for each rule of a large pack. */
#define SONDA__POLICY_ENTRIES_MAX 65536u
/* Bytes of a feature's name, which people type into a file in a hurry. */
#define SONDA__FEATURE_NAME_MAX 64u
/* Different features of all packs over one another: a bit for each. */
#define SONDA__FEATURES_MAX 64u
/* Tags of all rules together that a policy looks up. SigmaHQ has 12,000. */
#define SONDA__POLICY_TAGS_MAX 4194304u

/* Header. */
enum {
    SONDA__AT_MAGIC = 0,          /* 8 bytes */
    SONDA__AT_VERSION = 8,        /* u32 */
    SONDA__AT_SECTION_COUNT = 12, /* u32: SONDA__SECTION_COUNT */
    SONDA__AT_TOTAL_SIZE = 16,    /* u64: bytes of the pack */
    SONDA__AT_DIGEST = 24,        /* 32 bytes: SHA-256 */
    SONDA__AT_SCHEMA = 56,        /* 32 bytes: sonda_field_schema_hash() */
    SONDA__AT_COST_EVENT = 88,    /* u64: worst-case steps of any event */
    SONDA__AT_COST_BYTE = 96,     /* u64: and of each byte of it */
    SONDA__PACK_HEADER_SIZE = 104
};

/* An entry of the section table, which follows the header. */
enum {
    SONDA__AT_SECTION_KIND = 0,   /* u32: its own index */
    SONDA__AT_SECTION_ENTRY = 4,  /* u32: bytes of an entry */
    SONDA__AT_SECTION_OFFSET = 8, /* u64 */
    SONDA__AT_SECTION_SIZE = 16,  /* u64: a multiple of the entry's size */
    SONDA__SECTION_ENTRY_SIZE = 24
};

/* Sections, in file order. */
typedef enum sonda__section_kind {
    SONDA__SECTION_STRINGS,      /* bytes; other sections point into them */
    SONDA__SECTION_NUMBERS,      /* u32: lists that other sections point into */
    SONDA__SECTION_SPANS,        /* text references: likewise */
    SONDA__SECTION_FIELDS,       /* what rules look at */
    SONDA__SECTION_CONDITIONS,   /* of log sources */
    SONDA__SECTION_SOURCES,      /* distinct log sources */
    SONDA__SECTION_RULES,        /* what rules say of themselves */
    SONDA__SECTION_RULE_INDEX,   /* u32: rules in ascending order of id */
    SONDA__SECTION_FILTERS,      /* rules that silence rules */
    SONDA__SECTION_ALTERNATIVES, /* a rule or filter for one log source */
    SONDA__SECTION_NODES,        /* condition trees */
    SONDA__SECTION_STEPS,        /* the same as programs */
    SONDA__SECTION_PREDICATES,   /* items: a field and what it is asked */
    SONDA__SECTION_PATTERNS,     /* single questions */
    SONDA__SECTION_REGEXES,      /* ranges of instructions */
    SONDA__SECTION_INSTRUCTIONS, /* of regular expressions */
    SONDA__SECTION_CLASSES,      /* character classes */
    SONDA__SECTION_RANGES,       /* of code points */
    SONDA__SECTION_CORRELATIONS, /* rules about what other rules found */
    SONDA__SECTION_INPUTS,       /* what they are told of */
    SONDA__SECTION_SOURCE_SCANS, /* u32: SCANS that log sources need */
    SONDA__SECTION_ALWAYS,       /* u32: ALTERNATIVES that no literal stands for */
    SONDA__SECTION_SCANS,        /* fields to search for literals */
    SONDA__SECTION_LITERALS,     /* without which rules cannot match */
    SONDA__SECTION_POSTINGS,     /* u32: ALTERNATIVES that wait for a literal */
    SONDA__SECTION_POLICY,       /* what findings of rules shall lead to */
    SONDA__SECTION_SIGNATURE,    /* one entry */
    SONDA__SECTION_COUNT
} sonda__section_kind;

/* Text reference: u32 offset into STRINGS, u32 length. */
enum { SONDA__TEXT_SIZE = 8 };
/* List reference: u32 first entry, u32 count. */
enum { SONDA__LIST_SIZE = 8 };

/* FIELDS: a row of the field table, or a name that is the record's own. */
enum {
    SONDA__AT_FIELD_ID = 0,   /* u32: table id; SONDA_FIELD_NONE: native */
    SONDA__AT_FIELD_NAME = 4, /* text: spelling; empty when it is a row */
    SONDA__FIELD_SIZE = 12
};

/* CONDITIONS: the field equals one of the values, case folded. */
enum {
    SONDA__AT_CONDITION_FIELD = 0,  /* u32: index into FIELDS */
    SONDA__AT_CONDITION_VALUES = 4, /* list of SPANS, folded */
    SONDA__CONDITION_SIZE = 12
};

/* SOURCES: all that is set must hold. */
enum {
    SONDA__AT_SOURCE_PRODUCT = 0,       /* u16: SONDA_PRODUCT_…, 0: any */
    SONDA__AT_SOURCE_FLAGS = 2,         /* u16: SONDA__SOURCE_… */
    SONDA__AT_SOURCE_CLASS = 4,         /* u32 */
    SONDA__AT_SOURCE_ACTIVITIES = 8,    /* list of NUMBERS; empty: any */
    SONDA__AT_SOURCE_CHANNELS = 16,     /* list of SPANS, ASCII case ignored */
    SONDA__AT_SOURCE_EVENT_IDS = 24,    /* list of NUMBERS; empty: any */
    SONDA__AT_SOURCE_CONDITIONS = 32,   /* list of CONDITIONS */
    SONDA__AT_SOURCE_ALTERNATIVES = 40, /* list of NUMBERS: ALTERNATIVES of rules */
    SONDA__AT_SOURCE_SCANS = 48,        /* list of SOURCE_SCANS */
    SONDA__AT_SOURCE_ALWAYS = 56,       /* list of ALWAYS */
    SONDA__SOURCE_SIZE = 64
};
#define SONDA__SOURCE_HAS_CLASS 0x0001u
#define SONDA__SOURCE_CHANNEL_EMPTY 0x0002u
#define SONDA__SOURCE_FLAGS_KNOWN 0x0003u

/* RULES */
enum {
    SONDA__AT_RULE_LEVEL = 0, /* u32: 0 to 4 */
    SONDA__AT_RULE_LINE = 4,  /* u32 */
    SONDA__AT_RULE_ID = 8,    /* the rest are texts, then lists */
    SONDA__AT_RULE_TITLE = 16,
    SONDA__AT_RULE_DESCRIPTION = 24,
    SONDA__AT_RULE_AUTHOR = 32,
    SONDA__AT_RULE_STATUS = 40,
    SONDA__AT_RULE_CATEGORY = 48,
    SONDA__AT_RULE_PRODUCT = 56,
    SONDA__AT_RULE_SERVICE = 64,
    SONDA__AT_RULE_PATH = 72,
    SONDA__AT_RULE_TAGS = 80,           /* list of SPANS */
    SONDA__AT_RULE_FALSEPOSITIVES = 88, /* list of SPANS */
    SONDA__AT_RULE_ALTERNATIVES = 96,   /* list of ALTERNATIVES */
    SONDA__RULE_SIZE = 104
};

/* FILTERS */
enum {
    SONDA__AT_FILTER_ID = 0,            /* text */
    SONDA__AT_FILTER_TITLE = 8,         /* text */
    SONDA__AT_FILTER_TARGETS = 16,      /* list of SPANS: rule ids; empty: every rule */
    SONDA__AT_FILTER_ALTERNATIVES = 24, /* list of ALTERNATIVES */
    SONDA__FILTER_SIZE = 32
};

/* ALTERNATIVES */
enum {
    SONDA__AT_ALTERNATIVE_OWNER = 0,  /* u32: a rule, or a filter | _FILTER */
    SONDA__AT_ALTERNATIVE_SOURCE = 4, /* u32: index into SOURCES */
    SONDA__AT_ALTERNATIVE_NODES = 8,  /* list of NODES: one tree */
    SONDA__AT_ALTERNATIVE_STEPS = 16, /* list of STEPS: what the tree says */
    SONDA__ALTERNATIVE_SIZE = 24
};
#define SONDA__ALTERNATIVE_FILTER 0x80000000u

/*
 * NODES: a tree in preorder. `end` is the index just past the node's subtree,
 * counted from the alternative's first node, so that evaluation only ever goes
 * forward: into the next node, or to an end.
 */
enum {
    SONDA__AT_NODE_KIND = 0,     /* u32: sonda__pack_node_kind */
    SONDA__AT_NODE_END = 4,      /* u32 */
    SONDA__AT_NODE_ARGUMENT = 8, /* text for SELECTION (its name), else 0 and 0 */
    SONDA__NODE_SIZE = 16
};
typedef enum sonda__pack_node_kind {
    SONDA__PACK_AND = 1,   /* one child or more */
    SONDA__PACK_OR = 2,    /* one child or more */
    SONDA__PACK_NOT = 3,   /* one child */
    SONDA__PACK_NAMED = 4, /* one child: a selection of the rule */
    SONDA__PACK_TEST = 5   /* leaf: first argument is an index into PREDICATES */
} sonda__pack_node_kind;
/* Groups open at once while a tree is walked. */
#define SONDA__TREE_DEPTH_MAX 64u

/*
 * STEPS: a condition as a program, which matching runs; the tree is for saying
 * why. It starts with the first step: an item is asked, and the answer leads to
 * a later step, counted from the first, or to the result. Every item of the
 * tree is asked in one step; cheap and telling ones come first.
 */
enum {
    SONDA__AT_STEP_PREDICATE = 0, /* u32: index into PREDICATES */
    SONDA__AT_STEP_THEN = 4,      /* u32: where to go when it holds */
    SONDA__AT_STEP_ELSE = 8,      /* u32: and when it does not */
    SONDA__STEP_SIZE = 12
};
#define SONDA__STEP_FAILS 0xfffffffeu
#define SONDA__STEP_HOLDS 0xffffffffu

/* PREDICATES: one item of a rule. */
enum {
    SONDA__AT_PREDICATE_FLAGS = 0,    /* u32: SONDA__PREDICATE_… */
    SONDA__AT_PREDICATE_FIELD = 4,    /* u32: index into FIELDS; 0 for keywords */
    SONDA__AT_PREDICATE_PATTERNS = 8, /* list of PATTERNS, not empty */
    SONDA__PREDICATE_SIZE = 16
};
#define SONDA__PREDICATE_ALL 0x1u          /* every pattern must hold, not just one */
#define SONDA__PREDICATE_KEYWORD 0x2u      /* any field of the record */
#define SONDA__PREDICATE_BEYOND_ASCII 0x4u /* no value of ASCII only can meet a pattern */
#define SONDA__PREDICATE_FLAGS_KNOWN 0x7u

/* PATTERNS: one question about a field; any element of a list may answer. */
enum {
    SONDA__AT_PATTERN_OP = 0,    /* u16: sonda__pattern_op */
    SONDA__AT_PATTERN_FLAGS = 2, /* u16: SONDA__PATTERN_… */
    SONDA__AT_PATTERN_A = 4,     /* u32 */
    SONDA__AT_PATTERN_B = 8,     /* u32 */
    SONDA__AT_PATTERN_C = 12,    /* u32 */
    SONDA__AT_PATTERN_TEXT = 16, /* text: as written in the rule */
    SONDA__PATTERN_SIZE = 24
};
typedef enum sonda__pattern_op {
    SONDA__OP_LITERAL = 1,   /* A, B: bytes, folded unless CASED */
    SONDA__OP_GLOB = 2,      /* A, B: bytes with SONDA__GLOB_…, likewise */
    SONDA__OP_NULL = 3,      /* absent, or null */
    SONDA__OP_EXISTS = 4,    /* C: 1 present, 0 absent */
    SONDA__OP_NUMBER = 5,    /* A, B: a decimal number; C: sonda__comparison */
    SONDA__OP_TIME_PART = 6, /* A: number; B: sonda__time_part; C: sonda__comparison */
    SONDA__OP_CIDR = 7,      /* A, B: 4 or 16 bytes of address; C: prefix bits */
    SONDA__OP_REGEX = 8,     /* A: index into REGEXES */
    SONDA__OP_FIELDREF = 9   /* A: index into FIELDS */
} sonda__pattern_op;
#define SONDA__PATTERN_AT_START 0x0001u /* a LITERAL, GLOB or FIELDREF begins the value */
#define SONDA__PATTERN_AT_END 0x0002u   /* and ends it */
#define SONDA__PATTERN_CASED 0x0004u    /* case counts */
#define SONDA__PATTERN_OR_NEXT 0x0008u  /* this one or the next: forms of one value */
#define SONDA__PATTERN_FLAGS_KNOWN 0x000fu

/*
 * In GLOB bytes this one, which no well-formed text holds, makes the next one
 * special; any other next byte is malformed.
 */
#define SONDA__GLOB_ESCAPE 0xffu
#define SONDA__GLOB_MANY 0x01u /* any text */
#define SONDA__GLOB_ONE 0x02u  /* one code point */
#define SONDA__GLOB_DASH 0x03u /* windash: - / and three dashes of Unicode */

typedef enum sonda__comparison {
    SONDA__COMPARE_EQUAL = 0,
    SONDA__COMPARE_LESS = 1,
    SONDA__COMPARE_LESS_EQUAL = 2,
    SONDA__COMPARE_GREATER = 3,
    SONDA__COMPARE_GREATER_EQUAL = 4
} sonda__comparison;

typedef enum sonda__time_part {
    SONDA__PART_MINUTE = 0,
    SONDA__PART_HOUR = 1,
    SONDA__PART_DAY = 2,  /* of the month */
    SONDA__PART_WEEK = 3, /* of ISO 8601 */
    SONDA__PART_MONTH = 4,
    SONDA__PART_YEAR = 5
} sonda__time_part;

/* REGEXES: list of INSTRUCTIONS; jumps are counted from its first. */
enum { SONDA__AT_REGEX_CODE = 0, SONDA__REGEX_SIZE = 8 };
/* Instructions of one expression: bounds the scratch and the cost of a byte. */
#define SONDA__REGEX_CODE_MAX 8192u

/* INSTRUCTIONS of a non-deterministic automaton, all states in step. */
enum {
    SONDA__AT_CODE_OP = 0, /* u32: sonda__code_op */
    SONDA__AT_CODE_A = 4,  /* u32 */
    SONDA__AT_CODE_B = 8,  /* u32 */
    SONDA__CODE_SIZE = 12
};
typedef enum sonda__code_op {
    SONDA__CODE_CHAR = 1,   /* A: this code point */
    SONDA__CODE_FOLDED = 2, /* A: this one after folding */
    SONDA__CODE_ANY = 3,    /* any code point but newline */
    SONDA__CODE_ANY_NEWLINE = 4,
    SONDA__CODE_CLASS = 5,  /* A: index into CLASSES; B: 1 negated */
    SONDA__CODE_ASSERT = 6, /* A: sonda__assertion */
    SONDA__CODE_JUMP = 7,   /* A: where */
    SONDA__CODE_SPLIT = 8,  /* A and B: both */
    SONDA__CODE_MATCH = 9
} sonda__code_op;
typedef enum sonda__assertion {
    SONDA__ASSERT_TEXT_START = 0,
    SONDA__ASSERT_TEXT_END = 1,
    SONDA__ASSERT_LAST_LINE_END = 2, /* the end, or the newline that is the end */
    SONDA__ASSERT_LINE_START = 3,
    SONDA__ASSERT_LINE_END = 4,
    SONDA__ASSERT_WORD = 5,
    SONDA__ASSERT_NOT_WORD = 6,
    SONDA__ASSERTION_COUNT
} sonda__assertion;

/* CLASSES: code points in ascending ranges that do not touch. */
enum {
    SONDA__AT_CLASS_RANGES = 0, /* list of RANGES */
    SONDA__AT_CLASS_ASCII = 8,  /* 16 bytes: bit n % 8 of byte n / 8 */
    SONDA__CLASS_SIZE = 24
};
/* RANGES: u32 first and u32 last code point. */
enum { SONDA__AT_RANGE_FIRST = 0, SONDA__AT_RANGE_LAST = 4, SONDA__RANGE_SIZE = 8 };
/* Ill-formed byte b of a value reads as this plus b. */
#define SONDA__CODE_POINT_BYTE 0x110000u

/*
 * CORRELATIONS: each is a rule without alternatives, in the order of their
 * rules' dependence: what a correlation is told of stands before it. So none
 * can wait for itself.
 */
enum {
    SONDA__AT_CORRELATION_RULE = 0,       /* u32: index into RULES */
    SONDA__AT_CORRELATION_TYPE = 4,       /* u32: sonda__correlation_type */
    SONDA__AT_CORRELATION_FLAGS = 8,      /* u32: SONDA__CORRELATION_… */
    SONDA__AT_CORRELATION_POSITIONS = 12, /* u32: rules it names */
    SONDA__AT_CORRELATION_TIMESPAN = 16,  /* u64: nanoseconds */
    SONDA__AT_CORRELATION_COMPARES = 24,  /* u32: bit n: bound n is set */
    SONDA__AT_CORRELATION_PERCENT = 28,   /* u32: hundredths of a percentile */
    SONDA__AT_CORRELATION_BOUNDS = 32,    /* 6 u64: bits of an IEEE 754 double */
    SONDA__AT_CORRELATION_VALUES = 80,    /* u32: fields whose values are asked */
    SONDA__AT_CORRELATION_ZERO = 84,      /* u32: 0 */
    SONDA__AT_CORRELATION_NAMES = 88,     /* list of SPANS: group-by, then VALUES */
    SONDA__AT_CORRELATION_HASH = 96,      /* 16 bytes: what it asks, for its state */
    SONDA__AT_CORRELATION_RULES = 112,    /* list of NUMBERS: RULES, by position */
    SONDA__CORRELATION_SIZE = 120
};
#define SONDA__CORRELATION_GENERATE 0x1u /* the rules it names speak for themselves too */
#define SONDA__CORRELATION_FLAGS_KNOWN 0x1u
/* Correlations of all packs over one another: each may have state. */
#define SONDA__CORRELATIONS_MAX 4096u
/* Rules one correlation names: an event's are the bits of one word. */
#define SONDA__CORRELATION_POSITIONS_MAX 64u
/* Fields of group-by and of the condition together. */
#define SONDA__CORRELATION_NAMES_MAX 16u
/* A year: longer windows are a mistake, and times may be added without wrapping. */
#define SONDA__CORRELATION_TIMESPAN_MAX (UINT64_C(366) * 24 * 3600 * 1000000000)

typedef enum sonda__correlation_type {
    SONDA__CORRELATE_EVENT_COUNT = 0,
    SONDA__CORRELATE_VALUE_COUNT = 1,
    SONDA__CORRELATE_TEMPORAL = 2,
    SONDA__CORRELATE_TEMPORAL_ORDERED = 3,
    SONDA__CORRELATE_VALUE_SUM = 4,
    SONDA__CORRELATE_VALUE_AVG = 5,
    SONDA__CORRELATE_VALUE_PERCENTILE = 6,
    SONDA__CORRELATION_TYPE_COUNT
} sonda__correlation_type;

typedef enum sonda__correlation_bound {
    SONDA__BOUND_GT = 0,
    SONDA__BOUND_GTE = 1,
    SONDA__BOUND_LT = 2,
    SONDA__BOUND_LTE = 3,
    SONDA__BOUND_EQ = 4,
    SONDA__BOUND_NEQ = 5,
    SONDA__BOUND_COUNT
} sonda__correlation_bound;

/*
 * INPUTS: what one correlation hears of one rule, ascending by from, event
 * rule, correlation and position. `event` is the rule that the event itself
 * matched. `from` is the same rule, or a correlation that the event completed.
 * The fields are candidates for each name of the correlation: indexes into
 * FIELDS, the first that is there counts, and SONDA__INPUT_NEXT_NAME between
 * two names.
 */
enum {
    SONDA__AT_INPUT_FROM = 0,        /* u32: a rule, or a correlation | _CORRELATION */
    SONDA__AT_INPUT_EVENT = 4,       /* u32: a rule with alternatives */
    SONDA__AT_INPUT_CORRELATION = 8, /* u32 */
    SONDA__AT_INPUT_POSITION = 12,   /* u32: in the list of rules it names */
    SONDA__AT_INPUT_FIELDS = 16,     /* list of NUMBERS */
    SONDA__INPUT_SIZE = 24
};
#define SONDA__INPUT_CORRELATION 0x80000000u
#define SONDA__INPUT_NEXT_NAME UINT32_MAX
/* Candidates and separators of one input: lists may be shared, and are checked for each. */
#define SONDA__INPUT_FIELDS_MAX 256u
#define SONDA__INPUTS_MAX 1048576u

/*
 * SCANS: one for each field that is searched, in ascending order of fields, and
 * the literals to search it for: those whose place is known, those that may
 * stand anywhere, and networks, ascending by length and bytes. How the others
 * are looked up is the loader's to choose.
 */
enum {
    SONDA__AT_SCAN_FIELD = 0,     /* u32: index into FIELDS, or SONDA__SCAN_EVERY */
    SONDA__AT_SCAN_ANCHORED = 4,  /* list of LITERALS */
    SONDA__AT_SCAN_INNER = 12,    /* list of LITERALS, SONDA__LITERAL_INNER */
    SONDA__AT_SCAN_NETWORKS = 20, /* list of LITERALS, SONDA__LITERAL_NETWORK */
    SONDA__SCAN_SIZE = 28
};
/* The scan for keywords: each field of the record. The last one. */
#define SONDA__SCAN_EVERY UINT32_MAX

/*
 * LITERALS: folded bytes and the alternatives that wait for them. The lists
 * follow one another. Of a network a byte with the bits of its prefix, and its
 * address, 4 or 16 bytes, without other bits: no value has them as text.
 */
enum {
    SONDA__AT_LITERAL_TEXT = 0,
    SONDA__AT_LITERAL_KIND = 8,      /* u32: sonda__literal_kind */
    SONDA__AT_LITERAL_GRAM = 12,     /* u32: where its four bytes are; INNER only */
    SONDA__AT_LITERAL_POSTINGS = 16, /* list of POSTINGS */
    SONDA__LITERAL_SIZE = 24
};
/* Where a literal stands; beginnings and ends by how many bytes are hashed. */
typedef enum sonda__literal_kind {
    SONDA__LITERAL_WHOLE = 0,
    SONDA__LITERAL_START = 1, /* to 6: 8, 6, 4, 3, 2, 1 bytes */
    SONDA__LITERAL_END = 7,   /* to 12 */
    SONDA__LITERAL_INNER = 13,
    SONDA__LITERAL_NETWORK = 14,
    SONDA__LITERAL_KIND_COUNT = 15
} sonda__literal_kind;
#define SONDA__LITERAL_WIDTHS 6u
/* Tells the cases of ASCII apart: hashes of literals do not look at it. */
#define SONDA__CASE_BIT 0x20u
#define SONDA__GRAM_FACTOR 0x9e3779b1u
#define SONDA__LITERAL_INNER_MIN 4u

/*
 * POLICY: in ascending order of kind, level, name; no two entries for the same.
 * The rule that an entry names may be in a pack below this one.
 */
enum {
    SONDA__AT_POLICY_KIND = 0,     /* u32: sonda__policy_kind */
    SONDA__AT_POLICY_ACTION = 4,   /* u32: SONDA_ACTION_… */
    SONDA__AT_POLICY_LEVEL = 8,    /* u32: of LEVEL, else 0 */
    SONDA__AT_POLICY_LINE = 12,    /* u32: in the file it was compiled from */
    SONDA__AT_POLICY_NAME = 16,    /* text: of RULE an id, of TAG a tag in lower case */
    SONDA__AT_POLICY_FEATURE = 24, /* text, may be empty */
    SONDA__POLICY_SIZE = 32
};
/* As SONDA_POLICY_… of sonda/content.h. */
typedef enum sonda__policy_kind {
    SONDA__POLICY_OF_RULE = 1,
    SONDA__POLICY_OF_TAG = 2,
    SONDA__POLICY_OF_LEVEL = 3
} sonda__policy_kind;

/* SIGNATURE: one entry. All zero: unsigned. */
enum {
    SONDA__AT_SIGNATURE_ALGORITHM = 0, /* u32: SONDA_KEY_… */
    SONDA__AT_SIGNATURE_LENGTH = 4,    /* u32: 64 */
    SONDA__AT_SIGNATURE_KEY = 8,       /* 32 bytes: SHA-256 of the public key's bytes */
    SONDA__AT_SIGNATURE_BYTES = 40,    /* 64 bytes: r and s, or Ed25519's */
    SONDA__SIGNATURE_SIZE = 104
};
#define SONDA__SIGNATURE_LENGTH 64u

/* Bytes of an entry of each section. */
static inline uint32_t sonda__section_entry_size(sonda__section_kind kind)
{
    static const uint8_t sizes[SONDA__SECTION_COUNT] = {
        1,
        4,
        SONDA__TEXT_SIZE,
        SONDA__FIELD_SIZE,
        SONDA__CONDITION_SIZE,
        SONDA__SOURCE_SIZE,
        SONDA__RULE_SIZE,
        4,
        SONDA__FILTER_SIZE,
        SONDA__ALTERNATIVE_SIZE,
        SONDA__NODE_SIZE,
        SONDA__STEP_SIZE,
        SONDA__PREDICATE_SIZE,
        SONDA__PATTERN_SIZE,
        SONDA__REGEX_SIZE,
        SONDA__CODE_SIZE,
        SONDA__CLASS_SIZE,
        SONDA__RANGE_SIZE,
        SONDA__CORRELATION_SIZE,
        SONDA__INPUT_SIZE,
        4,
        4,
        SONDA__SCAN_SIZE,
        SONDA__LITERAL_SIZE,
        4,
        SONDA__POLICY_SIZE,
        SONDA__SIGNATURE_SIZE,
    };

    return sizes[kind];
}

/* Costs add up to at most this instead of wrapping. */
static inline uint64_t sonda__cost_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/*
 * Steps that one byte of a value can cost a pattern at worst: a search may
 * compare each of `len` bytes anew, an automaton visits each of its
 * instructions.
 */
static inline uint64_t sonda__pattern_cost(uint32_t op, uint32_t len, uint32_t code_count)
{
    if (op == SONDA__OP_LITERAL || op == SONDA__OP_GLOB) {
        return 1 + (uint64_t)len;
    }
    if (op == SONDA__OP_FIELDREF) {
        return SONDA__FIELDREF_ELEMENTS_MAX;
    }
    return op == SONDA__OP_REGEX ? code_count : 1;
}

static inline uint16_t sonda__pack_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t sonda__pack_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static inline uint64_t sonda__pack_u64(const uint8_t *at)
{
    return (uint64_t)sonda__pack_u32(at) | (uint64_t)sonda__pack_u32(at + 4) << 32;
}

/*
 * Steps that one byte of a value can cost at worst through a literal: it is
 * compared, and each of its alternatives is marked. Keywords are searched for
 * each of their log sources, of which there are `postings` at most.
 */
static inline uint64_t sonda__literal_cost(uint32_t len, uint32_t postings, bool keyword)
{
    return (1 + (uint64_t)len + postings) * (keyword ? postings : 1);
}

/* Bytes of the largest address. */
#define SONDA__NETWORK_BYTES_MAX 16u

/* Bits of the address' byte `i` that belong to a prefix of `bits`. */
static inline uint8_t sonda__network_mask(uint32_t bits, uint32_t i)
{
    uint32_t before = 8 * i;

    if (bits <= before) {
        return 0;
    }
    return bits >= before + 8 ? 0xff : (uint8_t)(0xff00u >> (bits - before));
}

/* Bytes that are hashed of a literal of this kind, or that it has at least. */
static inline uint32_t sonda__literal_width(uint32_t kind)
{
    static const uint8_t widths[SONDA__LITERAL_KIND_COUNT] = {0, 8, 6, 4, 3, 2, 1, 8,
                                                              6, 4, 3, 2, 1, 4, 5};

    return kind < SONDA__LITERAL_KIND_COUNT ? widths[kind] : 0;
}

/* Up to eight bytes as a number. */
static inline uint64_t sonda__literal_word(const uint8_t *at, uint32_t width)
{
    uint64_t word = 0;

    if (width == 8) {
        return sonda__pack_u64(at);
    }
    for (uint32_t i = 0; i < width; i++) {
        word |= (uint64_t)at[i] << (8 * i);
    }
    return word;
}

/* The same with the case bit of each byte set. */
static inline uint64_t sonda__cased_word(const uint8_t *at, uint32_t width)
{
    return sonda__literal_word(at, width) | SONDA__CASE_BIT * UINT64_C(0x0101010101010101);
}

static inline uint32_t sonda__anchored_mix(uint64_t word, uint32_t kind)
{
    return (uint32_t)((word * UINT64_C(0x9e3779b97f4a7c15) + kind * UINT64_C(0x85ebca6b97)) >>
                      32);
}

/* Hash of a beginning, an end or a whole; its upper bits number the bucket. */
static inline uint32_t sonda__anchored_hash(const uint8_t *at, size_t len, uint32_t kind)
{
    uint32_t width = sonda__literal_width(kind);
    uint64_t word;

    if (kind == SONDA__LITERAL_WHOLE) {
        width = len < 8 ? (uint32_t)len : 8;
        word = sonda__cased_word(at, width) +
               (sonda__cased_word(at + (len - width), width) << 7) + len;
    } else {
        word = sonda__cased_word(kind < SONDA__LITERAL_END ? at : at + (len - width), width);
    }
    return sonda__anchored_mix(word, kind);
}

/* Four bytes in a row but for the case of ASCII. */
static inline uint32_t sonda__gram_case(uint32_t gram)
{
    return gram | SONDA__CASE_BIT * 0x01010101u;
}

/* Hash of four bytes in a row; its upper bits number the bit and the bucket. */
static inline uint32_t sonda__gram_hash(uint32_t gram)
{
    return sonda__gram_case(gram) * SONDA__GRAM_FACTOR;
}

#endif
