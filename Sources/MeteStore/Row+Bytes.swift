import Foundation
import GRDB

extension Row {
    /// - Throws: where it is no blob: in a damaged file it may be anything.
    func bytes(_ column: String) throws -> [UInt8] {
        [UInt8](try decode(Data.self, forColumn: column))
    }
}

extension [UInt8] {
    var data: Data { Data(self) }
}
