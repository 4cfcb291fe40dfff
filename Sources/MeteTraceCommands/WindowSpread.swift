/// How a value varies from window to window, taken in one after the other: how much, and how alike neighbours are.
struct WindowSpread {
    private(set) var count = 0
    private var mean = 0.0
    /// Of the differences from the mean.
    private var squares = 0.0

    /// Neighbours, as differences from the first value of all, so that large values lose no digits.
    private var origin = 0.0
    private var last: Double?
    private var pairs = 0.0
    private var earlier = 0.0
    private var later = 0.0
    private var products = 0.0

    /// - Parameter value: nil for a window without any, whose neighbours are none of each other.
    mutating func add(_ value: Double?) {
        guard let value else { return last = nil }
        if count == 0 { origin = value }
        count += 1
        // Welford, Note on a method for calculating corrected sums of squares and products, Technometrics 4 (1962).
        let before = value - mean
        mean += before / Double(count)
        squares += before * (value - mean)
        let here = value - origin
        if let last {
            pairs += 1
            earlier += last
            later += here
            products += last * here
        }
        last = here
    }

    /// Of so many windows that are independent of each other the mean would be as uncertain as it is of these: n (1 - r) / (1 + r), where r is
    /// the correlation of neighbours, as far as it is positive (Zwiers and von Storch, Taking serial correlation into account in tests of the
    /// mean, Journal of Climate 8, 1995).
    var independent: Double {
        let count = Double(count)
        guard pairs > 1, squares > 0 else { return count }
        let covariance = products / pairs - earlier / pairs * (later / pairs)
        let correlation = min(0.99, max(0, covariance / (squares / count)))
        return max(min(2, count), count * (1 - correlation) / (1 + correlation))
    }

    /// Square of the standard error of the mean; nil of fewer than two windows, which do not tell how they vary.
    var varianceOfMean: Double? {
        count > 1 ? max(0, squares) / Double(count - 1) / independent : nil
    }
}
