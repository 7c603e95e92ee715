/* Entered by the Multiboot loader in 32-bit mode; leaves for the CPU driver in 64-bit mode. */

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x00000003 /* modules on page boundaries, memory map */

#define CR0_PAGING (1 << 31)
#define CR4_PHYSICAL_ADDRESS_EXTENSION (1 << 5)
#define EFER 0xc0000080
#define EFER_LONG_MODE (1 << 8)

    .section .multiboot, "a"
    .align 4
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .text
    .code32
    .globl _start
_start:
    movl $stack_top, %esp
    pushl %ebx
    pushl %eax
    call load_cpu_driver        /* (magic, multiboot information) -> entry point */
    movl %eax, kernel_entry

    movl %cr4, %eax
    orl $CR4_PHYSICAL_ADDRESS_EXTENSION, %eax
    movl %eax, %cr4
    movl $page_map, %eax
    movl %eax, %cr3
    movl $EFER, %ecx
    rdmsr
    orl $EFER_LONG_MODE, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PAGING, %eax
    movl %eax, %cr0
    lgdt descriptor_table_pointer
    popl %eax
    popl %ebx
    movl kernel_entry, %ecx
    ljmp $0x08, $start_64

    .code64
    .globl start_64
start_64:
    movl $0x10, %edx
    movl %edx, %ds
    movl %edx, %es
    movl %edx, %ss
    jmp *%rcx                   /* eax: the magic number, ebx: Multiboot information */

    .section .rodata
    .align 8
descriptor_table:
    .quad 0
    .quad 0x00af9a000000ffff    /* 0x08: 64-bit code */
    .quad 0x00cf92000000ffff    /* 0x10: data */
descriptor_table_pointer:
    .word . - descriptor_table - 1
    .long descriptor_table

    .bss
kernel_entry:
    .skip 4
    .align 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
