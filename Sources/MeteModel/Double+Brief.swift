extension Double {
    /// For people: three significant digits, and all that are before the point.
    package var brief: String {
        guard isFinite else { return "\(self)" }
        var scale = 1.0
        while self != 0, magnitude * scale < 100, scale < 1e12 { scale *= 10 }
        let rounded = (self * scale).rounded() / scale
        return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
    }
}
