#include "coreboot.h"

#include "dispatch.h"
#include "elf64.h"
#include "kernel.h"
#include "paging.h"
#include "ports.h"
#include "serial.h"

/* Registers of the local APIC, at their default place (Intel's manual, volume 3, chapter 11). */
enum {
    APIC_AT = 0xfee00000u,
    APIC_ID = 0x20,
    APIC_END_OF_INTERRUPT = 0xb0,
    APIC_SPURIOUS = 0xf0,
    APIC_COMMAND_LOW = 0x300,
    APIC_COMMAND_HIGH = 0x310,

    APIC_ENABLED = 1 << 8,
    COMMAND_PENDING = 1 << 12,
    COMMAND_INIT = 0x4500,
    COMMAND_START = 0x4600,
    COMMAND_FIXED = 0x4000,
};

/* QEMU tells the number of cores by its configuration ports. */
enum {
    CONFIGURATION_SELECT = 0x510,
    CONFIGURATION_DATA = 0x511,
    CONFIGURATION_SIGNATURE = 0,
    CONFIGURATION_CORES = 5,
    DELAY_PORT = 0x80,
};

/* What a further core gets for its domains. */
enum {
    MEMORY_OF_A_CORE = 1 << 20,
    LONGEST_WAIT = 20 * 1000 * 1000,
};

extern const uint8_t x86_64_start_ap[], x86_64_start_ap_values[], x86_64_start_ap_end[];

static volatile uint32_t *apic_register(uint32_t offset)
{
    return local_phys_to_mem((lpaddr_t)APIC_AT + offset);
}

uint32_t apic_id(void)
{
    return *apic_register(APIC_ID) >> 24;
}

void acknowledge_interrupt(void)
{
    *apic_register(APIC_END_OF_INTERRUPT) = 0;
}

static void command_core(uint32_t id, uint32_t command)
{
    *apic_register(APIC_COMMAND_HIGH) = id << 24;
    *apic_register(APIC_COMMAND_LOW) = command;
    while (*apic_register(APIC_COMMAND_LOW) & COMMAND_PENDING) {
        __asm__ volatile("pause");
    }
}

static uint32_t count_cores(void)
{
    static const char signature[] = "QEMU";
    write_port16(CONFIGURATION_SELECT, CONFIGURATION_SIGNATURE);
    for (unsigned index = 0; index < sizeof signature - 1; index++) {
        if (read_port8(CONFIGURATION_DATA) != signature[index]) {
            return 1;
        }
    }
    write_port16(CONFIGURATION_SELECT, CONFIGURATION_CORES);
    uint32_t count = read_port8(CONFIGURATION_DATA);
    count |= (uint32_t)read_port8(CONFIGURATION_DATA) << 8;
    return count < MOST_CORES ? count : MOST_CORES;
}

/* A copy of the kernel as it was built, with a page for its core's data before it, and memory behind. */
static lpaddr_t place_kernel(const uint8_t *image, coreid_t core)
{
    uint64_t bytes = elf64_end(image) - elf64_lowest(image);
    lpaddr_t place = round_up(allocate(2 * LARGE_PAGE_BYTES + bytes + MEMORY_OF_A_CORE), LARGE_PAGE_BYTES);
    lpaddr_t base = place + PAGE_BYTES;
    elf64_place(image, local_phys_to_mem(base));
    struct x86_core_data *data = local_phys_to_mem(place);
    data->multiboot = glbl_core_data->multiboot;
    data->start_free_ram = base + bytes;
    data->end_free_ram = base + bytes + MEMORY_OF_A_CORE;
    data->src_core_id = my_core_id;
    data->dst_core_id = core;
    return base;
}

/* As the call is in Barrelfish: a capability for the kernel, a command, and its arguments: core, physical entry. */
static bool __attribute__((noinline)) kernel_send_start_ipi(const struct capability *kernel, int command,
                                                            const uintptr_t *args)
{
    (void)kernel;
    (void)command;
    uint8_t *code = local_phys_to_mem(START_AP_AT);
    memcpy(code, x86_64_start_ap, (unsigned long)(x86_64_start_ap_end - x86_64_start_ap));
    uint64_t *values = (uint64_t *)(code + (x86_64_start_ap_values - x86_64_start_ap));
    values[0] = boot_page_map();
    values[1] = mem_to_local_phys(global);
    values[2] = args[1];

    uint32_t before = global->started;
    command_core((uint32_t)args[0], COMMAND_INIT);
    for (int wait = 0; wait < 1000; wait++) {
        read_port8(DELAY_PORT);
    }
    command_core((uint32_t)args[0], COMMAND_START | START_AP_AT / PAGE_BYTES);
    for (int wait = 0; wait < LONGEST_WAIT; wait++) {
        if (global->started != before) {
            return true;
        }
        read_port8(DELAY_PORT);
    }
    return false;
}

static void start_core(coreid_t core, const uint8_t *image)
{
    lpaddr_t base = place_kernel(image, core);
    const struct elf64_header *header = (const struct elf64_header *)image;
    uintptr_t args[] = { core, base + (header->entry - elf64_lowest(image)) };
    struct capability kernel_cap = { .type = ObjType_Kernel, .rights = CAPRIGHTS_ALLRIGHTS };
    if (kernel_send_start_ipi(&kernel_cap, 0, args)) {
        global->cores++;
    } else {
        print_format("core %u does not start\n", (uint32_t)core);
    }
}

void start_cores(void)
{
    uint32_t cores = count_cores();
    const struct multiboot_module *module = find_module("cpu");
    if (!module) {
        return;
    }
    for (uint32_t core = 1; core < cores; core++) {
        start_core((coreid_t)core, local_phys_to_mem(module->start));
    }
}

void call_cores(uint32_t rounds)
{
    global->rounds = rounds;
    global->stop = false;
    global->finished = 0;
    global->calls++;
    for (uint32_t core = 1; core < global->cores; core++) {
        command_core(core, COMMAND_FIXED | CALL_VECTOR);
    }
}

void wait_for_cores(void)
{
    while (global->finished + 1 < global->cores) {
        __asm__ volatile("pause");
    }
}

void wait_for_calls(void)
{
    *apic_register(APIC_SPURIOUS) = APIC_ENABLED | 0xff;
    uint32_t answered = global->calls;
    __atomic_fetch_add(&global->started, 1, __ATOMIC_SEQ_CST);
    for (;;) {
        __asm__ volatile("cli");
        if (answered == global->calls) {
            /* What comes between the two is taken when the processor has begun to wait. */
            __asm__ volatile("sti; hlt");
            continue;
        }
        answered = global->calls;
        for (uint32_t round = 0; (global->rounds == 0 || round < global->rounds) && !global->stop; round++) {
            dispatch_all();
        }
        __atomic_fetch_add(&global->finished, 1, __ATOMIC_SEQ_CST);
    }
}
