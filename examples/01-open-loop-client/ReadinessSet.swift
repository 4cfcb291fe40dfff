import Glibc

/// Waits until a socket is ready or a moment has come, with the timer's full resolution.
///
/// `pselect` is the one call of its kind that takes nanoseconds and that Swift's Glibc module has. Its cost grows with the
/// highest descriptor number, which is small here; descriptors from 1024 on do not fit.
struct ReadinessSet {
    private var readable = fd_set()
    private var writable = fd_set()
    private var highest: Int32 = -1

    static let capacity = 8 * MemoryLayout<fd_set>.size

    mutating func watch(_ descriptor: Int32, forWriting: Bool) {
        Self.insert(descriptor, into: &readable)
        if forWriting { Self.insert(descriptor, into: &writable) }
        highest = max(highest, descriptor)
    }

    /// Keeps only what is ready; nothing when `nanoseconds` have passed first.
    mutating func wait(nanoseconds: Int64) throws(OpenLoopError) {
        var timeout = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        if pselect(highest + 1, &readable, &writable, nil, &timeout, nil) >= 0 { return }
        guard errno == EINTR else { throw .waitFailed(errno: errno) }
        readable = fd_set()
        writable = fd_set()
    }

    func isReadable(_ descriptor: Int32) -> Bool { Self.contains(descriptor, in: readable) }

    /// Swift does not import FD_SET; the kernel defines the layout as a little bit field of machine words.
    private static func insert(_ descriptor: Int32, into set: inout fd_set) {
        withUnsafeMutableBytes(of: &set) { $0[Int(descriptor) / 8] |= 1 << UInt8(descriptor % 8) }
    }

    private static func contains(_ descriptor: Int32, in set: fd_set) -> Bool {
        withUnsafeBytes(of: set) { $0[Int(descriptor) / 8] & (1 << UInt8(descriptor % 8)) != 0 }
    }
}
