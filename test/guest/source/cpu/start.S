/* Entered by the loader in 64-bit mode; rdi holds the Multiboot information. */

    /* For the debugger alone: nothing is unwound while it runs. */
    .cfi_sections .debug_frame

    .text
    .globl _start
_start:
    /* Nobody called this: a debugger's backtrace ends here. */
    .cfi_startproc
    .cfi_undefined rip
    movq $stack_top, %rsp
    xorl %ebp, %ebp
    call arch_init
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
    .rept 32
    exception %vector
    .set vector, vector + 1
    .endr

exception_common:
    pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %r11
    pushq %r10
    pushq %r9
    pushq %r8
    pushq %rbp
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rbx
    pushq %rax
    movq %rsp, %rdi
    andq $-16, %rsp
    call handle_exception

    .macro entry number
    .quad exception_\number
    .endm

    .section .rodata
    .align 8
    .globl exception_entries
exception_entries:
    .set vector, 0
    .rept 32
    entry %vector
    .set vector, vector + 1
    .endr

    .bss
    .align 16
    .skip 65536
stack_top:

    .section .note.GNU-stack, "", @progbits
