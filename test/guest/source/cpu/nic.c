/* Just enough of Intel's e1000 family to show that the registers behind BAR 0 are the device's. */
#include "kernel.h"

#include "paging.h"
#include "serial.h"

enum {
    OFFSET_COMMAND = 0x04,
    OFFSET_BASE_ADDRESS = 0x10,
    COMMAND_MEMORY = 0x02,
    COMMAND_BUS_MASTER = 0x04,

    REGISTER_STATUS = 0x0008,
    REGISTER_TRANSMIT_CONTROL = 0x0400,
    TRANSMIT_ENABLE = 0x2,
    REGISTER_RING_LOW = 0x3800,
    REGISTER_RING_HIGH = 0x3804,
    REGISTER_RING_LENGTH = 0x3808,
    REGISTER_RING_HEAD = 0x3810,
    REGISTER_RING_TAIL = 0x3818,
    REGISTER_RECEIVE_ADDRESS_LOW = 0x5400,
    REGISTER_RECEIVE_ADDRESS_HIGH = 0x5404,
};

bool is_known_nic(const struct pci_device *device)
{
    return device->vendor == 0x8086 && (device->id == 0x10d3 || device->id == 0x100e);
}

static uint32_t read_register(const struct nic *nic, uint32_t offset)
{
    return nic->registers[offset / sizeof(uint32_t)];
}

static void write_register(const struct nic *nic, uint32_t offset, uint32_t value)
{
    nic->registers[offset / sizeof(uint32_t)] = value;
}

void send_from(const struct nic *nic, uint64_t ring)
{
    write_register(nic, REGISTER_TRANSMIT_CONTROL, 0);
    write_register(nic, REGISTER_RING_LOW, (uint32_t)ring);
    write_register(nic, REGISTER_RING_HIGH, (uint32_t)(ring >> 32));
    write_register(nic, REGISTER_RING_LENGTH, 0x80);
    write_register(nic, REGISTER_RING_HEAD, 0);
    write_register(nic, REGISTER_RING_TAIL, 0);
    write_register(nic, REGISTER_TRANSMIT_CONTROL, TRANSMIT_ENABLE);
    write_register(nic, REGISTER_RING_TAIL, 1); /* one descriptor: the NIC fetches it at once */
}

bool probe_nic(const struct pci_device *device)
{
    uint32_t command = read_configuration(device->address, OFFSET_COMMAND) & 0xffff;
    write_configuration(device->address, OFFSET_COMMAND, command | COMMAND_MEMORY | COMMAND_BUS_MASTER);

    uintptr_t base = read_configuration(device->address, OFFSET_BASE_ADDRESS) & ~0xfu;
    if (base == 0) {
        print_format("nic %02x:%02x.%x has no address\n", device->address.bus, device->address.device,
                     device->address.function);
        return false;
    }
    struct nic *nic = &kernel.nic;
    nic->device = device;
    nic->registers = local_phys_to_mem(base);
    nic->status = read_register(nic, REGISTER_STATUS);

    uint32_t low = read_register(nic, REGISTER_RECEIVE_ADDRESS_LOW);
    uint32_t high = read_register(nic, REGISTER_RECEIVE_ADDRESS_HIGH);
    for (unsigned index = 0; index < sizeof nic->mac; index++) {
        nic->mac[index] = (uint8_t)(index < 4 ? low >> (8 * index) : high >> (8 * (index - 4)));
    }
    print_format("nic %02x:%02x.%x STATUS %08x RAL %08x RAH %08x\n", device->address.bus,
                 device->address.device, device->address.function, nic->status, low, high);
    return true;
}

void print_nic(const struct nic *nic)
{
    const uint8_t *mac = nic->mac;
    print_format("mac %02x:%02x:%02x:%02x:%02x:%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}
