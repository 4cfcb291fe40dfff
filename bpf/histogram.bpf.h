/* Histograms by place, one for each CPU. */
#ifndef METE_HISTOGRAM_H
#define METE_HISTOGRAM_H

static __always_inline u32 bucket_of(u64 value)
{
	u32 octave;

	if (value < 1 << METE_SMALLEST_OCTAVE)
		return 0;
	octave = 63 - __builtin_clzll(value);
	if (octave >= METE_SMALLEST_OCTAVE + METE_BUCKETS / 4)
		return METE_BUCKETS - 1;
	return (octave - METE_SMALLEST_OCTAVE) * 4 + (value >> (octave - 2) & 3);
}

/* Exclusive: whether nothing else can add on this CPU meanwhile. */
static __always_inline void add_to_histogram(u32 place, u32 kind, u64 value, bool exclusive)
{
	u32 index = place_index(place), bucket = bucket_of(value);
	struct mete_slot_histograms *entry = bpf_map_lookup_elem(&histograms, &index);

	/* The compiler knows the range, and would leave out the check by which the verifier does.
	 */
	asm volatile("" : "+r"(bucket));
	if (!entry || bucket >= METE_BUCKETS)
		return;
	if (exclusive)
		entry->kinds[kind].buckets[bucket]++;
	else
		__sync_fetch_and_add(&entry->kinds[kind].buckets[bucket], 1);
}

#endif
