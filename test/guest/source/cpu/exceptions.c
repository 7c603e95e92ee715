#include "kernel.h"

#include "coreboot.h"
#include "dispatch.h"
#include "paging.h"
#include "serial.h"

enum {
    DEBUG = 1,
    BREAKPOINT = 3,
    PAGE_FAULT = 14,
    LINKED_AT = 0x100000,
};

extern const uint8_t _start_kernel[];

static void describe_page_fault(uint64_t error_code)
{
    uint64_t address;
    __asm__ volatile("movq %%cr2, %0" : "=r"(address));
    print_format("%s page fault due to %s, while in supervisor mode\n", error_code & 2 ? "write" : "read",
                 error_code & 1 ? "access violation" : "page not present");
    print_format("Address that caused the fault: 0x%lx\n", address);
}

static void describe(const struct exception_frame *frame)
{
    print_format("kernel %u: exception %u (error code 0x%lx): ", (uint32_t)my_core_id,
                 (uint32_t)frame->number, frame->error_code);
    if (frame->number == PAGE_FAULT) {
        describe_page_fault(frame->error_code);
    } else {
        print("unhandled exception!\n");
    }
    print_format("Faulting instruction pointer (or next instruction): 0x%lx\n", frame->rip);
    print_format("  => i.e. unrelocated kernel address 0x%lx\n", frame->rip - (uintptr_t)_start_kernel + LINKED_AT);
    print("Registers:\n");
    print_format(" rax: 0x%016lx  r8 : 0x%016lx\n", frame->rax, frame->r8);
    print_format(" rbx: 0x%016lx  r9 : 0x%016lx\n", frame->rbx, frame->r9);
    print_format(" rcx: 0x%016lx  r10: 0x%016lx\n", frame->rcx, frame->r10);
    print_format(" rdx: 0x%016lx  r11: 0x%016lx\n", frame->rdx, frame->r11);
    print_format(" rsp: 0x%016lx  r12: 0x%016lx\n", frame->rsp, frame->r12);
    print_format(" rdi: 0x%016lx  r13: 0x%016lx\n", frame->rdi, frame->r13);
    print_format(" rsi: 0x%016lx  r14: 0x%016lx\n", frame->rsi, frame->r14);
    print_format(" rip: 0x%016lx  r15: 0x%016lx\n", frame->rip, frame->r15);
}

void handle_exception(struct exception_frame *frame);

void handle_exception(struct exception_frame *frame)
{
    if (frame->number == CALL_VECTOR) {
        acknowledge_interrupt();
        return;
    }
    if ((frame->code_segment & 3) != 0) {
        handle_domain(frame);
        return;
    }
    if (frame->number != DEBUG && frame->number != BREAKPOINT) {
        describe(frame);
    }
    gdb_stub_entry(frame);
}
