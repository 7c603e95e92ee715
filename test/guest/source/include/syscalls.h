/* From a domain to the kernel: interrupt SYSCALL_VECTOR, the number in rax, arguments in rdi and rsi. */
#pragma once

#define SYSCALL_VECTOR 0x80

#define SYSCALL_YIELD 0 /* comes back in the next round */
#define SYSCALL_BLOCK 1 /* never comes back */
#define SYSCALL_PRINT 2 /* text of that length */
