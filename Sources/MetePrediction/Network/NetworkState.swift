/// The byte form of a network, for checkpoints.
///
/// All little-endian: "MNET", the version (UInt32), architecture, features, hidden units, window, bytes of the block (UInt32
/// each), the block as the machine holds it, and the FNV-1a checksum of everything before (UInt64). The version counts
/// changes of this form and of the block (`CMeteNetwork/network.h`) alike.
enum NetworkState {
    static let version: UInt32 = 1
    private static let mark = Array("MNET".utf8)
    private static let fields = 6
    private static let headerSize = 4 + 4 * fields
    private static let checksumSize = 8

    static func encode(_ settings: NetworkSettings, block: UnsafeRawBufferPointer) -> [UInt8] {
        var state: [UInt8] = []
        state.reserveCapacity(headerSize + block.count + checksumSize)
        state += mark
        for field in [version] + shape(of: settings) + [UInt32(block.count)] { append(field, to: &state) }
        state += block
        append(checksum(state[...]), to: &state)
        return state
    }

    /// The block within a state of a network with these settings.
    static func decode(
        _ state: [UInt8], for settings: NetworkSettings
    ) throws(NetworkStateError) -> ArraySlice<UInt8> {
        guard state.count >= headerSize else {
            throw NetworkStateError(.truncated, cause: "it has \(state.count) bytes, fewer than its header")
        }
        guard state.starts(with: mark) else {
            throw NetworkStateError(.foreign, cause: "it does not begin with \"MNET\"")
        }
        let header = (0..<fields).map { UInt32(truncatingIfNeeded: integer(state[(4 + 4 * $0)..<(8 + 4 * $0)])) }
        guard header[0] <= version else {
            throw NetworkStateError(.newer, cause: "its version is \(header[0]), the latest known is \(version)")
        }
        let size = headerSize + Int(header[5]) + checksumSize
        guard state.count >= size else {
            throw NetworkStateError(.truncated, cause: "it has \(state.count) bytes, its header speaks of \(size)")
        }
        let content = state[..<(size - checksumSize)]
        guard state.count == size, integer(state[content.endIndex...]) == checksum(content) else {
            throw NetworkStateError(.corrupt, cause: "its checksum is not that of its bytes")
        }
        guard header[0] == version, Array(header[1...4]) == shape(of: settings), Int(header[5]) == settings.size else {
            throw NetworkStateError(
                .otherShape,
                cause: "version \(header[0]) with architecture, features, hidden units and window \(header[1...4]), "
                    + "wanted is version \(version) with \(shape(of: settings))")
        }
        return content.dropFirst(headerSize)
    }

    private static func shape(of settings: NetworkSettings) -> [UInt32] {
        [settings.architecture.rawValue]
            + [settings.features, settings.hidden, settings.window].map { UInt32(truncatingIfNeeded: $0) }
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBufferPointer { fnv1a($0) }
    }
}
