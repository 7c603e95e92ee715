#include "dispatch.h"

#include "kernel.h"
#include "paging.h"
#include "serial.h"

enum { PAGE_FAULT = 14, FLAGS_OF_DOMAINS = 0x8d5 };

struct dcb *dcb_current;

void enter_domain(const struct exception_frame *registers);
void leave_domain(void) __attribute__((noreturn));

static struct dispatcher_shared_x86_64 *dispatcher_of(const struct dcb *dcb)
{
    return (struct dispatcher_shared_x86_64 *)dcb->disp;
}

static void context_switch(struct dcb *dcb)
{
    dcb_current = dcb;
    switch_vspace(dcb->vspace);
}

void dispatch(struct dcb *dcb)
{
    context_switch(dcb);
    const struct registers_x86_64 *saved = &dispatcher_of(dcb)->disabled_save_area;
    struct exception_frame frame = {
        .rax = saved->rax, .rbx = saved->rbx, .rcx = saved->rcx, .rdx = saved->rdx,
        .rsi = saved->rsi, .rdi = saved->rdi, .rbp = saved->rbp, .rsp = saved->rsp,
        .r8 = saved->r8, .r9 = saved->r9, .r10 = saved->r10, .r11 = saved->r11,
        .r12 = saved->r12, .r13 = saved->r13, .r14 = saved->r14, .r15 = saved->r15,
        .rip = saved->rip, .flags = 2 | (saved->eflags & FLAGS_OF_DOMAINS),
        .code_segment = USER_CODE, .stack_segment = USER_DATA,
    };
    enter_domain(&frame);
    dcb_current = 0;
}

void dispatch_all(void)
{
    struct dcb *next;
    for (struct dcb *dcb = kcb_current->queue_head; dcb; dcb = next) {
        next = dcb->next;
        dispatch(dcb);
    }
}

static void save(struct dcb *dcb, const struct exception_frame *frame)
{
    dispatcher_of(dcb)->disabled_save_area = (struct registers_x86_64) {
        .rax = frame->rax, .rbx = frame->rbx, .rcx = frame->rcx, .rdx = frame->rdx,
        .rsi = frame->rsi, .rdi = frame->rdi, .rbp = frame->rbp, .rsp = frame->rsp,
        .r8 = frame->r8, .r9 = frame->r9, .r10 = frame->r10, .r11 = frame->r11,
        .r12 = frame->r12, .r13 = frame->r13, .r14 = frame->r14, .r15 = frame->r15,
        .rip = frame->rip, .eflags = frame->flags,
    };
}

static void end_of(struct dcb *dcb, const struct exception_frame *frame)
{
    uint64_t address;
    __asm__ volatile("movq %%cr2, %0" : "=r"(address));
    const struct dispatcher_shared_generic *shared = &dispatcher_of(dcb)->d;
    if (frame->number == PAGE_FAULT) {
        print_format("%s.%u: unhandled page fault (error code 0x%lx) on %lx at IP %lx\n", shared->name,
                     (uint32_t)shared->curr_core_id, frame->error_code, address, frame->rip);
    } else {
        print_format("%s.%u: unhandled trap (IRQ %u, error code 0x%lx) at IP %lx\n", shared->name,
                     (uint32_t)shared->curr_core_id, (uint32_t)frame->number, frame->error_code, frame->rip);
    }
    dcb->faults_taken++;
}

void handle_domain(const struct exception_frame *frame)
{
    struct dcb *dcb = dcb_current;
    if (frame->number == SYSCALL_VECTOR && frame->rax == SYSCALL_PRINT) {
        for (uint64_t index = 0; index < frame->rsi; index++) {
            print_character(((const char *)frame->rdi)[index]);
        }
        return;
    }
    save(dcb, frame);
    if (frame->number != SYSCALL_VECTOR) {
        end_of(dcb, frame);
    }
    if (frame->number != SYSCALL_VECTOR || frame->rax == SYSCALL_BLOCK) {
        scheduler_remove(dcb);
    }
    leave_domain();
}
