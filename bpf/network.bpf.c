/* What threads send and receive by sockets, in the thread's own context: bytes that the calls
 * return, and for TCP the segments that the socket has sent and received since its last call.
 *
 * The kernel has a tracepoint for each direction since 6.3. Before, functions are hooked at their
 * end: for sending those of the protocols, since compilers inline sock_sendmsg, which leaves out
 * rare protocols; for receiving sock_recvmsg, which leaves out all but the first message of
 * recvmmsg. Both leave out sendfile and splice.
 *
 * Retransmits are made by timers and interrupts: they are the component's whose thread used the
 * socket last, or began to connect or to listen by it, when nobody has sent or received yet. A
 * socket that a listening one has brought forth is that one's component's until then. Those of
 * sockets that were there before tracing began and have not been used since are with the rest.
 */
#define METE_KERNEL_SIDE
#include "kernel_types.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "mete_wire.h"
#include "maps.bpf.h"
#include "compat.bpf.h"
#include "record.bpf.h"
#include "slot.bpf.h"

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define MSG_PEEK 2
/* include/net/tcp_states.h */
#define TCP_SYN_SENT 2
#define TCP_LISTEN 10

struct socket_state {
	u32 slot;
	/* Of TCP, at the last call. */
	u32 segments_out;
	u32 segments_in;
	u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	/* Accepted sockets begin with what their listener has. */
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct socket_state);
} sockets SEC(".maps");

static __always_inline u32 class_of(const struct sock *socket)
{
	bool is_six = socket->__sk_common.skc_family == AF_INET6;

	if (socket->__sk_common.skc_family == AF_UNIX)
		return METE_UNIX;
	if (!is_six && socket->__sk_common.skc_family != AF_INET)
		return METE_OTHER_SOCKET;
	if (socket->sk_protocol == IPPROTO_TCP)
		return is_six ? METE_TCP6 : METE_TCP4;
	if (socket->sk_protocol == IPPROTO_UDP)
		return is_six ? METE_UDP6 : METE_UDP4;
	return METE_OTHER_SOCKET;
}

/* Takes what has been added to a counter of the socket since somebody last did. Two threads may use
 * the socket at once: each takes a part, and one that comes late with an older reading takes
 * nothing. */
static __always_inline u32 take_more(u32 *taken, u32 now)
{
	u32 before = __sync_lock_test_and_set(taken, now), more = now - before;

	if ((s32)more >= 0)
		return more;
	__sync_lock_test_and_set(taken, before);
	return 0;
}

/* Segments since the last call in either direction; what there was before the first is nobody's. */
static __always_inline void take_segments(struct sock *socket, u32 slot, u32 *out, u32 *in)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(socket);
	struct socket_state *state;

	*out = *in = 0;
	if (!tcp)
		return;
	state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	if (!state) {
		struct socket_state fresh = {
			.slot = slot,
			.segments_out = tcp->segs_out,
			.segments_in = tcp->segs_in,
		};

		bpf_sk_storage_get(&sockets, socket, &fresh, BPF_SK_STORAGE_GET_F_CREATE);
		return;
	}
	*out = take_more(&state->segments_out, tcp->segs_out);
	*in = take_more(&state->segments_in, tcp->segs_in);
	state->slot = slot;
}

static __always_inline void add_traffic(struct mete_traffic *traffic,
					const struct mete_traffic *more)
{
	/* Another thread may interrupt this one on its CPU. */
	if (more->sent_bytes)
		__sync_fetch_and_add(&traffic->sent_bytes, more->sent_bytes);
	if (more->sent_packets)
		__sync_fetch_and_add(&traffic->sent_packets, more->sent_packets);
	if (more->received_bytes)
		__sync_fetch_and_add(&traffic->received_bytes, more->received_bytes);
	if (more->received_packets)
		__sync_fetch_and_add(&traffic->received_packets, more->received_packets);
}

static __always_inline struct mete_network_use *pending_use(u32 slot)
{
	struct mete_network_use none = {}, *use = bpf_map_lookup_elem(&pending_network, &slot);

	if (use)
		return use;
	bpf_map_update_elem(&pending_network, &slot, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&pending_network, &slot);
}

static __always_inline struct mete_network_use *use_of(u32 slot)
{
	struct mete_network_use *use;
	u32 index;

	if (slot & METE_SLOT_PENDING) {
		use = pending_use(slot);
		if (use)
			return use;
		COUNT_LOSS(unattributed_calls);
	}
	index = place_index(slot & METE_SLOT_PENDING ? 0 : slot);
	return bpf_map_lookup_elem(&network, &index);
}

static __always_inline int count_call(struct sock *socket, int length, bool sends)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mete_traffic more = {}, *mine;
	struct mete_network_use *use;
	struct thread_state *state;
	u32 class, slot, out, in;

	if (length < 0 || !socket)
		return 0;
	state = bpf_task_storage_get(&threads, task, 0, 0);
	slot = state ? slot_of(task, state) : 0;
	class = class_of(socket);
	if (class <= METE_TCP6) {
		take_segments(socket, slot, &out, &in);
		more.sent_packets = out;
		more.received_packets = in;
	} else if (sends) {
		more.sent_packets = 1;
	} else {
		more.received_packets = 1;
	}
	if (sends)
		more.sent_bytes = length;
	else
		more.received_bytes = length;
	use = use_of(slot);
	if (use && class < METE_SOCKET_CLASSES)
		add_traffic(&use->classes[class], &more);
	mine = bpf_task_storage_get(&thread_network, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (mine)
		add_traffic(mine, &more);
	else
		COUNT_LOSS(network_threads);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *socket, int length, int flags)
{
	return count_call(socket, length, true);
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_receive, struct sock *socket, int length, int flags)
{
	return flags & MSG_PEEK ? 0 : count_call(socket, length, false);
}

/* Loaded where there is no sock_send_length only. The kernel's prototype has the size third. */
#define SEND_END(name, function)                                                                   \
	SEC("fexit/" function)                                                                     \
	int BPF_PROG(name, struct socket *socket, struct msghdr *message, u64 size, int length)    \
	{                                                                                          \
		return count_call(socket->sk, length, true);                                       \
	}

SEND_END(on_send_end_inet, "inet_sendmsg")
SEND_END(on_send_end_inet6, "inet6_sendmsg")
SEND_END(on_send_end_stream, "unix_stream_sendmsg")
SEND_END(on_send_end_dgram, "unix_dgram_sendmsg")
SEND_END(on_send_end_netlink, "netlink_sendmsg")

/* Loaded where there is no sock_recv_length only. */
SEC("fexit/sock_recvmsg")
int BPF_PROG(on_receive_end, struct socket *socket, struct msghdr *message, int flags, int length)
{
	return flags & MSG_PEEK ? 0 : count_call(socket->sk, length, false);
}

/* connect() and listen() come here in the thread that called them. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_socket_state, struct sock *socket, int before, int now)
{
	struct task_struct *task;
	struct thread_state *thread;
	struct socket_state *state, fresh = {};

	if ((now != TCP_SYN_SENT && now != TCP_LISTEN) || socket->sk_protocol != IPPROTO_TCP)
		return 0;
	task = bpf_get_current_task_btf();
	thread = bpf_task_storage_get(&threads, task, 0, 0);
	fresh.slot = thread ? slot_of(task, thread) : 0;
	state = bpf_sk_storage_get(&sockets, socket, &fresh, BPF_SK_STORAGE_GET_F_CREATE);
	if (state)
		state->slot = fresh.slot;
	return 0;
}

/* Where the process of a pending slot belongs, once user space has told. */
static __always_inline u32 settled_slot(u32 slot)
{
	u32 process = slot & ~METE_SLOT_PENDING, *told;

	if (!(slot & METE_SLOT_PENDING))
		return slot;
	told = bpf_map_lookup_elem(&slots, &process);
	return told ? *told & METE_SLOT_MASK : slot;
}

static __always_inline int count_retransmit(struct sock *socket, u32 segments)
{
	struct socket_state *state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	struct mete_network_use *use = use_of(state ? settled_slot(state->slot) : 0);

	if (use)
		__sync_fetch_and_add(&use->retransmits, segments);
	return 0;
}

/* Several segments may lie in one buffer, and are sent again together. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_retransmit, struct sock *socket, struct sk_buff *buffer)
{
	u16 segments = 0;

	bpf_core_read(&segments, sizeof(segments),
		      &((struct tcp_skb_cb *)&buffer->cb)->tcp_gso_segs);
	return count_retransmit(socket, segments);
}

/* The answer to a connection request, which has no socket of its own yet: the listening one's. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(on_retransmit_answer, struct sock *listener, struct request_sock *request)
{
	return count_retransmit(listener, 1);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
