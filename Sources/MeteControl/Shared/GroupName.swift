/// Names of cgroups that are made for components.
package enum GroupName {
    private static let longest = 200
    private static let reservedPrefixes = [
        "cgroup.", "cpu.", "cpuset.", "cpuacct.", "memory.", "io.", "blkio.", "pids.", "hugetlb.", "misc.", "rdma.",
        "devices.", "freezer.", "net_cls.", "net_prio.", "perf_event.", "debug.", "dmem.", "irq.",
    ]
    private static let reservedNames: Set<String> = ["tasks", "notify_on_release", "release_agent"]

    /// A component's name as one step of a cgroup path: `/`, `%`, white space, control characters and what is not ASCII become %XX;
    /// what the kernel keeps for its own files gets a `%` in front; long names end in a checksum.
    package static func escape(_ name: String) -> String {
        var text = name.utf8.map { byte in
            let isPlain = byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "%") && byte != UInt8(ascii: "/")
            if isPlain { return String(UnicodeScalar(byte)) }
            return (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
        if text.isEmpty || text.hasPrefix(".") || reservedNames.contains(text)
            || reservedPrefixes.contains(where: text.hasPrefix)
        {
            text = "%" + text
        }
        if text.utf8.count > longest {
            text = String(text.prefix(longest - 9)) + "-" + String(JournalLine.checksum(name.utf8), radix: 16)
        }
        return text
    }
}
