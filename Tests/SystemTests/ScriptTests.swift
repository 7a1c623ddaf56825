import Testing

/// The scripts that write pages.
struct ScriptTests {
    @Test("a script's section of a page replaces itself and leaves the rest as it is")
    func sections() throws {
        let page = "\(Repository.scratch)/page.md"
        let section = "\(Repository.scratch)/section.md"
        func put(_ text: String, as name: String) throws {
            try write(Array(text.utf8), to: section)
            let command = "'\(Repository.root)/Scripts/page-section' '\(page)' \(name) <'\(section)'"
            let run = try Program.run("/bin/bash", ["-c", command])
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        try write(Array("# Page\n".utf8), to: page)
        try put("first\n", as: "one")
        try put("second\n", as: "two")
        try put("third & \\1\n\nmore\n", as: "one")
        #expect(
            String(decoding: try bytes(of: page), as: UTF8.self) == """
                # Page

                <!-- one writes from here -->
                third & \\1

                more
                <!-- to here: one -->

                <!-- two writes from here -->
                second
                <!-- to here: two -->

                """)
    }
}
