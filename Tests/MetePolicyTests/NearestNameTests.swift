import MeteModel
import Testing

@Suite struct NearestNameTests {
    @Test(
        arguments: [
            ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "acb", 1), ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ])
    func countsEdits(_ left: String, _ right: String, _ edits: Int) {
        #expect(NearestName.distance(Array(left), Array(right)) == edits)
        #expect(NearestName.distance(Array(right), Array(left)) == edits)
    }

    @Test func ofEquallyNearNamesThoseWithTheSameBeginningComeFirst() {
        let names = ["libGL", "libdl", "libisl", "libnsl", "libssl", "libslirp", "libz"]
        let near = NearestName.several("libsl", among: names, most: 4)
        #expect(near == ["libssl", "libGL", "libdl", "libisl"], "one edit each")
        #expect(NearestName.several("libsl", among: names, most: 9).last == "libslirp", "it only contains the word")
    }

    @Test func namesNothingWhenNothingIsNear() {
        #expect(NearestName.of("zzzzzz", among: ["tick", "units"]) == nil)
        #expect(NearestName.of("x", among: []) == nil)
    }
}
