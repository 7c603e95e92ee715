#include "serial.h"

#include "ports.h"

#include <stdarg.h>

enum {
    COM1 = 0x3f8,
    DATA = COM1,
    INTERRUPT_ENABLE = COM1 + 1,
    FIFO_CONTROL = COM1 + 2,
    LINE_CONTROL = COM1 + 3,
    LINE_STATUS = COM1 + 5,

    FIFO_ON_AND_CLEAR = 0x07,
    LINE_8N1 = 0x03,
    LINE_DIVISOR_LATCH = 0x80,
    STATUS_DATA_READY = 0x01,
    STATUS_TRANSMIT_EMPTY = 0x20,
    FIFO_BYTES = 16,
};

void serial_start(void)
{
    write_port8(INTERRUPT_ENABLE, 0);
    write_port8(LINE_CONTROL, LINE_DIVISOR_LATCH);
    write_port8(DATA, 1); /* 115200 baud */
    write_port8(INTERRUPT_ENABLE, 0);
    write_port8(LINE_CONTROL, LINE_8N1);
    write_port8(FIFO_CONTROL, FIFO_ON_AND_CLEAR);
}

/* One look at the status per FIFO full: reading a port is what takes the time in a virtual machine. */
void serial_write(const char *bytes, uint32_t count)
{
    uint32_t sent = 0;
    while (sent < count) {
        while (!(read_port8(LINE_STATUS) & STATUS_TRANSMIT_EMPTY)) {
        }
        for (uint32_t room = FIFO_BYTES; room > 0 && sent < count; room--) {
            write_port8(DATA, (uint8_t)bytes[sent++]);
        }
    }
}

bool serial_has_input(void)
{
    return read_port8(LINE_STATUS) & STATUS_DATA_READY;
}

char serial_read(void)
{
    while (!serial_has_input()) {
        __asm__ volatile("pause");
    }
    return (char)read_port8(DATA);
}

void print_character(char character)
{
    if (character == '\n') {
        serial_write("\r\n", 2);
    } else {
        serial_write(&character, 1);
    }
}

void print(const char *text)
{
    while (*text != '\0') {
        print_character(*text++);
    }
}

static void print_hexadecimal(uint64_t value, unsigned least_digits)
{
    char digits[16];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    while (count < least_digits && count < sizeof digits) {
        digits[count++] = '0';
    }
    while (count > 0) {
        print_character(digits[--count]);
    }
}

static void print_decimal(uint32_t value)
{
    char digits[10];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) {
        print_character(digits[--count]);
    }
}

void print_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            print_character(*format);
            continue;
        }
        format++;
        unsigned width = 0;
        while (*format >= '0' && *format <= '9') {
            width = width * 10 + (unsigned)(*format++ - '0');
        }
        bool wide = *format == 'l';
        if (wide) {
            format++;
        }
        switch (*format) {
        case 's':
            print(va_arg(arguments, const char *));
            break;
        case 'c':
            print_character((char)va_arg(arguments, int));
            break;
        case 'u':
            print_decimal(va_arg(arguments, uint32_t));
            break;
        case 'x':
            print_hexadecimal(wide ? va_arg(arguments, unsigned long) : va_arg(arguments, uint32_t), width);
            break;
        default:
            print_character(*format);
            break;
        }
    }
    va_end(arguments);
}
