/* What a full-screen view needs of the terminal and cannot do in Swift: restoring it from a signal
 * handler, signals as a file, and the width of a character. One terminal per process. */
#ifndef METE_TERMINAL_H
#define METE_TERMINAL_H

#include <stdint.h>

/* Blocks SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT and SIGWINCH, in the calling thread and
 * those it makes later. Returns a descriptor that is readable when one has come, or -1 with errno.
 */
int mete_signals_open(void);

/* The next signal that has come, 0 when there is none. */
int mete_signals_next(int descriptor);

/* Keeps how the terminal is set, and takes keys from `input` one by one and unechoed. Anew where
 * that has been done already. From then on the terminal is restored by way of `output` also when
 * the process exits or crashes. Returns 0 or errno. */
int mete_terminal_enter(int input, int output);

/* What is to be written then: it turns to the alternate screen. */
const char *mete_terminal_enter_text(void);

/* Undoes `mete_terminal_enter`; nothing where that has been done. May be called by a signal
 * handler. A terminal that takes nothing for a quarter of a second keeps its alternate screen. */
void mete_terminal_leave(void);

/* A descriptor of the same terminal that a write never waits for, without making it so for others
 * who share `output`. Returns -1 with errno. */
int mete_terminal_reopen(int output);

/* Returns 0 or errno. */
int mete_terminal_size(int output, int *columns, int *rows);

/* Cells that a character takes: 0, 1 or 2; -1 for what cannot be printed. */
int mete_cell_width(uint32_t character);

#endif
