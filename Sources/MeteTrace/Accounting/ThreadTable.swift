/// The live threads, in slots that stay where they are while a thread lives.
struct ThreadTable {
    /// Free slots are marked as not live.
    private(set) var slots: ContiguousArray<ThreadEntry> = []
    private var free: [Int] = []
    private var index = ThreadIndex()

    var count: Int { index.count }

    func slot(of key: ThreadKey) -> Int? {
        index.find(key.tid) { slots[$0].key == key }
    }

    /// Of the thread that has this id now.
    func slot(ofID id: UInt32) -> Int? {
        index.find(id) { slots[$0].key.tid == id }
    }

    subscript(slot: Int) -> ThreadEntry {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    /// - Returns: the slot it was put in.
    mutating func insert(_ entry: ThreadEntry) -> Int {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot] = entry
        } else {
            slot = slots.count
            slots.append(entry)
        }
        index.insert(entry.key.tid, at: slot) { slots[$0].key.tid }
        return slot
    }

    mutating func remove(slot: Int) {
        index.remove(slots[slot].key.tid, at: slot) { slots[$0].key.tid }
        slots[slot].isLive = false
        free.append(slot)
    }

    /// Gives a thread another name for ever, as execve does when a thread takes over the id of its process's first.
    mutating func rekey(slot: Int, to key: ThreadKey) {
        index.remove(slots[slot].key.tid, at: slot) { slots[$0].key.tid }
        slots[slot].key = key
        index.insert(key.tid, at: slot) { slots[$0].key.tid }
    }

    /// Slots of all threads of a process. Looks at all slots.
    func slots(ofProcess pid: UInt32) -> [Int] {
        slots.indices.filter { slots[$0].isLive && slots[$0].pid == pid }
    }
}
