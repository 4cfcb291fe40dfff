import CMeteProbes
import CMeteWire

/// A thread's name (comm) as the kernel keeps it: at most 15 bytes. Compared without making a string.
struct ThreadName: Hashable {
    private var low: UInt64
    private var high: UInt64

    init(_ record: mete_thread_record) {
        (low, high) = withUnsafeBytes(of: record.name) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        clearAfterTerminator()
    }

    init(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        for (index, byte) in text.utf8.prefix(15).enumerated() {
            bytes[index] = byte
        }
        (low, high) = bytes.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    var string: String {
        withUnsafeBytes(of: (low, high)) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The kernel leaves what was there before behind the terminator.
    private mutating func clearAfterTerminator() {
        let length = withUnsafeBytes(of: (low, high)) { bytes in bytes.firstIndex(of: 0) ?? 16 }
        switch length {
        case 0..<8:
            low &= (1 << (UInt64(length) * 8)) - 1
            high = 0
        case 8..<16:
            high &= (1 << (UInt64(length - 8) * 8)) - 1
        default:
            break
        }
    }
}
