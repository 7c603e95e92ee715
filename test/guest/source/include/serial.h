/* COM1, polled. Shared by the loader and the kernel, which are compiled for different widths. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void serial_start(void);
void serial_write(const char *bytes, uint32_t count);
bool serial_has_input(void);
char serial_read(void);

/* Text for people: a line feed goes out as CR LF. */
void print_character(char character);
void print(const char *text);
/* %s string, %c character, %u decimal, %x hexadecimal, %lx 64 bits of it, %08x zero padded, %% */
void print_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
