import MeteModel

/// A slice of a trace, as bytes: there may be a million a second of them, so no text is made for one.
struct TraceSlice {
    /// Quoted already, since each stands in many slices.
    var name: [UInt8]
    var category: [UInt8]
    var thread: Int
    var process: Int
    /// Nanoseconds since the beginning of the trace.
    var start: Nanoseconds
    var length: Nanoseconds

    /// Adds the event; `arguments` adds its arguments, each with a comma before it.
    func append(to bytes: inout [UInt8], _ arguments: (inout [UInt8]) -> Void) {
        bytes.append(",\n{\"name\":")
        bytes.append(contentsOf: name)
        bytes.append(",\"cat\":")
        bytes.append(contentsOf: category)
        bytes.append(",\"ph\":\"X\",\"ts\":")
        bytes.append(microseconds: start)
        bytes.append(",\"dur\":")
        bytes.append(microseconds: length)
        bytes.append(",\"pid\":")
        bytes.append(number: process)
        bytes.append(",\"tid\":")
        bytes.append(number: thread)
        bytes.append(",\"args\":{\"length_ns\":")
        bytes.append(number: Int(length))
        arguments(&bytes)
        bytes.append("}}")
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Not negative.
    mutating func append(number: Int) {
        var rest = number
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        Swift.withUnsafeMutableBytes(of: &digits) { digits in
            var place = digits.count
            repeat {
                place -= 1
                digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            append(contentsOf: digits[place...])
        }
    }

    /// With three places behind the point. Not negative.
    mutating func append(microseconds nanoseconds: Nanoseconds) {
        append(number: Int(nanoseconds / 1000))
        let fraction = Int(nanoseconds % 1000)
        append(UInt8(ascii: "."))
        for digit in [fraction / 100, fraction / 10 % 10, fraction % 10] {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
        }
    }
}
