#include "kernel.h"

#include "coreboot.h"
#include "dispatch.h"
#include "serial.h"

enum {
    LONGEST_LINE = 1024,
    FLOOD_LINE = 64,

    BACKSPACE = 0x08,
    ESCAPE = 0x1b,
    DELETE = 0x7f,
};

struct command {
    const char *name;
    const char *purpose;
    void (*run)(const char *argument);
};

static const char *skip_blanks(const char *text)
{
    while (*text == ' ') {
        text++;
    }
    return text;
}

static uint32_t parse_number(const char **text)
{
    uint32_t number = 0;
    while (**text >= '0' && **text <= '9') {
        number = number * 10 + (uint32_t)(*(*text)++ - '0');
    }
    return number;
}

/* A number of MiB, or of KiB when a "k" follows it. */
static uint32_t parse_bytes(const char *text)
{
    uint32_t number = parse_number(&text);
    return *text == 'k' ? number << 10 : number << 20;
}

static void run_echo(const char *argument)
{
    print_format("%s\n", argument);
}

/* Line N: its number in 8 digits, a blank, 53 characters of an alphabet that starts at N, CR LF. */
static void fill_flood_line(char line[FLOOD_LINE], uint32_t number)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    enum { LETTERS = sizeof alphabet - 1 };
    uint32_t rest = number;
    for (int digit = 7; digit >= 0; digit--) {
        line[digit] = (char)('0' + rest % 10);
        rest /= 10;
    }
    line[8] = ' ';
    uint32_t letter = number % LETTERS;
    for (int column = 9; column < FLOOD_LINE - 2; column++) {
        line[column] = alphabet[letter];
        letter = letter + 1 == LETTERS ? 0 : letter + 1;
    }
    line[FLOOD_LINE - 2] = '\r';
    line[FLOOD_LINE - 1] = '\n';
}

static void run_flood(const char *argument)
{
    uint32_t lines = parse_bytes(argument) / FLOOD_LINE;
    char line[FLOOD_LINE];
    print_format("flood begins: %u lines\n", lines);
    for (uint32_t number = 0; number < lines; number++) {
        fill_flood_line(line, number);
        serial_write(line, sizeof line);
    }
    print_format("flood ends: %u lines\n", lines);
}

static void print_readable(char character)
{
    if (character == ESCAPE) {
        print("ESC");
    } else if (character < ' ' || character == DELETE) {
        print_format("<%02x>", (uint32_t)(uint8_t)character);
    } else {
        print_character(character);
    }
}

/* Asks the terminal where its cursor is. Waits for as long as it takes; Enter gives up. */
static void run_query(const char *argument)
{
    (void)argument;
    char answer[32];
    uint32_t length = 0;
    serial_write("\033[6n", 4);
    while (length < sizeof answer) {
        char character = serial_read();
        if (character == '\r') {
            print("terminal gives no answer\n");
            return;
        }
        answer[length++] = character;
        if (character == 'R') {
            break;
        }
    }
    print("terminal answers ");
    for (uint32_t index = 0; index < length; index++) {
        print_readable(answer[index]);
    }
    print("\n");
}

static void run_nic(const char *argument)
{
    (void)argument;
    if (!kernel.nic.device) {
        print("no NIC\n");
    } else if (probe_nic(kernel.nic.device)) {
        print_nic(&kernel.nic);
    }
}

static uint64_t parse_hexadecimal(const char *text)
{
    uint64_t number = 0;
    for (;; text++) {
        char digit = *text;
        if (digit >= '0' && digit <= '9') {
            number = number << 4 | (uint64_t)(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            number = number << 4 | (uint64_t)(digit - 'a' + 10);
        } else {
            return number;
        }
    }
}

/* A driver's mistake: an address that the device can't reach, or must not. */
static void run_dma(const char *argument)
{
    if (!kernel.nic.device) {
        print("no NIC\n");
        return;
    }
    uint64_t ring = parse_hexadecimal(argument);
    send_from(&kernel.nic, ring);
    print_format("sending from %lx\n", ring);
}

static void run_pci(const char *argument)
{
    (void)argument;
    scan_pci();
}

static void run_fault(const char *argument)
{
    if (*argument != '\0') {
        run_domain_fault(argument);
        return;
    }
    volatile uint32_t *nowhere = (volatile uint32_t *)0xdeadbeef000;
    *nowhere = 1;
}

static void run_panic(const char *argument)
{
    panic(*argument != '\0' ? argument : "asked for");
}

/* Every runnable domain of every core, in turn; on and on, until a key comes, when there is no number. */
static void run_turn(const char *argument)
{
    uint32_t rounds = parse_number(&argument);
    uint32_t done = 0;
    call_cores(rounds);
    while (rounds == 0 ? !serial_has_input() : done < rounds) {
        dispatch_all();
        done++;
    }
    if (rounds == 0) {
        serial_read();
        global->stop = true;
    }
    wait_for_cores();
    print_format("turn ends: %u rounds\n", done);
}

static void run_help(const char *argument);

static const struct command commands[] = {
    { "help", "this list", run_help },
    { "echo", "TEXT: print it", run_echo },
    { "flood", "N[k]: print N MiB (KiB) of numbered lines", run_flood },
    { "query", "ask the terminal for its cursor (ESC[6n)", run_query },
    { "nic", "read the NIC's registers again", run_nic },
    { "dma", "ADDRESS: have the NIC send from there", run_dma },
    { "pci", "scan again", run_pci },
    { "turn", "[N]: N times each domain's turn, on every core (or until a key comes)", run_turn },
    { "assert", "[DOMAIN]: a failed assertion, as of a program", run_assert },
    { "error", "[DOMAIN]: an error with its causes, as of a program", run_error },
    { "fault", "[DOMAIN]: write where nothing is mapped (or as of a program)", run_fault },
    { "gdbstub", "wait for a debugger on this line", run_gdb_stub },
    { "dhcp", "[ADDRESS]: start the network, as of kaluga", run_dhcp },
    { "escapes", "ask the terminal for what no guest should have", run_escapes },
    { "panic", "[REASON]: halt", run_panic },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void run_help(const char *argument)
{
    (void)argument;
    for (unsigned index = 0; index < COMMANDS; index++) {
        print_format("%s %s\n", commands[index].name, commands[index].purpose);
    }
}

/* What follows the name in a line, or nothing when the line is not that command. */
static const char *match_command(const char *line, const char *name)
{
    while (*name != '\0') {
        if (*line++ != *name++) {
            return 0;
        }
    }
    if (*line != '\0' && *line != ' ') {
        return 0;
    }
    return skip_blanks(line);
}

void handle_command(const char *line, uint32_t length);

void handle_command(const char *line, uint32_t length)
{
    if (length == 0) {
        return;
    }
    kernel.commands_handled++;
    for (unsigned index = 0; index < COMMANDS; index++) {
        const char *argument = match_command(line, commands[index].name);
        if (argument) {
            commands[index].run(argument);
            return;
        }
    }
    print_format("unknown command: %s\n", line);
}

/* One turn of the loop in which this kernel spends its life. */
static void idle(void)
{
    kernel.idle_ticks++;
    __asm__ volatile("pause");
}

/* A line without its end, echoed as it is typed. */
static uint32_t read_line(char line[LONGEST_LINE])
{
    uint32_t length = 0;
    for (;;) {
        while (!serial_has_input()) {
            idle();
        }
        char character = serial_read();
        if (character == '\r' || character == '\n') {
            break;
        }
        if (character == BACKSPACE || character == DELETE) {
            if (length > 0) {
                length--;
                print("\b \b");
            }
        } else if (length < LONGEST_LINE - 1) {
            line[length++] = character;
            print_character(character);
        }
    }
    line[length] = '\0';
    print("\n");
    return length;
}

void run_shell(void)
{
    static char line[LONGEST_LINE];
    for (;;) {
        print("> ");
        uint32_t length = read_line(line);
        handle_command(line, length);
    }
}
