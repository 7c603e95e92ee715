/* What this kernel knows; the debugger's favourite place to look. */
#pragma once

#include "multiboot.h"
#include "syscalls.h"

#include <stdbool.h>
#include <stdint.h>

enum { MOST_DEVICES = 64 };

struct pci_address {
    uint8_t bus;
    uint8_t device;
    uint8_t function;
};

struct pci_device {
    struct pci_address address;
    uint16_t vendor;
    uint16_t id;
    uint32_t class_code;
    uint32_t base_address;
};

struct nic {
    const struct pci_device *device;
    volatile uint32_t *registers;
    uint32_t status;
    uint8_t mac[6];
};

struct kernel {
    const char *command_line;
    const struct multiboot_module *modules;
    uint32_t module_count;
    struct pci_device devices[MOST_DEVICES];
    uint32_t device_count;
    struct nic nic;
    uint64_t idle_ticks;
    uint32_t commands_handled;
};

extern struct kernel kernel;

enum {
    KERNEL_CODE = 0x08,
    KERNEL_DATA = 0x10,
    USER_DATA = 0x1b,
    USER_CODE = 0x23,
};

struct exception_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t number, error_code;
    uint64_t rip, code_segment, flags, rsp, stack_segment;
};

void *memset(void *target, int value, unsigned long count);
void *memcpy(void *target, const void *from, unsigned long count);

void panic(const char *reason) __attribute__((noreturn));
void halt_forever(void) __attribute__((noreturn));
void kernel_startup(void) __attribute__((noreturn));
void install_segments(void);
void install_exception_handlers(void);
/* Talks to a debugger on the serial line; comes back when it lets the kernel go on as the frame says. */
void gdb_stub_entry(struct exception_frame *frame);

uint32_t read_configuration(struct pci_address address, uint8_t offset);
void write_configuration(struct pci_address address, uint8_t offset, uint32_t value);
void scan_pci(void);

bool is_known_nic(const struct pci_device *device);
bool probe_nic(const struct pci_device *device);
void print_nic(const struct nic *nic);
void send_from(const struct nic *nic, uint64_t ring);

const char *module_string(const struct multiboot_module *module);
/* Whether a module string's path is .../NAME; if so, where its arguments begin. */
const char *arguments_of(const char *string, const char *name);
const struct multiboot_module *find_module(const char *name);
void run_shell(void) __attribute__((noreturn));

/* Commands that only print. */
void run_domain_fault(const char *domain);
void run_assert(const char *argument);
void run_error(const char *argument);
void run_gdb_stub(const char *argument);
void run_dhcp(const char *address);
void run_escapes(const char *argument);
