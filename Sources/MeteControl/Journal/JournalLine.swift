/// One line of the journal: eight hexadecimal digits of CRC-32, a space, then fields separated by tabs.
///
/// The checksum covers everything behind the space, so that a torn or damaged line is known for what it is.
/// Tab, newline and backslash inside a field are escaped.
enum JournalLine {
    static func encode(_ fields: [String]) -> String {
        let body = fields.map(escape).joined(separator: "\t")
        return "\(hexadecimal(checksum(body.utf8))) \(body)\n"
    }

    /// The fields of a line without its newline, or nil if it is damaged.
    static func decode(_ line: Substring) -> [String]? {
        guard line.utf8.count > 9 else { return nil }
        let body = line.dropFirst(9)
        guard UInt32(line.prefix(8), radix: 16) == checksum(body.utf8) else { return nil }
        return body.split(separator: "\t", omittingEmptySubsequences: false).map(unescape)
    }

    private static func escape(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 0x09 || $0 == 0x0a || $0 == 0x5c }) else { return field }
        var text = ""
        for scalar in field.unicodeScalars {
            switch scalar {
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\\": text += "\\\\"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func unescape(_ field: Substring) -> String {
        guard field.utf8.contains(0x5c) else { return String(field) }
        var text = ""
        var escaped = false
        for scalar in field.unicodeScalars {
            if escaped {
                text.unicodeScalars.append(scalar == "t" ? "\t" : scalar == "n" ? "\n" : scalar)
                escaped = false
            } else if scalar == "\\" {
                escaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// CRC-32 as in IEEE 802.3, reflected.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xff)] ^ (sum >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
    }
}
