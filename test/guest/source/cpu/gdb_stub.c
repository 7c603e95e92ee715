/* gdb's remote protocol on the serial line, with what Barrelfish's kernel has of it and no more. */
#include "kernel.h"

#include "coreboot.h"
#include "paging.h"
#include "ports.h"
#include "serial.h"

enum {
    LONGEST_PACKET = 512,
    /* gdb's numbers (amd64), each of 8 bytes here; flags and segments have 4 in gdb's view of the same bytes. */
    REGISTERS = 20,
    TRACE_FLAG = 0x100,
    SIGNAL_TRAP = 5,
    SIGNAL_FAULT = 11,
};

static bool connected;
static char packet[LONGEST_PACKET], answer[LONGEST_PACKET];

static uint64_t *gdb_register(struct exception_frame *frame, uint64_t number)
{
    uint64_t *const registers[REGISTERS] = {
        &frame->rax, &frame->rbx, &frame->rcx, &frame->rdx, &frame->rsi,   &frame->rdi,          &frame->rbp,
        &frame->rsp, &frame->r8,  &frame->r9,  &frame->r10, &frame->r11,   &frame->r12,          &frame->r13,
        &frame->r14, &frame->r15, &frame->rip, &frame->flags, &frame->code_segment, &frame->stack_segment,
    };
    return number < REGISTERS ? registers[number] : 0;
}

static int digit_of(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

static const char *parse(const char *text, uint64_t *value)
{
    *value = 0;
    while (digit_of(*text) >= 0) {
        *value = *value << 4 | (uint64_t)digit_of(*text++);
    }
    return text;
}

static char *write_byte(char *to, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 15];
    *to = '\0';
    return to;
}

/* A pair of digits, or -1. */
static int read_byte(const char *text)
{
    int high = digit_of(text[0]);
    int low = high < 0 ? -1 : digit_of(text[1]);
    return low < 0 ? -1 : high << 4 | low;
}

static void receive(void)
{
    for (;;) {
        while (serial_read() != '$') {
        }
        uint32_t length = 0;
        uint8_t sum = 0;
        char character;
        while ((character = serial_read()) != '#' && length < LONGEST_PACKET - 1) {
            packet[length++] = character;
            sum += (uint8_t)character;
        }
        packet[length] = '\0';
        char digits[2] = { serial_read(), serial_read() };
        if (character == '#' && read_byte(digits) == sum) {
            serial_write("+", 1);
            return;
        }
        serial_write("-", 1);
    }
}

static void send(const char *text)
{
    do {
        uint32_t length = 0;
        uint8_t sum = 0;
        while (text[length] != '\0') {
            sum += (uint8_t)text[length++];
        }
        char end[4] = "#";
        write_byte(end + 1, sum);
        serial_write("$", 1);
        serial_write(text, length);
        serial_write(end, 3);
    } while (serial_read() != '+');
}

/* Of memory that the kernel has mapped: nothing else can be looked at without a fault. */
static bool is_kernel_memory(uint64_t address, uint64_t length)
{
    return address >= MEMORY_OFFSET && address + length <= MEMORY_OFFSET + (4ul << 30) && length < LONGEST_PACKET / 2;
}

static const char *read_memory(const char *request)
{
    uint64_t address, length;
    request = parse(request, &address);
    parse(request + (*request == ','), &length);
    if (!is_kernel_memory(address, length) || length == 0) {
        return "E03";
    }
    char *to = answer;
    for (uint64_t index = 0; index < length; index++) {
        to = write_byte(to, ((const volatile uint8_t *)address)[index]);
    }
    return answer;
}

static const char *write_memory(const char *request)
{
    uint64_t address, length;
    request = parse(request, &address);
    request = parse(request + (*request == ','), &length);
    if (*request++ != ':' || !is_kernel_memory(address, length)) {
        return "E03";
    }
    for (uint64_t index = 0; index < length; index++) {
        int byte = read_byte(request + 2 * index);
        if (byte < 0) {
            return "E03";
        }
        ((volatile uint8_t *)address)[index] = (uint8_t)byte;
    }
    return "OK";
}

static bool write_register(struct exception_frame *frame, uint64_t number, const char *text)
{
    uint64_t value = 0;
    for (unsigned byte = 0; byte < sizeof value; byte++) {
        int part = read_byte(text + 2 * byte);
        if (part < 0) {
            return false;
        }
        value |= (uint64_t)part << (8 * byte);
    }
    *gdb_register(frame, number) = value;
    return true;
}

static char *write_value(char *to, uint64_t value)
{
    for (unsigned byte = 0; byte < sizeof value; byte++) {
        to = write_byte(to, (uint8_t)(value >> (8 * byte)));
    }
    return to;
}

static const char *read_registers(struct exception_frame *frame)
{
    char *to = answer;
    for (uint64_t number = 0; number < REGISTERS; number++) {
        to = write_value(to, *gdb_register(frame, number));
    }
    return answer;
}

static const char *read_register(struct exception_frame *frame, const char *request)
{
    uint64_t number;
    parse(request, &number);
    if (number >= REGISTERS) {
        return "E02";
    }
    write_value(answer, *gdb_register(frame, number));
    return answer;
}

static const char *write_registers(struct exception_frame *frame, const char *text)
{
    for (uint64_t number = 0; number < REGISTERS; number++) {
        if (!write_register(frame, number, text + number * 16)) {
            return "E03";
        }
    }
    return "OK";
}

static const char *write_one_register(struct exception_frame *frame, const char *request)
{
    uint64_t number;
    request = parse(request, &number);
    return *request == '=' && number < REGISTERS && write_register(frame, number, request + 1) ? "OK" : "E02";
}

static void resume(struct exception_frame *frame, const char *request, bool one_instruction)
{
    uint64_t address;
    if (*parse(request, &address) == '\0' && address != 0) {
        frame->rip = address;
    }
    frame->flags = one_instruction ? frame->flags | TRACE_FLAG : frame->flags & ~(uint64_t)TRACE_FLAG;
}

static const char *stop_reason(const struct exception_frame *frame)
{
    uint8_t signal = frame->number == 1 || frame->number == 3 ? SIGNAL_TRAP : SIGNAL_FAULT;
    answer[0] = 'S';
    write_byte(answer + 1, signal);
    return answer;
}

/* Returns when the kernel is to go on. */
static bool serve(struct exception_frame *frame, const char *request)
{
    switch (*request++) {
    case '?':
        send(stop_reason(frame));
        return true;
    case 'g':
        send(read_registers(frame));
        return true;
    case 'G':
        send(write_registers(frame, request));
        return true;
    case 'p':
        send(read_register(frame, request));
        return true;
    case 'P':
        send(write_one_register(frame, request));
        return true;
    case 'm':
        send(read_memory(request));
        return true;
    case 'M':
        send(write_memory(request));
        return true;
    case 'c':
    case 's':
        resume(frame, request, request[-1] == 's');
        return false;
    case 'D':
        /* No reply, as there: gdb waits for one until it is tired. */
        print_format("kernel %u: GDB has detached. Attempting to continue...", (uint32_t)my_core_id);
        connected = false;
        resume(frame, "", false);
        return false;
    case 'k':
        print_format("kernel %u: Kill requested by remote GDB.\n", (uint32_t)my_core_id);
        write_port8(0xcf9, 0x06); /* reset */
        halt_forever();
    default:
        send("");
        return true;
    }
}

void gdb_stub_entry(struct exception_frame *frame)
{
    if (connected) {
        send(stop_reason(frame));
    } else {
        print_format("kernel %u: Waiting for GDB connection...\n", (uint32_t)my_core_id);
    }
    do {
        receive();
        connected = true;
    } while (serve(frame, packet));
}
