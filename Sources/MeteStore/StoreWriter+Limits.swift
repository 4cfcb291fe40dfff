import GRDB
import MeteModel

/// What a recording gives up for age and for room.
extension StoreWriter {
    func forget(before now: Int64, _ database: Database) throws {
        for (tier, age) in settings.ages {
            // Nothing of it is folded yet where that is the smallest number.
            let end = min(now - age, foldedFrom(tier))
            if end > .min { try delete(tier, until: end - 1, database) }
        }
        for (tier, age) in settings.detailAges {
            let end = min(now - age, foldedFrom(tier))
            if end > .min { try deleteDetails(tier, until: end - 1, database) }
        }
        let first = try Int64.fetchOne(database, sql: "SELECT min(start) FROM blocks")
        if let first { try ProcessRow.forget(before: first, database) }
        if let most = settings.mostBytes {
            while try Self.size(of: database) > most {
                // Of whom there are only sums: before more samples go.
                if let first = try firstWindow(database), try ProcessRow.forget(before: first, database) { continue }
                guard try thin(database) || foldEarly(database) else { break }
            }
        }
        try database.execute(sql: "PRAGMA incremental_vacuum")
    }

    /// Where the first single window begins that is left, or that is not packed yet.
    private func firstWindow(_ database: Database) throws -> Int64? {
        let packed = try Int64.fetchOne(
            database, sql: "SELECT min(start) FROM blocks WHERE tier = ?", arguments: [Tier.raw.rawValue])
        return packed ?? open.start
    }

    /// Up to where a tier is in the next coarser one, and may go.
    private func foldedFrom(_ tier: Tier) -> Int64 {
        let coarser = Tier.allCases.first { $0 > tier && $0.isKept(interval: settings.interval) }
        return coarser.map { folded[$0] ?? .min } ?? .max
    }

    private func delete(_ tier: Tier, until end: Int64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM blocks WHERE tier = ? AND end <= ?", arguments: [tier.rawValue, end])
        try deleteDetails(tier, until: end, database)
        if tier == .raw { try database.execute(sql: "DELETE FROM decisions WHERE end <= ?", arguments: [end]) }
    }

    private func deleteDetails(_ tier: Tier, until end: Int64, _ database: Database) throws {
        let first = try Int64.fetchOne(
            database, sql: "SELECT min(end) FROM details WHERE tier = ?", arguments: [tier.rawValue])
        guard let first, first <= end else { return }
        try database.execute(
            sql: "DELETE FROM details WHERE tier = ? AND end <= ?", arguments: [tier.rawValue, end])
        guard tier == .raw else { return }
        if let since = detailsSince, since < end {
            detailsSince = end
            try StoreSchema.setFact("details", "\(end)", database)
        }
    }

    /// Gives up a tenth of the finest tier of which something may go. Returns whether there was any.
    private func thin(_ database: Database) throws -> Bool {
        for tier in Tier.allCases {
            let range = try Row.fetchOne(
                database, sql: "SELECT min(end) AS first, max(end) AS last FROM blocks WHERE tier = ? AND end <= ?",
                arguments: [tier.rawValue, foldedFrom(tier)])
            guard let range, let first = try range.decode(Int64?.self, forColumn: "first"),
                let last = try range.decode(Int64?.self, forColumn: "last")
            else { continue }
            try delete(tier, until: first + (last - first) / 10, database)
            return true
        }
        return false
    }

    /// Makes the roll-ups of what would else have to wait for a whole block of theirs. Returns whether there were any.
    private func foldEarly(_ database: Database) throws -> Bool {
        let before = folded
        for tier in Tier.allCases where tier != .raw && tier.isKept(interval: settings.interval) {
            try fold(tier, to: tier.length, database)
        }
        return folded != before
    }

    /// Of the pages that are in use.
    static func size(of database: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        return (pages - free) * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }
}
