#include "kernel.h"

#include "coreboot.h"
#include "dispatch.h"
#include "paging.h"
#include "serial.h"

struct kernel kernel;

void halt_forever(void)
{
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

void panic(const char *reason)
{
    print_format("kernel %u PANIC! %s\n", (uint32_t)my_core_id, reason);
    halt_forever();
}

static const void *at(uint32_t address)
{
    return local_phys_to_mem(address);
}

const char *module_string(const struct multiboot_module *module)
{
    return at(module->string);
}

const char *arguments_of(const char *string, const char *name)
{
    const char *base = string;
    while (*string != '\0' && *string != ' ') {
        if (*string++ == '/') {
            base = string;
        }
    }
    for (; base < string; base++, name++) {
        if (*base != *name) {
            return 0;
        }
    }
    return *name == '\0' ? string : 0;
}

const struct multiboot_module *find_module(const char *name)
{
    for (uint32_t index = 0; index < kernel.module_count; index++) {
        if (arguments_of(module_string(&kernel.modules[index]), name)) {
            return &kernel.modules[index];
        }
    }
    return 0;
}

/* In brackets and byte for byte: what arrived, blanks and quotation marks included. */
static void report_boot_information(void)
{
    print_format("command line [%s]\n", kernel.command_line);
    for (uint32_t index = 0; index < kernel.module_count; index++) {
        const struct multiboot_module *module = &kernel.modules[index];
        print_format("module %u %u bytes [%s]\n", index, module->end - module->start, module_string(module));
    }
}

static void start_domains(void)
{
    static const char *const domains[] = { "init", "monitor", "kaluga", "startd" };
    for (uint32_t index = 0; index < sizeof domains / sizeof domains[0]; index++) {
        const struct multiboot_module *module = find_module(domains[index]);
        if (module) {
            print_format("Spawning /x86_64/sbin/%s on core 0\n", domains[index]);
            spawn(domains[index], module);
        }
    }
}

static void start_drivers(void)
{
    for (uint32_t index = 0; index < kernel.device_count; index++) {
        const struct pci_device *device = &kernel.devices[index];
        if (!is_known_nic(device)) {
            continue;
        }
        const struct multiboot_module *driver = find_module("e1000n");
        if (driver) {
            print_format("Kaluga: Starting \"e1000n\" (\"e1000n_module\") for (bus=%u,dev=%u,fun=%u)"
                         ", int: lbl=none,lo=0,hi=0, on core 0\n",
                         device->address.bus, device->address.device, device->address.function);
        }
        if (probe_nic(device)) {
            print_nic(&kernel.nic);
            if (driver) {
                spawn("e1000n", driver);
                print("Driver e1000n_module created, reachable at [1]\n");
            }
        }
    }
}

/* A further core has a monitor, which is what asks for more. */
static void start_monitor(void)
{
    const struct multiboot_module *module = find_module("monitor");
    if (module) {
        print_format("Spawning /x86_64/sbin/monitor on core %u\n", (uint32_t)my_core_id);
        spawn("monitor", module);
    }
}

void kernel_startup(void)
{
    const struct multiboot_info *info = local_phys_to_mem(glbl_core_data->multiboot);
    kernel.command_line = at(info->command_line);
    kernel.modules = at(info->modules);
    kernel.module_count = info->module_count;
    make_kcb();
    if (my_core_id != 0) {
        start_monitor();
        wait_for_calls();
    }
    report_boot_information();

    print("init: invoked as: init 0\n");
    scan_pci();
    start_domains();
    start_cores();
    start_drivers();
    print("fish v0.2 (test guest) -- type help for help\n");
    run_shell();
}

/* The compiler may ask for these two whatever it is told. */
void *memset(void *target, int value, unsigned long count)
{
    uint8_t *bytes = target;
    while (count-- > 0) {
        *bytes++ = (uint8_t)value;
    }
    return target;
}

void *memcpy(void *target, const void *from, unsigned long count)
{
    uint8_t *bytes = target;
    const uint8_t *source = from;
    while (count-- > 0) {
        *bytes++ = *source++;
    }
    return target;
}
