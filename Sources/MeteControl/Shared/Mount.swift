/// One line of mountinfo.
struct Mount: Equatable, Sendable {
    var root: String
    var point: String
    var type: String
    /// Options of the mount and of the file system.
    var options: [String]
    var isReadOnly: Bool

    func hierarchy(_ version: CgroupHierarchy.Version) -> CgroupHierarchy {
        CgroupHierarchy(version: version, mountPoint: point, root: root)
    }

    /// Fields: id, parent, device, root, mount point, options, optional fields, `-`, type, source, super options.
    static func parse(_ text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { return nil }
            let own = fields[5].split(separator: ",").map(String.init)
            let superOptions = fields[dash + 3].split(separator: ",").map(String.init)
            return Mount(
                root: unescape(fields[3]), point: unescape(fields[4]), type: String(fields[dash + 1]),
                options: superOptions, isReadOnly: own.contains("ro") || superOptions.contains("ro"))
        }
    }

    /// Space, tab, newline and backslash stand as three octal digits behind a backslash.
    private static func unescape(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
