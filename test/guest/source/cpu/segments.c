#include "kernel.h"

#include "coreboot.h"

struct task_state_segment {
    uint32_t reserved;
    uint64_t rsp[3];
    uint8_t rest[76];
} __attribute__((packed));

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t stack;
    uint8_t kind;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
} __attribute__((packed));

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

enum {
    GATES = 256,
    ENTRIES = 34,
    INTERRUPT_GATE = 0x8e,
    GATE_FOR_DOMAINS = 0x60,
    TASK_SEGMENT = 0x28,
};

extern const uint64_t exception_entries[ENTRIES];
void system_call(void);

/* Rsp[0] is set on the way to a domain. */
struct task_state_segment tss;

uint64_t gdt[] = {
    0,
    0x00af9a000000ffff, /* KERNEL_CODE */
    0x00cf92000000ffff, /* KERNEL_DATA */
    0x00cff2000000ffff, /* USER_DATA */
    0x00affa000000ffff, /* USER_CODE */
    0x0000890000000000, /* TASK_SEGMENT */
    0,
};

static struct gate gates[GATES] __attribute__((aligned(16)));

static void set_gate(unsigned number, uint64_t entry, uint8_t kind)
{
    gates[number] = (struct gate) {
        .offset_low = (uint16_t)entry,
        .selector = KERNEL_CODE,
        .kind = kind,
        .offset_middle = (uint16_t)(entry >> 16),
        .offset_high = (uint32_t)(entry >> 32),
    };
}

void install_segments(void)
{
    uint64_t at = (uintptr_t)&tss;
    gdt[5] |= (sizeof tss - 1) | (at & 0xffffff) << 16 | (at >> 24 & 0xff) << 56;
    gdt[6] = at >> 32;
    struct table_pointer pointer = { sizeof gdt - 1, (uintptr_t)gdt };
    __asm__ volatile("lgdt %0" : : "m"(pointer));
    __asm__ volatile("movl %0, %%ds; movl %0, %%es; movl %0, %%ss" : : "r"(KERNEL_DATA));
    __asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
                     :
                     : "i"(KERNEL_CODE)
                     : "rax", "memory");
    __asm__ volatile("ltr %0" : : "r"((uint16_t)TASK_SEGMENT));
}

void install_exception_handlers(void)
{
    for (unsigned number = 0; number < ENTRIES; number++) {
        set_gate(number, exception_entries[number], INTERRUPT_GATE);
    }
    set_gate(SYSCALL_VECTOR, (uintptr_t)system_call, INTERRUPT_GATE | GATE_FOR_DOMAINS);
    struct table_pointer pointer = { sizeof gates - 1, (uintptr_t)gates };
    __asm__ volatile("lidt %0" : : "m"(pointer));
}
