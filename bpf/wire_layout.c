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
AT(mete_thread_record, execs, 20);
AT(mete_thread_record, start_ns, 24);
AT(mete_thread_record, run_ns, 32);
AT(mete_thread_record, wait_ns, 40);
AT(mete_thread_record, voluntary_switches, 48);
AT(mete_thread_record, involuntary_switches, 56);
AT(mete_thread_record, migrations, 64);
AT(mete_thread_record, minor_faults, 72);
AT(mete_thread_record, major_faults, 80);
AT(mete_thread_record, sent_bytes, 88);
AT(mete_thread_record, sent_packets, 96);
AT(mete_thread_record, received_bytes, 104);
AT(mete_thread_record, received_packets, 112);
AT(mete_thread_record, name, 120);
SIZE(mete_thread_record, 136);

AT(mete_exec_record, old_tid, 136);
AT(mete_exec_record, path, 144);
SIZE(mete_exec_record, 400);

AT(mete_control, sweep_lists_all, 4);
AT(mete_control, tick, 8);
AT(mete_control, slot_generation, 16);
AT(mete_control, begun_ns, 24);
SIZE(mete_control, 32);

SIZE(mete_histogram, 8 * METE_BUCKETS);
SIZE(mete_slot_histograms, 8 * METE_BUCKETS * METE_HISTOGRAMS);

AT(mete_disturbance_key, kind, 8);
SIZE(mete_disturbance_key, 12);

AT(mete_disk_key, slot, 4);
SIZE(mete_disk_key, 8);

AT(mete_disk_use, bytes, 16);
AT(mete_disk_use, latency_ns, 32);
AT(mete_disk_use, errors, 48);
SIZE(mete_disk_use, 64);

AT(mete_traffic, received_bytes, 16);
SIZE(mete_traffic, 32);

AT(mete_network_use, retransmits, 32 * METE_SOCKET_CLASSES);
SIZE(mete_network_use, 32 * METE_SOCKET_CLASSES + 8);

AT(mete_spill_key, generation, 4);
SIZE(mete_spill_key, 8);

AT(mete_spill, start_ns, 8);
AT(mete_spill, threads, 16);
AT(mete_spill, run_ns, 24);
AT(mete_spill, migrations, 56);
SIZE(mete_spill, 80);

AT(mete_call_key, function, 4);
SIZE(mete_call_key, 8);

AT(mete_call_use, left, 16);
AT(mete_call_use, ended, 48);
SIZE(mete_call_use, 56);

SIZE(mete_losses, 136);

AT(mete_sched_event, cpu, 8);
AT(mete_sched_event, kind, 12);
AT(mete_sched_event, flags, 14);
AT(mete_sched_event, tid, 16);
AT(mete_sched_event, next_tid, 24);
AT(mete_sched_event, lost_before, 32);
AT(mete_sched_event, ran_ns, 36);
AT(mete_sched_event, next_name, 40);
SIZE(mete_sched_event, 56);

SIZE(mete_sched_losses, 16);
