/// Finds the place of a number among others: an open hash table with linear probing, at most half full, which holds places alone.
///
/// Every record looks its thread up, thousands of times a second and with a cold cache, so what counts is how much memory is
/// touched: four bytes here, and the thread itself, which is needed anyway. Ids are handed out one after the other and no stranger chooses
/// them, so multiplication spreads them well enough (Knuth, TAOCP 3, 6.4).
struct ThreadIndex {
    /// -1 where there is none.
    private var places: [Int32]
    private(set) var count = 0

    init() {
        places = Array(repeating: -1, count: 64)
    }

    /// The place of a thread.
    ///
    /// - Parameter isIt: whether the thread at a place, of those that may have this id, is the one.
    func find(_ id: UInt32, where isIt: (Int) -> Bool) -> Int? {
        var position = home(of: id)
        while places[position] >= 0 {
            let place = Int(places[position])
            if isIt(place) { return place }
            position = next(position)
        }
        return nil
    }

    /// - Parameter idAt: the id of the thread at a place, of those that are in here.
    mutating func insert(_ id: UInt32, at place: Int, idAt: (Int) -> UInt32) {
        if 2 * (count + 1) > places.count { grow(idAt) }
        put(id, place)
        count += 1
    }

    /// Nothing happens where the thread at this place is not in here.
    mutating func remove(_ id: UInt32, at place: Int, idAt: (Int) -> UInt32) {
        var hole = home(of: id)
        while places[hole] >= 0, places[hole] != place { hole = next(hole) }
        guard places[hole] >= 0 else { return }
        count -= 1
        // Those behind move up, unless that would put one before its home.
        let mask = places.count - 1
        var position = next(hole)
        while places[position] >= 0 {
            let distance = (position - home(of: idAt(Int(places[position])))) & mask
            if distance >= (position - hole) & mask {
                places[hole] = places[position]
                hole = position
            }
            position = next(position)
        }
        places[hole] = -1
    }

    private func home(of id: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(id) &* 0x9E37_79B9_7F4A_7C15) >> 32) & (places.count - 1)
    }

    private func next(_ position: Int) -> Int { (position + 1) & (places.count - 1) }

    private mutating func put(_ id: UInt32, _ place: Int) {
        var position = home(of: id)
        while places[position] >= 0 { position = next(position) }
        places[position] = Int32(place)
    }

    private mutating func grow(_ idAt: (Int) -> UInt32) {
        let old = places
        places = Array(repeating: -1, count: 2 * old.count)
        for place in old where place >= 0 { put(idAt(Int(place)), Int(place)) }
    }
}
