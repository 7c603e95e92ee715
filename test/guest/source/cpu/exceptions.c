#include "kernel.h"

#include "serial.h"

enum {
    EXCEPTIONS = 32,
    CODE_SELECTOR = 0x08,
    INTERRUPT_GATE = 0x8e,
    PAGE_FAULT = 14,
    LINKED_AT = 0x200000,
};

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t stack;
    uint8_t kind;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
} __attribute__((packed));

struct exception_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t number, error_code;
    uint64_t rip, code_segment, flags, rsp, stack_segment;
};

extern const uint64_t exception_entries[EXCEPTIONS];
extern const uint8_t _start[];

static struct gate gates[EXCEPTIONS] __attribute__((aligned(16)));

void install_exception_handlers(void)
{
    for (unsigned number = 0; number < EXCEPTIONS; number++) {
        uint64_t entry = exception_entries[number];
        gates[number] = (struct gate) {
            .offset_low = (uint16_t)entry,
            .selector = CODE_SELECTOR,
            .kind = INTERRUPT_GATE,
            .offset_middle = (uint16_t)(entry >> 16),
            .offset_high = (uint32_t)(entry >> 32),
        };
    }
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = { sizeof gates - 1, (uintptr_t)gates };
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

static void describe_page_fault(uint64_t error_code)
{
    uint64_t address;
    __asm__ volatile("movq %%cr2, %0" : "=r"(address));
    print_format("%s page fault due to %s, while in supervisor mode\n", error_code & 2 ? "write" : "read",
                 error_code & 1 ? "access violation" : "page not present");
    print_format("Address that caused the fault: 0x%lx\n", address);
}

void handle_exception(const struct exception_frame *frame) __attribute__((noreturn));

void handle_exception(const struct exception_frame *frame)
{
    print_format("kernel 0: exception %u (error code 0x%lx): ", (uint32_t)frame->number, frame->error_code);
    if (frame->number == PAGE_FAULT) {
        describe_page_fault(frame->error_code);
    } else {
        print("unhandled exception!\n");
    }
    print_format("Faulting instruction pointer (or next instruction): 0x%lx\n", frame->rip);
    print_format("  => i.e. unrelocated kernel address 0x%lx\n", frame->rip - (uintptr_t)_start + LINKED_AT);
    print("Registers:\n");
    print_format(" rax: 0x%016lx  r8 : 0x%016lx\n", frame->rax, frame->r8);
    print_format(" rbx: 0x%016lx  r9 : 0x%016lx\n", frame->rbx, frame->r9);
    print_format(" rcx: 0x%016lx  r10: 0x%016lx\n", frame->rcx, frame->r10);
    print_format(" rdx: 0x%016lx  r11: 0x%016lx\n", frame->rdx, frame->r11);
    print_format(" rsp: 0x%016lx  r12: 0x%016lx\n", frame->rsp, frame->r12);
    print_format(" rdi: 0x%016lx  r13: 0x%016lx\n", frame->rdi, frame->r13);
    print_format(" rsi: 0x%016lx  r14: 0x%016lx\n", frame->rsi, frame->r14);
    print_format(" rip: 0x%016lx  r15: 0x%016lx\n", frame->rip, frame->r15);
    print("kernel 0: Waiting for GDB connection...\n");
    halt_forever();
}
