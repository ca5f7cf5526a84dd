import KindTexts
package import Schema

extension KindCatalogue {
    /// The kinds of Kubernetes v1.36, read from the embedded schema files at first use.
    ///
    /// The text is part of the program, so an error in it is an error of the program; a test reads it too.
    package static let builtIn: KindCatalogue = {
        let text = UnsafeBufferPointer(start: martlet_kind_text(), count: martlet_kind_text_length())
        do {
            return try KindCatalogue(schema: text)
        } catch {
            fatalError("embedded kinds: \(error)")
        }
    }()
}
