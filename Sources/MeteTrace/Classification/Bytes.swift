internal import Glibc

/// Comparisons of the bytes of kernel names and paths, which are bytes and not characters to the kernel.
extension Span<UInt8> {
    func isEqual(to bytes: [UInt8]) -> Bool {
        count == bytes.count && starts(with: bytes)
    }

    func starts(with bytes: [UInt8]) -> Bool {
        holds(bytes, at: 0)
    }

    func ends(with bytes: [UInt8]) -> Bool {
        holds(bytes, at: count - bytes.count)
    }

    private func holds(_ bytes: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, count - offset >= bytes.count else { return false }
        return withUnsafeBufferPointer { own in
            bytes.withUnsafeBufferPointer { other in
                guard let left = own.baseAddress, let right = other.baseAddress else { return other.isEmpty }
                return memcmp(left + offset, right, other.count) == 0
            }
        }
    }
}

/// The same for parts of strings; `hasPrefix` and `hasSuffix` compare characters, which takes many times as long.
extension Substring {
    func starts(withBytesOf text: StaticString) -> Bool {
        holds(text, in: utf8.prefix(text.utf8CodeUnitCount))
    }

    func ends(withBytesOf text: StaticString) -> Bool {
        holds(text, in: utf8.suffix(text.utf8CodeUnitCount))
    }

    private func holds(_ text: StaticString, in part: Substring.UTF8View) -> Bool {
        text.withUTF8Buffer { part.elementsEqual($0) }
    }
}
