import MeteModel
import SeededRandom
import Testing

@testable import MeteStore

struct CodingTests {
    @Test func numbersOfAnySizeComeBack() throws {
        let numbers: [Int64] = [0, 1, -1, 63, 64, -65, 1 << 31, .max, .min]
        var writer = ByteWriter()
        for number in numbers { writer.write(signed: number) }
        var reader = ByteReader(writer.bytes)
        for number in numbers { #expect(try reader.readSigned() == number) }
        #expect(reader.isAtEnd)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func blocksComeBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let samples = (0..<Int(random.next() % 500) + 1).map { index in
            var sample = RecordedSample(
                end: Int64(index) * 1_000_000_007, length: Int64(random.next() % 1_000_000_000) + 1)
            for metric in Metric.allCases where random.uniform() < 0.3 {
                sample[metric] = Int64(bitPattern: random.next()) >> Int64(1 + random.next() % 63)
            }
            return sample.rounded
        }
        #expect(try BlockCoding.decode(BlockCoding.encode(samples)) == samples)
    }

    /// Whatever a disk makes of a block, reading it ends, and finds out.
    @Test func aChangedByteIsFoundOut() throws {
        var random = SplitMix64(seed: 9)
        var sample = RecordedSample(end: 10, length: 5)
        sample[.runTime] = 3000
        let block = BlockCoding.encode(Array(repeating: sample, count: 100))
        for index in block.indices {
            var broken = block
            broken[index] ^= UInt8(1 + random.next() % 255)
            #expect(throws: ByteReader.Malformed.self) { try BlockCoding.decode(broken) }
            #expect(throws: ByteReader.Malformed.self) { try BlockCoding.decode(Array(block[..<index])) }
        }
    }

    @Test func idleComponentsTakeNextToNothing() {
        let samples = (0..<600).map { RecordedSample(end: Int64($0) * .perSecond, length: .perSecond) }
        #expect(BlockCoding.encode(samples).count < 60)
    }

    @Test func namesOfMetricsAreUnique() {
        #expect(Set(Metric.allCases.map(\.name)).count == Metric.allCases.count)
        #expect(Metric.allCases.map(\.position) == Array(Metric.allCases.indices), "however their numbers lie")
        for metric in Metric.allCases { #expect(Metric(name: metric.name) == metric) }
    }
}
