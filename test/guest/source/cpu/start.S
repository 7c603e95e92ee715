/* Entered in 64-bit mode wherever it has been put; eax: who starts it, ebx: what they hand over. */
#include "syscalls.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x00000003

    /* For the debugger alone: nothing is unwound while it runs. */
    .cfi_sections .debug_frame

    .text
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .globl _start
_start:
    /* Nobody called this: a debugger's backtrace ends here. */
    .cfi_startproc
    .cfi_undefined rip
    leaq kernel_stack_top(%rip), %rsp
    xorl %ebp, %ebp
    movl %eax, %edi
    movl %ebx, %esi
    call arch_init
    .cfi_endproc

    /* (where arch_init has got to in high memory): the stack moves as well. */
    .globl continue_at
continue_at:
    .cfi_startproc
    .cfi_undefined rip
    leaq kernel_stack_top(%rip), %rsp
    addq %rsi, %rsp
    xorl %ebp, %ebp
    call *%rdi
    .cfi_endproc

/* Exception entry points: a uniform frame of (number, error code, what the processor pushed). */

    .macro exception number
    .globl exception_\number
exception_\number:
    .if !(\number == 8 || (\number >= 10 && \number <= 14) || \number == 17 || \number == 21)
    pushq $0
    .endif
    pushq $\number
    jmp exception_common
    .endm

    .altmacro
    .set vector, 0
    .rept 34
    exception %vector
    .set vector, vector + 1
    .endr

/* What the exceptions of the processor leave free: a core is called, a domain calls. */
    .globl system_call
system_call:
    pushq $0
    pushq $SYSCALL_VECTOR
    jmp exception_common

exception_common:
    .cfi_startproc
    .cfi_signal_frame
    .cfi_def_cfa rsp, 0x38
    .cfi_offset rip, -0x28
    .cfi_offset rsp, -0x10
    .macro save register
    pushq %\register
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset \register, 0
    .endm
    .irp register, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
    save \register
    .endr
    movq %rsp, %rdi
    movq %rsp, %rbx
    .cfi_def_cfa rbx, 0xb0
    andq $-16, %rsp
    call handle_exception
    movq %rbx, %rsp
    .irp register, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
    popq %\register
    .endr
    addq $16, %rsp
    iretq
    .cfi_endproc

    .macro entry number
    .quad exception_\number
    .endm

    .section .data
    .align 8
    .globl exception_entries
exception_entries:
    .set vector, 0
    .rept 34
    entry %vector
    .set vector, vector + 1
    .endr

    .bss
    .align 16
    .skip 65536
    .globl kernel_stack_top
kernel_stack_top:

    .section .note.GNU-stack, "", @progbits
