import SeededRandom

/// Random GETs and SETs on a small set of keys, as RESP.
struct RequestMix {
    private let keys: [[UInt8]]
    private let value: [UInt8]
    private let setShare: Double
    private var generator: SplitMix64

    /// - Parameters:
    ///   - setShare: The share of requests that are SETs, from 0 to 1.
    ///   - seed: Chooses keys and commands.
    init(keyCount: Int, valueSize: Int, setShare: Double, seed: UInt64) {
        keys = (0..<keyCount).map { Array("open-loop:\($0)".utf8) }
        value = Array(repeating: UInt8(ascii: "x"), count: valueSize)
        self.setShare = setShare
        generator = SplitMix64(seed: seed)
    }

    /// The requests that put every key in place, so that each GET finds one.
    var preload: [[UInt8]] { keys.map { Self.set($0, to: value) } }

    mutating func next() -> [UInt8] {
        let key = keys[Int.random(in: keys.indices, using: &generator)]
        let isSet = Double.random(in: 0..<1, using: &generator) < setShare
        return isSet ? Self.set(key, to: value) : Self.encode([Array("GET".utf8), key])
    }

    private static func set(_ key: [UInt8], to value: [UInt8]) -> [UInt8] {
        encode([Array("SET".utf8), key, value])
    }

    /// An array of bulk strings: the form of every redis command.
    static func encode(_ words: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words {
            bytes += Array("$\(word.count)\r\n".utf8)
            bytes += word
            bytes += Array("\r\n".utf8)
        }
        return bytes
    }
}
