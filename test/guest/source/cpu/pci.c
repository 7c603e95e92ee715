#include "kernel.h"

#include "ports.h"
#include "serial.h"

enum {
    CONFIGURATION_ADDRESS = 0xcf8,
    CONFIGURATION_DATA = 0xcfc,

    OFFSET_ID = 0x00,
    OFFSET_CLASS = 0x08,
    OFFSET_HEADER_TYPE = 0x0c,
    OFFSET_BASE_ADDRESS = 0x10,
    OFFSET_BUS_NUMBERS = 0x18,

    HEADER_TYPE_BRIDGE = 1,
    NO_VENDOR = 0xffff,
};

static uint32_t configuration_address(struct pci_address address, uint8_t offset)
{
    return 0x80000000u | (uint32_t)address.bus << 16 | (uint32_t)address.device << 11 |
           (uint32_t)address.function << 8 | (offset & 0xfcu);
}

uint32_t read_configuration(struct pci_address address, uint8_t offset)
{
    write_port32(CONFIGURATION_ADDRESS, configuration_address(address, offset));
    return read_port32(CONFIGURATION_DATA);
}

void write_configuration(struct pci_address address, uint8_t offset, uint32_t value)
{
    write_port32(CONFIGURATION_ADDRESS, configuration_address(address, offset));
    write_port32(CONFIGURATION_DATA, value);
}

static uint8_t header_type(struct pci_address address)
{
    return (uint8_t)(read_configuration(address, OFFSET_HEADER_TYPE) >> 16);
}

static void record_device(struct pci_address address, uint32_t id)
{
    if (kernel.device_count == MOST_DEVICES) {
        panic("more PCI devices than there is room for");
    }
    struct pci_device *device = &kernel.devices[kernel.device_count++];
    device->address = address;
    device->vendor = (uint16_t)id;
    device->id = (uint16_t)(id >> 16);
    device->class_code = read_configuration(address, OFFSET_CLASS) >> 8;
    device->base_address = read_configuration(address, OFFSET_BASE_ADDRESS);
    print_format("pci %02x:%02x.%x %04x:%04x class %06x bar0 %08x\n", address.bus, address.device,
                 address.function, device->vendor, device->id, device->class_code, device->base_address);
}

/* A free bus stays behind each, for the virtual functions of what comes. */
enum { BUSES_PER_BRIDGE = 2 };

static uint8_t last_bus;

static bool is_bridge(struct pci_address address)
{
    return (read_configuration(address, OFFSET_ID) & 0xffff) != NO_VENDOR &&
           (header_type(address) & 0x7f) == HEADER_TYPE_BRIDGE;
}

static void set_bus_numbers(struct pci_address bridge, uint8_t primary, uint8_t secondary, uint8_t subordinate)
{
    uint32_t latency = read_configuration(bridge, OFFSET_BUS_NUMBERS) & 0xff000000u;
    write_configuration(bridge, OFFSET_BUS_NUMBERS,
                        latency | (uint32_t)subordinate << 16 | (uint32_t)secondary << 8 | primary);
}

static void scan_bus(uint8_t bus);

static void scan_function(struct pci_address address)
{
    uint32_t id = read_configuration(address, OFFSET_ID);
    if ((id & 0xffff) == NO_VENDOR) {
        return;
    }
    record_device(address, id);
    if (is_bridge(address)) {
        last_bus += BUSES_PER_BRIDGE;
        uint8_t secondary_bus = last_bus;
        set_bus_numbers(address, address.bus, secondary_bus, 0xff);
        scan_bus(secondary_bus);
        set_bus_numbers(address, address.bus, secondary_bus, (uint8_t)(last_bus + 1));
    }
}

static void for_each_function(uint8_t bus, void (*visit)(struct pci_address))
{
    for (uint8_t device = 0; device < 32; device++) {
        struct pci_address address = { bus, device, 0 };
        bool many_functions = header_type(address) & 0x80;
        for (uint8_t function = 0; function < (many_functions ? 8 : 1); function++) {
            address.function = function;
            visit(address);
        }
    }
}

static void close_bridge(struct pci_address address)
{
    if (is_bridge(address)) {
        set_bus_numbers(address, 0, 0, 0);
    }
}

static void scan_bus(uint8_t bus)
{
    for_each_function(bus, close_bridge); /* what firmware had there would answer twice */
    for_each_function(bus, scan_function);
}

/* Every function in the machine, bridges before what is behind them. Memory is where the firmware has assigned it. */
void scan_pci(void)
{
    kernel.device_count = 0;
    last_bus = 0;
    scan_bus(0);
    print_format("pci %u functions\n", kernel.device_count);
}
