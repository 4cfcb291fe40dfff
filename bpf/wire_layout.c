/* Asserts the layout of mete_wire.h for every compiler that sees it, and makes the header a target
 * of its own. */
#include "mete_wire.h"
#include <stddef.h>

#define AT(type, field, offset)                                                                    \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field " moved")
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type " has another size")

AT(mete_thread_record, kind, 0);
AT(mete_thread_record, flags, 2);
AT(mete_thread_record, tid, 4);
AT(mete_thread_record, pid, 8);
AT(mete_thread_record, parent_pid, 12);
AT(mete_thread_record, user, 16);
AT(mete_thread_record, reserved, 20);
AT(mete_thread_record, start_ns, 24);
AT(mete_thread_record, run_ns, 32);
AT(mete_thread_record, wait_ns, 40);
AT(mete_thread_record, voluntary_switches, 48);
AT(mete_thread_record, involuntary_switches, 56);
AT(mete_thread_record, name, 64);
SIZE(mete_thread_record, 80);

AT(mete_exec_record, old_tid, 80);
AT(mete_exec_record, path, 88);
SIZE(mete_exec_record, 344);

AT(mete_control, sweep_lists_all, 4);
AT(mete_control, tick, 8);
SIZE(mete_control, 16);

AT(mete_spill_key, generation, 4);
SIZE(mete_spill_key, 8);

AT(mete_spill, threads, 8);
AT(mete_spill, run_ns, 16);
SIZE(mete_spill, 48);

SIZE(mete_losses, 64);
