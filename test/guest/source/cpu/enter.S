/* Between the kernel and a domain. */

    .cfi_sections .debug_frame
    .text

/* (an exception frame with the registers of a domain): runs the domain until leave_domain. */
    .globl enter_domain
enter_domain:
    .cfi_startproc
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, kernel_context(%rip)
    movq %rsp, tss+4(%rip)      /* where exceptions of the domain go on */
    movq %rdi, %rsp
    .irp register, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
    popq %\register
    .endr
    addq $16, %rsp
    iretq
    .cfi_endproc

/* Comes back from enter_domain. */
    .globl leave_domain
leave_domain:
    .cfi_startproc
    .cfi_undefined rip
    movq kernel_context(%rip), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret
    .cfi_endproc

    .bss
    .align 8
kernel_context:
    .skip 8

    .section .note.GNU-stack, "", @progbits
