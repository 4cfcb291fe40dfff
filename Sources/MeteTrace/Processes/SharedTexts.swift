/// Texts that come again and again, each kept once: thousands of processes map the same few hundred libraries.
struct SharedTexts {
    private var texts: Set<String> = []

    /// Where there are more, it begins anew: what was handed out stays what it is.
    private static let most = 10_000

    mutating func shared(_ text: String) -> String {
        if texts.count >= Self.most { texts = [] }
        return texts.insert(text).memberAfterInsert
    }
}
