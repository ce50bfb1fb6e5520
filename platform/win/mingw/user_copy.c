/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ../wdk/user_copy.c for gcc, which has no structured exceptions in C: the
 * same in assembler. One guarded `rep movsb`, with an entry in the unwind data
 * that sends any fault behind it.
 */

/* rcx, rdx, r8: to, from, len. The 1 stands for EXCEPTION_EXECUTE_HANDLER. */
__asm__(".text\n.globl user_copy\n.def user_copy; .scl 2; .type 32; .endef\n"
        ".seh_proc user_copy\nuser_copy:\n"
        "pushq %rdi\n.seh_pushreg %rdi\npushq %rsi\n.seh_pushreg %rsi\n"
        "subq $40, %rsp\n.seh_stackalloc 40\n.seh_endprologue\n"
        "movq %rcx, %rdi\nmovq %rdx, %rsi\nmovq %r8, %rcx\nmovl $1, %eax\n"
        "user_copy_first:\nrep movsb\nnop\nuser_copy_last:\n"
        "jmp user_copy_done\nuser_copy_fault:\nxorl %eax, %eax\n"
        "user_copy_done:\naddq $40, %rsp\npopq %rsi\npopq %rdi\nretq\n"
        ".seh_handler __C_specific_handler, @except\n.seh_handlerdata\n.long 1\n"
        ".rva user_copy_first, user_copy_last\n.long 1\n.rva user_copy_fault\n"
        ".text\n.seh_endproc\n");
