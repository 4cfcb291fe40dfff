#define _GNU_SOURCE
#include "mete_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* Faults, and what a failed check of Swift's raises. */
static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS};
enum { CRASHES = sizeof(crashes) / sizeof(crashes[0]) };

static struct sigaction before[CRASHES];
static struct termios standing;
static int input_descriptor, output_descriptor;
static volatile sig_atomic_t is_entered;

/* Alternate screen, cursor hidden, lines cut at the right edge. */
static const char enter_text[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
static const char leave_text[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

int mete_signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	sigaddset(&set, SIGWINCH);
	if ((errno = pthread_sigmask(SIG_BLOCK, &set, NULL)))
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int mete_signals_next(int descriptor)
{
	struct signalfd_siginfo information;
	ssize_t size;

	do
		size = read(descriptor, &information, sizeof(information));
	while (size < 0 && errno == EINTR);
	return size == sizeof(information) ? (int)information.ssi_signo : 0;
}

/* Whether the terminal takes something now, or within some milliseconds. */
static bool wait_for_room(int milliseconds)
{
	struct pollfd room = {.fd = output_descriptor, .events = POLLOUT};

	return poll(&room, 1, milliseconds) == 1;
}

/* Only what signal-safety(7) permits. */
void mete_terminal_leave(void)
{
	int error = errno;
	ssize_t written;

	if (!is_entered)
		return;
	is_entered = 0;
	/* What a terminal that is gone does not take is lost, and so is what one that stands still
	 * does not take in a moment. */
	written = wait_for_room(250) ? write(output_descriptor, leave_text, sizeof(leave_text) - 1)
				     : 0;
	(void)written;
	tcsetattr(input_descriptor, TCSANOW, &standing);
	errno = error;
}

/* Restores, and leaves the rest to whoever would have had the signal: it is pending until this
 * returns. */
static void crashed(int number)
{
	mete_terminal_leave();
	for (int index = 0; index < CRASHES; index++)
		if (crashes[index] == number)
			sigaction(number, &before[index], NULL);
	raise(number);
}

static void catch_crashes(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = crashed;
	/* A stack that has overflowed has no room for a handler; where somebody made another one,
	 * it runs there. */
	action.sa_flags = SA_ONSTACK;
	for (int index = 0; index < CRASHES; index++)
		sigaction(crashes[index], &action, &before[index]);
	atexit(mete_terminal_leave);
}

int mete_terminal_enter(int input, int output)
{
	static bool is_caught;
	struct termios raw;

	if (!is_entered && tcgetattr(input, &standing) < 0)
		return errno;
	if (!is_caught)
		catch_crashes();
	is_caught = true;
	input_descriptor = input;
	output_descriptor = output;
	raw = standing;
	/* Keys that make signals still do: they come by the descriptor of mete_signals_open. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	is_entered = 1;
	if (tcsetattr(input, TCSANOW, &raw) < 0) {
		is_entered = 0;
		return errno;
	}
	return 0;
}

const char *mete_terminal_enter_text(void)
{
	return enter_text;
}

int mete_terminal_reopen(int output)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", output);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int mete_terminal_size(int output, int *columns, int *rows)
{
	struct winsize size;

	if (ioctl(output, TIOCGWINSZ, &size) < 0)
		return errno;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return 0;
}

int mete_cell_width(uint32_t character)
{
	static locale_t utf8;

	/* wcwidth(3) is of the thread's locale, and in that of C knows ASCII alone. */
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	if (!utf8)
		return character < 0x7f ? character >= 0x20 ? 1 : -1 : -1;
	locale_t other = uselocale(utf8);
	int width = wcwidth((wchar_t)character);
	uselocale(other);
	return width;
}
