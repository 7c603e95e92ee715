/* Where a further core begins, in 16-bit mode: copied to START_AP_AT, with the three values at its end filled in. */
#include "coreboot.h"

#define HERE(label) (START_AP_AT + (label - x86_64_start_ap))

#define CR0_PROTECTION 1
#define CR0_PAGING (1 << 31)
#define CR4_PHYSICAL_ADDRESS_EXTENSION (1 << 5)
#define EFER 0xc0000080
#define EFER_LONG_MODE (1 << 8)

    .text
    .globl x86_64_start_ap, x86_64_start_ap_values, x86_64_start_ap_end
    .code16
x86_64_start_ap:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    lgdtl HERE(table_pointer)
    movl %cr0, %eax
    orl $CR0_PROTECTION, %eax
    movl %eax, %cr0
    ljmpl $0x18, $HERE(protected)

    .code32
protected:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %cr4, %eax
    orl $CR4_PHYSICAL_ADDRESS_EXTENSION, %eax
    movl %eax, %cr4
    movl HERE(page_map), %eax
    movl %eax, %cr3
    movl $EFER, %ecx
    rdmsr
    orl $EFER_LONG_MODE, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PAGING, %eax
    movl %eax, %cr0
    movl $KERNEL_BOOT_MAGIC, %eax
    movl HERE(shared), %ebx
    movl HERE(kernel_entry), %ecx
    ljmp $0x08, $HERE(start_ap_64)

    .code64
start_ap_64:
    jmp *%rcx

    .align 8
table:
    .quad 0
    .quad 0x00af9a000000ffff    /* 0x08: 64-bit code */
    .quad 0x00cf92000000ffff    /* 0x10: data */
    .quad 0x00cf9a000000ffff    /* 0x18: 32-bit code */
table_pointer:
    .word . - table - 1
    .long HERE(table)

    .align 8
x86_64_start_ap_values:
page_map:
    .quad 0
shared:
    .quad 0
kernel_entry:
    .quad 0
x86_64_start_ap_end:

    .section .note.GNU-stack, "", @progbits
