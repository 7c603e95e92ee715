/* From the loader, or from the core that starts this one, to high memory. */
#include "coreboot.h"
#include "elf64.h"
#include "kernel.h"
#include "paging.h"
#include "serial.h"

enum { MULTIBOOT_MAGIC = 0x2badb002 };

#define LINKED_AT 0x100000ul

extern uint8_t _start_kernel[], _end_kernel[];
extern const struct elf64_relocation relocations[], relocations_end[];

static struct global myglobal;
static struct x86_core_data my_core_data;

struct global *global = &myglobal;
struct x86_core_data *glbl_core_data = &my_core_data;
coreid_t my_core_id;

void continue_at(void (*function)(void), uint64_t stack_offset) __attribute__((noreturn));
void arch_init(uint64_t magic, const void *pointer) __attribute__((noreturn));

void elf64_relocate(lvaddr_t base, uint8_t *image);

/* Pointers in the data are right from now on where the image is seen at that address. */
void elf64_relocate(lvaddr_t base, uint8_t *image)
{
    for (const struct elf64_relocation *each = relocations; each < relocations_end; each++) {
        if (each->kind == RELOCATION_RELATIVE) {
            *(uint64_t *)(image + (each->offset - LINKED_AT)) = base + (each->addend - LINKED_AT);
        }
    }
}

static void __attribute__((noreturn)) text_init(void)
{
    paging_reset();
    global = local_phys_to_mem((lpaddr_t)global);
    glbl_core_data = local_phys_to_mem((lpaddr_t)glbl_core_data);
    set_free_memory(glbl_core_data->start_free_ram, glbl_core_data->end_free_ram);
    install_segments();
    install_exception_handlers();
    print_format("Barrelfish CPU driver starting on x86_64 apic_id %u\n", apic_id());
    kernel_startup();
}

/* Still low, with what the starter has mapped. */
void arch_init(uint64_t magic, const void *pointer)
{
    lpaddr_t base = (lpaddr_t)_start_kernel;
    lvaddr_t high = MEMORY_OFFSET + base;
    struct global *shared;
    struct x86_core_data *data;
    if (magic == MULTIBOOT_MAGIC) {
        const struct multiboot_info *info = pointer;
        serial_start();
        shared = &myglobal;
        shared->cores = 1;
        data = &my_core_data;
        data->multiboot = (lpaddr_t)info;
        data->start_free_ram = (lpaddr_t)_end_kernel;
        data->end_free_ram = 0x100000 + (lpaddr_t)info->memory_upper * 1024;
    } else {
        shared = (struct global *)pointer;
        data = (struct x86_core_data *)(base - PAGE_BYTES);
    }
    print_format("Kernel starting at address 0x%lx\n", high);
    paging_init();
    elf64_relocate(high, _start_kernel);
    global = shared;
    glbl_core_data = data;
    my_core_id = data->dst_core_id;
    void (*relocated)(void) = (void (*)(void))((uintptr_t)text_init + MEMORY_OFFSET);
    continue_at(relocated, MEMORY_OFFSET);
}
