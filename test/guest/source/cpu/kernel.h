/* What this kernel knows; the debugger's favourite place to look. */
#pragma once

#include "multiboot.h"

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

void panic(const char *reason) __attribute__((noreturn));
void halt_forever(void) __attribute__((noreturn));
void install_exception_handlers(void);

uint32_t read_configuration(struct pci_address address, uint8_t offset);
void write_configuration(struct pci_address address, uint8_t offset, uint32_t value);
void scan_pci(void);

bool is_known_nic(const struct pci_device *device);
bool probe_nic(const struct pci_device *device);
void print_nic(const struct nic *nic);
void send_from(const struct nic *nic, uint64_t ring);

const struct multiboot_module *find_module(const char *name);
void run_shell(void) __attribute__((noreturn));

/* Commands that only print. */
void run_domain_fault(const char *domain);
void run_assert(const char *argument);
void run_error(const char *argument);
void run_gdb_stub(const char *argument);
void run_dhcp(const char *address);
void run_escapes(const char *argument);
