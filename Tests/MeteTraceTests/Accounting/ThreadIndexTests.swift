import SeededRandom
import Testing

@testable import MeteTrace

struct ThreadIndexTests {
    /// The same as a dictionary, through many comings and goings of threads whose ids are used again.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func findsWhatADictionaryFinds(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = ThreadIndex()
        var truth: Set<Int> = []
        // The thread at a place has the place's number, and shares its id with two others.
        func id(_ place: Int) -> UInt32 { UInt32(place % 300) }
        for _ in 0..<20_000 {
            let place = Int.random(in: 0..<900, using: &random)
            if truth.insert(place).inserted {
                index.insert(id(place), at: place, idAt: id)
            } else if Bool.random(using: &random) {
                index.remove(id(place), at: place, idAt: id)
                truth.remove(place)
            }
            let other = Int.random(in: 0..<900, using: &random)
            #expect(index.find(id(other)) { $0 == other } == (truth.contains(other) ? other : nil))
        }
        #expect(index.count == truth.count)
        for place in 0..<900 { #expect((index.find(id(place)) { $0 == place } != nil) == truth.contains(place)) }
    }

    @Test func removingWhatIsNotThereChangesNothing() {
        var index = ThreadIndex()
        func id(_ place: Int) -> UInt32 { 7 }
        index.insert(7, at: 1, idAt: id)
        index.remove(7, at: 2, idAt: id)
        #expect(index.find(7) { $0 == 1 } == 1 && index.find(7) { $0 == 2 } == nil && index.count == 1)
    }
}
