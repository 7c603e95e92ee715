/* What Barrelfish says when something happens, without anything happening. */
#include "kernel.h"

#include "serial.h"

static const char *word_or(const char *argument, const char *otherwise)
{
    return *argument != '\0' ? argument : otherwise;
}

/* As debug_printf writes: colours around the domain, its core and its thread. */
static void print_prefix(const char *domain)
{
    print_format("\033[34m%s.\033[31m0.5\033[0m: ", domain);
}

static void print_register(const char *name, uint64_t value)
{
    print_format("        %08lx %s\n", value, name);
}

/* A domain that fell: the line itself, its registers, its stack. The address is in its main function. */
void run_domain_fault(const char *domain)
{
    static const uint8_t text[] = "fish v0.2 kernel 0 PANIC!";
    print_format("%s.0: unhandled page fault (error code 0x14) on 0 at IP 401008\n", domain);
    print("read page fault due to page not present, while in user mode\n");
    print_register("rip", 0x401008);
    print_register("rsp", 0x7fffe0);
    print_register("eflags", 0x202);
    print_prefix(domain);
    print("Dumping stack (0x7fffe0)...\n");
    print_prefix(domain);
    print("Dumping memory in range 0x7ffde0 to 0x8007e0:\n");
    for (uint64_t address = 0x7ffde0; address < 0x7fffe0; address += 8) {
        print_prefix(domain);
        print_format("0x%lx: ", address);
        for (uint64_t byte = 0; byte < 8; byte++) {
            print_format("%02x ", (uint32_t)text[(address + byte) % (sizeof text - 1)]);
        }
        print_format(" %016lx  %s\n", address, (const char *)text);
    }
    print_format("%s ends\n", domain);
}

void run_assert(const char *argument)
{
    print_format("Assertion failed on core 0 in %s: %s, function %s, file %s, line %u.\n", word_or(argument, "fish"),
                 "argument != NULL", __func__, __FILE__, (uint32_t)__LINE__);
    print("Aborted\n");
}

/* An error with the chain of those that it comes from, and the end of its domain. */
void run_error(const char *argument)
{
    print_format("ERROR: %s.0 in %s() %s:%u\n", word_or(argument, "fish"), __func__, __FILE__, (uint32_t)__LINE__);
    print("ERROR: the device could not be had\n");
    print("Failure: (      driverkit) There is no device [DRIVER_ERR_NO_DEVICE]\n");
    print("Failure: (         kernel) It was built without [SYS_ERR_NOT_BUILT_IN]\n");
    print("Aborted\n");
}

/* The kernel's gdb stub owns the line from now on, and waits. */
void run_gdb_stub(const char *argument)
{
    (void)argument;
    __asm__ volatile("int3");
}

/* The network comes up when there is an address to have. */
void run_dhcp(const char *address)
{
    print("Start networking e1000n\n");
    print_prefix("net_sockets_ser");
    print("starting DHCP...\n");
    print("waiting for DHCP to complete \n");
    if (*address != '\0') {
        print_format("# IP Addr %s\n", address);
        print("OK\nDHCP completed.\n");
    }
}

/* Asks a terminal for what no guest should have. */
void run_escapes(const char *argument)
{
    (void)argument;
    print("\033]52;c;Z3Vlc3Q=\007"         /* "guest" into the clipboard */
          "\033]0;guest's title\007"       /* a title */
          "\033]8;;https://example.org/\033\\a link\033]8;;\033\\ "
          "\033]633;E;guest's command\007" /* for the editor */
          "\033[32mgreen\033[0m escapes end\n");
}
